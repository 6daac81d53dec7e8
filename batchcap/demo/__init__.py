"""Twelve sample photos, painted: what ``batchcap demo`` works on.

Takes a folder; gives JPEG files with EXIF in the layout ``photo/COUNTRY/CITY/RELEASE/name.jpg``.
Never changes a file that is there already, and needs neither network nor clock.
"""

from pathlib import Path

from batchcap.records import Progress


def paint(root: Path, progress: Progress | None = None) -> tuple[Path, ...]:
    """Paint what is missing of the sample photos below ``root``; return the paths of all twelve.

    The same Pillow gives the same bytes each time. A file that exists stays as it is, whatever
    is in it. Raises OSError where a folder or file cannot be made; no half photo stays.
    """
    # Pillow takes its time to load: whoever only asks for help does not wait for it
    from batchcap.demo.studio import paint_all

    return paint_all(root, progress)
