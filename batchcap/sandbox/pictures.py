"""The pictures of a request: from an image_url part to small RGB pixels.

Takes: an image_url part of a checked body. Gives: a Picture, or raises Refused as OpenAI does.
Never decodes more than it needs, and downloads from other machines only where it is told to.
"""

import base64
import binascii
import hashlib
import io
import math
import struct
import urllib.error
import urllib.parse
import urllib.request
import zlib
from dataclasses import dataclass
from typing import Any

from PIL import Image, UnidentifiedImageError

from batchcap.sandbox import models
from batchcap.sandbox.shapes import Refused

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
MOST_PATCHES = 30_000
SMALL = 48
"""Pixels of the longer side of what is looked at."""
_PATCH = 32
_BUDGET = 2_500
_LARGEST = 512 * 1024 * 1024
_SECONDS = 10
_LOCAL = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True, slots=True)
class Picture:
    """Small RGB pixels of a picture, its full size in pixels and what it costs in tokens."""

    pixels: Image.Image
    width: int
    height: int
    tokens: int
    seed: int


def load(part: dict[str, Any], model: str, *, fetch: bool) -> Picture:
    """Decode the picture of an image_url part; raises Refused with status 400."""
    address = part["image_url"]
    data = _data(address["url"], fetch=fetch)
    if not data:
        raise _refusal("The image is empty.", "empty_image_file")
    if len(data) > _LARGEST:
        raise _refusal("The image is larger than 512 MB.", "image_file_too_large")
    try:
        with Image.open(io.BytesIO(data), formats=FORMATS) as image:
            if getattr(image, "n_frames", 1) > 1 and image.format in ("GIF", "WEBP", "PNG"):
                raise _refusal("Animated images are not supported.", "invalid_image_format")
            width, height = image.size
            tokens = _tokens(width, height, model, address.get("detail") or "auto")
            pixels = small_rgb(image)
    except UnidentifiedImageError as error:
        raise _refusal(
            "The image is not one of the supported formats: png, jpeg, gif, webp.",
            "invalid_image_format",
        ) from error
    except (Image.DecompressionBombError, Image.DecompressionBombWarning) as error:
        raise _refusal("The image has too many pixels.", "image_too_large") from error
    except (OSError, ValueError, SyntaxError, EOFError, struct.error, zlib.error) as error:
        raise _refusal("The image data cannot be decoded.", "invalid_image") from error
    seed = int.from_bytes(hashlib.blake2b(data, digest_size=8).digest(), "big")
    return Picture(pixels, width, height, tokens, seed)


def small_rgb(image: Image.Image) -> Image.Image:
    """Shrink an open picture to at most 48 x 48 RGB pixels, what is transparent laid on white."""
    image.draft("RGB", (SMALL * 2, SMALL * 2))
    if image.mode.startswith(("I", "F")):
        image = image.convert("I").point(lambda level: level * (1 / 256)).convert("L")
    if image.mode in ("RGBA", "LA", "PA", "P", "La", "RGBa"):
        layer = image.convert("RGBA")
        layer.thumbnail((SMALL, SMALL), reducing_gap=2.0)
        ground = Image.new("RGB", layer.size, "white")
        ground.paste(layer, mask=layer)
        return ground
    if image.mode not in ("RGB", "L"):
        image = image.convert("RGB")
    image.thumbnail((SMALL, SMALL), reducing_gap=2.0)
    return image.convert("RGB")


def _data(url: str, *, fetch: bool) -> bytes:
    if url.startswith("data:"):
        return _inline(url)
    parsed = urllib.parse.urlsplit(url)
    if parsed.scheme not in ("http", "https") or not parsed.hostname:
        raise _refusal("The image URL must be a data: or an http(s) URL.", "invalid_image_url")
    if not fetch and parsed.hostname not in _LOCAL:
        raise _refusal(
            "This sandbox downloads images from its own machine only.", "failed_to_download_image"
        )
    try:
        with urllib.request.urlopen(url, timeout=_SECONDS) as answer:  # noqa: S310  http(s) only, see above
            data: bytes = answer.read(_LARGEST + 1)
    except (OSError, ValueError) as error:
        if isinstance(error, urllib.error.HTTPError):
            error.close()
        raise _refusal("The image could not be downloaded.", "failed_to_download_image") from error
    return data


def _inline(url: str) -> bytes:
    head, comma, text = url.partition(",")
    kind, *marks = head.removeprefix("data:").split(";")
    if not comma or "base64" not in marks:
        raise _refusal("The data URL is not base64.", "invalid_base64_image")
    if kind not in ("image/png", "image/jpeg", "image/jpg", "image/webp", "image/gif"):
        raise _refusal(f"The media type '{kind}' is no image type.", "unsupported_image_media_type")
    try:
        return base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise _refusal("The base64 of the image is broken.", "invalid_base64_image") from error


def _tokens(width: int, height: int, model: str, detail: str) -> int:
    """Count prompt tokens by the patch rule, 1.2 for each patch of 32 x 32 pixels."""
    if detail in ("auto", "original") and models.original_size(model):
        patches = _patches(width, height, 65_535)
        if patches > MOST_PATCHES:
            raise Refused(
                400,
                f"The image requires {patches} patches after processing, exceeding the limit of"
                f" {MOST_PATCHES}.",
                param="messages",
                code="image_too_large",
            )
        return math.ceil(patches * 1.2)
    side = 512 if detail == "low" else 2048
    return math.ceil(min(_patches(width, height, side), _BUDGET) * 1.2)


def _patches(width: int, height: int, side: int) -> int:
    scale = min(1.0, side / max(width, height))
    across, down = max(1, round(width * scale)), max(1, round(height * scale))
    return math.ceil(across / _PATCH) * math.ceil(down / _PATCH)


def _refusal(message: str, code: str) -> Refused:
    return Refused(400, message, param="messages", code=code)
