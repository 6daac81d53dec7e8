"""What is written into photos: planned as values, written by ExifTool, read back, undone."""
