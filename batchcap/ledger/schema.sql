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

-- A photo as it was last seen. digest is '' until it has been read, trouble '' where it can be;
-- told is what of its facts a caption may rest on, heard a mark of what its folders and notes said,
-- taken seconds on the camera's clock, likeness what the picture looks like. leader_id is the file of
-- its family whose caption it gets, series_id the first frame of its burst; inherits is 1 where that
-- one is asked for both.
CREATE TABLE photo (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    size INTEGER NOT NULL,
    mtime_ns INTEGER NOT NULL,
    digest TEXT NOT NULL DEFAULT '',
    facts TEXT NOT NULL DEFAULT '{}',
    told TEXT NOT NULL DEFAULT '{}',
    heard TEXT NOT NULL DEFAULT '',
    taken REAL,
    likeness BLOB NOT NULL DEFAULT x'',
    leader_id INTEGER REFERENCES photo,
    series_id INTEGER REFERENCES photo,
    inherits INTEGER NOT NULL DEFAULT 0,
    trouble TEXT NOT NULL DEFAULT '',
    trouble_message TEXT NOT NULL DEFAULT '',
    present INTEGER NOT NULL DEFAULT 1
) STRICT;
CREATE INDEX photo_digest ON photo (digest);
CREATE INDEX photo_taken ON photo (taken) WHERE taken IS NOT NULL;
CREATE INDEX photo_series ON photo (series_id) WHERE series_id IS NOT NULL;
CREATE INDEX photo_leader ON photo (leader_id) WHERE leader_id IS NOT NULL;
CREATE INDEX photo_trouble ON photo (id) WHERE trouble <> '';

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

-- One request. digest is the picture it was made from; preset and facts what was asked and known,
-- told what of the facts its caption may rest on.
CREATE TABLE task (
    id INTEGER PRIMARY KEY,
    custom_id TEXT NOT NULL UNIQUE,
    photo_id INTEGER NOT NULL REFERENCES photo,
    generation INTEGER NOT NULL,
    digest TEXT NOT NULL,
    preset TEXT NOT NULL,
    facts TEXT NOT NULL,
    told TEXT NOT NULL,
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
CREATE INDEX outcome_amiss ON outcome (task_id) WHERE result IN ('held', 'refused', 'failed');

CREATE TABLE caption (
    task_id INTEGER PRIMARY KEY REFERENCES task,
    words TEXT NOT NULL,
    findings TEXT NOT NULL
) STRICT;

-- The words of a frame that was not asked for, made from the answer to the first of its series.
CREATE TABLE inherited (
    photo_id INTEGER NOT NULL REFERENCES photo,
    task_id INTEGER NOT NULL REFERENCES task,
    words TEXT NOT NULL,
    findings TEXT NOT NULL,
    PRIMARY KEY (photo_id, task_id)
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

-- What came of writing; journal_id is set for written and undone, told is what was known then.
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
    told TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;
CREATE INDEX written_task ON written (task_id, photo_id, id);
CREATE INDEX written_journal ON written (journal_id);
CREATE INDEX written_amiss ON written (photo_id) WHERE kind IN ('held', 'failed');

-- What the provider taught us, such as its queue limit for a model.
CREATE TABLE learned (
    key TEXT PRIMARY KEY,
    value TEXT NOT NULL,
    at REAL NOT NULL
) STRICT;

-- Sums over the views, as JSON; every transaction that changes anything empties it.
CREATE TABLE kept (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
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

-- The task that speaks for a photo: its own, its leader's or that of its series' first frame;
-- borrows: not its own, heir_id: the frame that has words of its own in it. told is what is known of the picture
-- now (of a family whose leader is gone, its own facts). stands: the picture is the one that was
-- asked of, and nothing that the words may rest on is known otherwise by now. A task that does not
-- stand is as good as none.
CREATE VIEW standing AS
SELECT
    n.photo_id,
    n.task_id,
    n.told,
    n.borrows,
    n.heir_id,
    coalesce(n.asked_digest = n.digest AND NOT (
        n.asked_told <> n.told AND EXISTS (
            SELECT 1 FROM json_each(n.asked_told) AS j
            WHERE j.value IS NOT json_extract(n.told, '$.' || j.key)
        )
    ), 0) AS stands
FROM (
    SELECT
        p.id AS photo_id,
        q.digest,
        iif(l.present, l.told, p.told) AS told,
        p.leader_id IS NOT NULL OR l.inherits AS borrows,
        iif(l.inherits, l.id, NULL) AS heir_id,
        t.id AS task_id,
        t.digest AS asked_digest,
        t.told AS asked_told
    FROM photo AS p
    JOIN photo AS l ON l.id = coalesce(p.leader_id, p.id)
    JOIN photo AS q ON q.id = iif(l.inherits, l.series_id, l.id)
    LEFT JOIN task AS t ON t.id = (SELECT max(id) FROM task WHERE photo_id = q.id)
) AS n;

CREATE VIEW photo_state AS
SELECT
    p.id AS photo_id,
    p.path,
    n.task_id,
    n.told,
    t.task_file_id,
    o.result,
    n.stands AND coalesce(o.result IN ('accepted', 'repaired'), 1) AS promising,
    CASE
        WHEN p.present = 0 THEN 'gone'
        WHEN p.trouble <> '' THEN 'unreadable'
        WHEN n.borrows AND (
            NOT n.stands OR p.digest = '' OR coalesce(o.result NOT IN ('accepted', 'repaired'), 1)
            OR (n.heir_id IS NOT NULL AND i.photo_id IS NULL)
        ) THEN 'follows'
        WHEN NOT n.stands THEN 'new'
        WHEN o.task_id IS NULL THEN
            CASE f.state WHEN 'waiting' THEN 'built' ELSE 'submitted' END
        WHEN o.result IN ('accepted', 'repaired') THEN
            CASE
                WHEN w.kind IN ('written', 'unchanged') THEN
                    iif(w.told = n.told, 'written', 'captioned')
                WHEN w.kind = 'held' THEN 'held'
                WHEN w.kind = 'failed' THEN 'write_failed'
                ELSE 'captioned'
            END
        ELSE o.result
    END AS state
FROM photo AS p
JOIN standing AS n ON n.photo_id = p.id
LEFT JOIN task AS t ON t.id = n.task_id
LEFT JOIN outcome AS o ON o.task_id = t.id
LEFT JOIN inherited AS i ON i.photo_id = n.heir_id AND i.task_id = n.task_id
LEFT JOIN task_file_state AS f ON f.id = t.task_file_id AND o.task_id IS NULL
LEFT JOIN written AS w
    ON w.id = (SELECT max(id) FROM written WHERE task_id = t.id AND photo_id = p.id);
