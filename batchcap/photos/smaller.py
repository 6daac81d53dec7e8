"""A reduced copy made smaller still, for a provider that found it too large.

Takes the JPEG bytes of a reduced copy; gives JPEG bytes and the size in pixels. Pure.
"""

import io

from PIL import Image

# Below this many pixels a caption would be guessed; the provider refuses it then for good.
LEAST_SIDE = 256


def smaller(jpeg: bytes, halvings: int, quality: int) -> tuple[bytes, int, int]:
    """Return the picture with its longer side halved so many times, with its width and height.

    It never goes below 256 pixels; a picture that is there already comes back as it is.
    """
    with Image.open(io.BytesIO(jpeg)) as image:
        longest = max(image.size)
        side = max(longest >> halvings, min(longest, LEAST_SIDE))
        if side == longest:
            return jpeg, *image.size
        size = (max(1, image.width * side // longest), max(1, image.height * side // longest))
        copy = image.resize(size, Image.Resampling.LANCZOS)
    out = io.BytesIO()
    copy.save(out, "JPEG", quality=quality)
    return out.getvalue(), *copy.size
