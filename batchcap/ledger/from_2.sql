-- A patch tells its files by itself.

ALTER TABLE journal DROP COLUMN old_sha256;
ALTER TABLE journal DROP COLUMN new_sha256;
