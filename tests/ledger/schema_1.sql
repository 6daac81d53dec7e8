-- The schema of the first ledgers, as their files hold it.

-- The ledger: facts are appended, the state of a photo and of a task file is a view.
-- Times are seconds since 1970; paths are relative to photos.root or to the workspace.

CREATE TABLE workspace (
    id TEXT NOT NULL
) STRICT;

CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    command TEXT NOT NULL,
    started_at REAL NOT NULL,
    ended_at REAL,
    exit_code INTEGER
) STRICT;

-- A photo as it was last seen. digest is '' until it has been read, trouble '' where it can be.
CREATE TABLE photo (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    digest TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '{}',
    trouble TEXT NOT NULL DEFAULT '',
    trouble_message TEXT NOT NULL DEFAULT '',
    present INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX photo_digest ON photo (digest);

CREATE TABLE task_file (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    requests INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    model TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    run_id INTEGER NOT NULL REFERENCES run
) STRICT;

-- A task file that is never sent: its tasks went into smaller ones, or were all asked anew.
CREATE TABLE split (
    task_file_id INTEGER PRIMARY KEY REFERENCES task_file,
    run_id INTEGER NOT NULL REFERENCES run
) STRICT;

-- One request. digest is the picture it was made from; preset and facts what was asked and known.
CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    custom_id TEXT NOT NULL UNIQUE,
    photo_id INTEGER NOT NULL REFERENCES photo,
    generation INTEGER NOT NULL,
    digest TEXT NOT NULL,
    preset TEXT NOT NULL,
    facts TEXT NOT NULL,
    task_file_id INTEGER NOT NULL REFERENCES task_file,
    line INTEGER NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL
) STRICT;
CREATE INDEX task_photo ON task (photo_id, id);
CREATE INDEX task_task_file ON task (task_file_id);

-- The intent to send a task file, committed before anything is sent.
CREATE TABLE submission (
    id INTEGER PRIMARY KEY,
    task_file_id INTEGER NOT NULL REFERENCES task_file,
    key TEXT NOT NULL UNIQUE,
    created_at REAL NOT NULL,
    run_id INTEGER NOT NULL REFERENCES run
) STRICT;
CREATE INDEX submission_task_file ON submission (task_file_id);

CREATE TABLE batch (
    submission_id INTEGER PRIMARY KEY REFERENCES submission,
    remote_id TEXT NOT NULL UNIQUE,
    how TEXT NOT NULL CHECK (how IN ('created', 'adopted')),
    at REAL NOT NULL
) STRICT;

-- What the provider showed, one row a change.
CREATE TABLE batch_view (
    id INTEGER PRIMARY KEY,
    submission_id INTEGER NOT NULL REFERENCES submission,
    at REAL NOT NULL,
    state TEXT NOT NULL,
    raw_state TEXT NOT NULL,
    output_file_id TEXT NOT NULL,
    error_file_id TEXT NOT NULL,
    total INTEGER NOT NULL,
    completed INTEGER NOT NULL,
    failed INTEGER NOT NULL,
    errors TEXT NOT NULL
) STRICT;
CREATE INDEX batch_view_submission ON batch_view (submission_id, id);

-- A result file on disk. name is '' where the provider holds it no longer.
CREATE TABLE fetched (
    submission_id INTEGER NOT NULL REFERENCES submission,
    kind TEXT NOT NULL CHECK (kind IN ('output', 'error')),
    name TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (submission_id, kind)
) STRICT;

