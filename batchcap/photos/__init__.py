"""Photos as they lie on disk: found, identified, read, and reduced to the copy that is sent.

Takes paths below ``photos.root``; gives frozen values. Never knows a stage or the ledger, and
never writes to a photo.
"""
