"""A picture that somebody sent: checked by its content, turned, made smaller, and drawn anew without what the
camera wrote into it. Pure but for Pillow; nothing of the sender's file is kept."""

import io
import warnings
from dataclasses import dataclass
from typing import Literal

from PIL import Image, ImageOps, UnidentifiedImageError

from abonent.base.picture_parts import has_too_many_parts

MEGAPIXELS = 40
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")

Reason = Literal["picture_too_heavy", "picture_too_large", "not_a_picture", "heic"]


@dataclass(frozen=True, slots=True)
class Picture:
    jpeg: bytes
    width: int
    height: int


class BadPictureError(ValueError):
    """`reason` says why; the rooms have the words for it."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason: Reason = reason


def is_heic(file: bytes) -> bool:
    """A photo as telephones of one maker keep it, or its kin AVIF."""
    return file[4:8] == b"ftyp" and file[8:12] in _HEIC


def prepare(file: bytes, *, megabytes: int, longest_side: int) -> Picture:
    """The picture as it is kept: JPEG, upright, at most `longest_side` dots a side, no metadata.

    At most `megabytes` and 40 million dots are read, and of parts as many as pictures have: both stand in the
    file and are looked at before anything is unpacked. Raises `BadPictureError`.
    """
    if len(file) > megabytes * 1024 * 1024:
        raise BadPictureError("picture_too_heavy")
    if is_heic(file):
        raise BadPictureError("heic")
    if has_too_many_parts(file):
        raise BadPictureError("not_a_picture")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a sender may cause by thousands; our own bounds are lower
            return _drawn_anew(file, longest_side)
    except BadPictureError:
        raise
    except Image.DecompressionBombError as error:
        raise BadPictureError("picture_too_large") from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadPictureError("not_a_picture") from error


def _drawn_anew(file: bytes, longest_side: int) -> Picture:
    with Image.open(io.BytesIO(file), formats=FORMATS) as sent:
        if sent.width * sent.height > MEGAPIXELS * 1_000_000:
            raise BadPictureError("picture_too_large")
        sent.thumbnail((longest_side, longest_side))  # a JPEG is unpacked smaller right away
        flat = _on_white(ImageOps.exif_transpose(sent))
    out = io.BytesIO()
    flat.save(out, "JPEG", quality=QUALITY, optimize=True)
    return Picture(out.getvalue(), flat.width, flat.height)


def _on_white(picture: Image.Image) -> Image.Image:
    """Without transparency, and without a line of what was written beside the dots."""
    clear = picture.convert("RGBA") if "A" in picture.getbands() or "transparency" in picture.info else None
    flat = Image.new("RGB", picture.size, "white")
    flat.paste(clear or picture.convert("RGB"), mask=clear)
    return flat