-- How a submission came to its end: joined, or not accepted (the task file waits again).
CREATE TABLE ended (
    submission_id INTEGER PRIMARY KEY REFERENCES submission,
    how TEXT NOT NULL CHECK (how IN ('joined', 'queue_full', 'refused', 'abandoned')),
    message TEXT NOT NULL,
    not_before REAL NOT NULL,
    counts TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;

-- How a task ended. counted is 0 where nothing was asked of the model (the batch never ran);
-- fingerprint tells a duplicate reply from one that says something else.
CREATE TABLE outcome (
    task_id INTEGER PRIMARY KEY REFERENCES task,
    submission_id INTEGER NOT NULL REFERENCES submission,
    kind TEXT NOT NULL CHECK (kind IN ('answered', 'refused', 'failed', 'expired', 'missing')),
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    result TEXT NOT NULL
        CHECK (result IN ('accepted', 'repaired', 'held', 'retry', 'refused', 'failed')),
    counted INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    input_tokens INTEGER NOT NULL,
    output_tokens INTEGER NOT NULL,
    cached_tokens INTEGER NOT NULL,
    reasoning_tokens INTEGER NOT NULL
) STRICT;
CREATE INDEX outcome_submission ON outcome (submission_id);

CREATE TABLE caption (
    task_id INTEGER PRIMARY KEY REFERENCES task,
    words TEXT NOT NULL,
    findings TEXT NOT NULL
) STRICT;

-- The way back: patch turns the written file into the old one. Committed before the file is
-- replaced; size and mtime_ns are those of the written file.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run,
    photo_id INTEGER NOT NULL REFERENCES photo,
    task_id INTEGER NOT NULL REFERENCES task,
    old_sha256 TEXT NOT NULL,
    new_sha256 TEXT NOT NULL,
    patch BLOB NOT NULL,
    words TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX journal_photo ON journal (photo_id, id);

-- What came of writing; journal_id is set for written and undone.
CREATE TABLE written (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run,
    photo_id INTEGER NOT NULL REFERENCES photo,
    task_id INTEGER NOT NULL REFERENCES task,
    kind TEXT NOT NULL
        CHECK (kind IN ('written', 'unchanged', 'held', 'failed', 'undone', 'void')),
    code TEXT NOT NULL,
    message TEXT NOT NULL,
    journal_id INTEGER REFERENCES journal,
    at REAL NOT NULL
) STRICT;
CREATE INDEX written_task ON written (task_id, id);
CREATE INDEX written_journal ON written (journal_id);

-- What the provider taught us, such as its queue limit for a model.
CREATE TABLE learned (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;

CREATE VIEW submission_state AS
SELECT
    s.id AS submission_id,
    s.task_file_id,
    s.key,
    s.created_at,
    b.remote_id,
    v.state,
    v.raw_state,
    v.output_file_id,
    v.error_file_id,
    v.total,
    v.completed,
    v.failed,
    v.errors,
    v.at AS seen_at,
    e.how AS ended,
    e.message,
    e.not_before
FROM submission AS s
LEFT JOIN batch AS b ON b.submission_id = s.id
LEFT JOIN batch_view AS v
    ON v.id = (SELECT max(id) FROM batch_view WHERE submission_id = s.id)
LEFT JOIN ended AS e ON e.submission_id = s.id;

-- waiting: may be sent; doubt: intent without batch; open: at the provider; done: joined;
-- split: its tasks stand in smaller files now.
CREATE VIEW task_file_state AS
SELECT
    f.*,
    s.id AS submission_id,
    coalesce(e.not_before, 0) AS not_before,
    CASE
        WHEN x.task_file_id IS NOT NULL THEN 'split'
        WHEN s.id IS NULL OR e.how IN ('queue_full', 'refused', 'abandoned') THEN 'waiting'
        WHEN e.how = 'joined' THEN 'done'
        WHEN b.remote_id IS NULL THEN 'doubt'
        ELSE 'open'
    END AS state
FROM task_file AS f
LEFT JOIN split AS x ON x.task_file_id = f.id
LEFT JOIN submission AS s
    ON s.id = (SELECT max(id) FROM submission WHERE task_file_id = f.id)
LEFT JOIN batch AS b ON b.submission_id = s.id
LEFT JOIN ended AS e ON e.submission_id = s.id;

CREATE VIEW photo_state AS
SELECT
    p.id AS photo_id,
    p.path,
    t.id AS task_id,
    t.task_file_id,
    o.result,
    CASE
        WHEN p.present = 0 THEN 'gone'
        WHEN p.trouble <> '' THEN 'unreadable'
        WHEN t.id IS NULL OR t.digest <> p.digest THEN 'new'
        WHEN o.task_id IS NULL THEN
            CASE f.state WHEN 'waiting' THEN 'built' ELSE 'submitted' END
        WHEN o.result IN ('accepted', 'repaired') THEN
            CASE w.kind
                WHEN 'written' THEN 'written'
                WHEN 'unchanged' THEN 'written'
                WHEN 'held' THEN 'held'
                WHEN 'failed' THEN 'write_failed'
                ELSE 'captioned'
            END
        ELSE o.result
    END AS state
FROM photo AS p
LEFT JOIN task AS t ON t.id = (SELECT max(id) FROM task WHERE photo_id = p.id)
LEFT JOIN outcome AS o ON o.task_id = t.id
LEFT JOIN task_file_state AS f ON f.id = t.task_file_id AND o.task_id IS NULL
LEFT JOIN written AS w
    ON w.id = (SELECT max(id) FROM written WHERE task_id = t.id);
