"""The verbs, one file each: an open workspace in, a StageResult out."""
