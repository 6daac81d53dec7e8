"""Whatever colours an image has, sRGB.

Takes a decoded image and its ICC profile; gives mode RGB. Never fails for a bad profile: the
plain conversion is what every viewer without colour management shows.
"""

import io

from PIL import Image, ImageChops, ImageCms

_DEEP = ("I", "I;16", "I;16L", "I;16B", "I;16N")


def to_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    """Return a flat image as RGB with the primaries of sRGB."""
    if profile and image.mode in {"RGB", "L", "CMYK"}:
        converted = _through(image, profile)
        if converted is not None:
            return converted
    return image if image.mode == "RGB" else image.convert("RGB")


def flat(image: Image.Image) -> Image.Image:
    """Return the image as RGB, L or CMYK with 8 bits: palettes resolved, white behind glass."""
    if image.has_transparency_data:
        seen = image.convert("RGBA")
        white = Image.new("RGB", seen.size, "white")
        white.paste(seen, mask=seen.getchannel("A"))
        return white
    if image.mode in _DEEP:
        return image.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if image.mode == "F":
        return _stretched(image)
    if image.mode in {"RGB", "L", "CMYK"}:
        return image
    return image.convert("L" if image.mode == "1" else "RGB")


def upright_cmyk(image: Image.Image, *, adobe: bool) -> Image.Image:
    """Return a CMYK image of a JPEG the right way round.

    Photoshop stores ink inverted and says so by an Adobe segment; Pillow turns every CMYK JPEG.
    """
    return image if adobe or image.mode != "CMYK" else ImageChops.invert(image)


def _stretched(image: Image.Image) -> Image.Image:
    """Floating point has no white of its own: the darkest value is black, the lightest white."""
    low, high = (float(each) for each in image.getextrema())  # type: ignore[arg-type]  # one band
    scale = 255 / (high - low) if high > low else 0.0
    return image.point(lambda value: value * scale - low * scale).convert("L")


def _through(image: Image.Image, profile: bytes) -> Image.Image | None:
    try:
        source = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        if "srgb" in ImageCms.getProfileDescription(source).lower() and image.mode == "RGB":
            return image
        target = ImageCms.createProfile("sRGB")
        return ImageCms.profileToProfile(image, source, target, outputMode="RGB")
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError, AttributeError):
        return None
