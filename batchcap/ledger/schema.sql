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
    told TEXT NOT NULL DEFAULT '{}',
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

-- The way back: patch turns the written file into the old one, and tells both by their digests.
-- Committed before the file is replaced.
CREATE TABLE journal (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES run,
    photo_id INTEGER NOT NULL REFERENCES photo,
    task_id INTEGER NOT NULL REFERENCES task,
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
    told TEXT NOT NULL DEFAULT '{}',
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
