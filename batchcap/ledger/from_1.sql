-- Families, series, and captions that stand while their facts do. told_of(facts) is Python's.
-- A photo's heard stays '': the next build reads it again, and asks for nothing that stands.

ALTER TABLE photo ADD COLUMN told TEXT NOT NULL DEFAULT '{}';
ALTER TABLE photo ADD COLUMN heard TEXT NOT NULL DEFAULT '';
ALTER TABLE photo ADD COLUMN taken REAL;
ALTER TABLE photo ADD COLUMN likeness BLOB NOT NULL DEFAULT x'';
ALTER TABLE photo ADD COLUMN leader_id INTEGER REFERENCES photo;
ALTER TABLE photo ADD COLUMN series_id INTEGER REFERENCES photo;
ALTER TABLE photo ADD COLUMN inherits INTEGER NOT NULL DEFAULT 0;
UPDATE photo SET told = told_of(facts);
CREATE INDEX photo_taken ON photo (taken) WHERE taken IS NOT NULL;
CREATE INDEX photo_series ON photo (series_id) WHERE series_id IS NOT NULL;
CREATE INDEX photo_leader ON photo (leader_id) WHERE leader_id IS NOT NULL;
CREATE INDEX photo_trouble ON photo (id) WHERE trouble <> '';

ALTER TABLE task ADD COLUMN told TEXT NOT NULL DEFAULT '{}';
UPDATE task SET told = told_of(facts);

CREATE INDEX outcome_amiss ON outcome (task_id) WHERE result IN ('held', 'refused', 'failed');

CREATE TABLE inherited (
    photo_id INTEGER NOT NULL REFERENCES photo,
    task_id INTEGER NOT NULL REFERENCES task,
    words TEXT NOT NULL,
    findings TEXT NOT NULL,
    PRIMARY KEY (photo_id, task_id)
) STRICT;

-- What was known when a photo was written was not kept: as far as can be told, what is known now.
ALTER TABLE written ADD COLUMN told TEXT NOT NULL DEFAULT '{}';
UPDATE written SET told = (SELECT told FROM photo WHERE id = written.photo_id);
DROP INDEX written_task;
CREATE INDEX written_task ON written (task_id, photo_id, id);
CREATE INDEX written_amiss ON written (photo_id) WHERE kind IN ('held', 'failed');

CREATE TABLE kept (
    name TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT;
