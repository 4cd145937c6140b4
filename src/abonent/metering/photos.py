"""A photo of a meter: checked by its content, turned, made smaller, and drawn anew without what the camera
wrote into it. Pure but for Pillow; nothing of the sender's file is kept."""

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from abonent.metering.picture_parts import has_too_many_parts
from abonent.metering.problems import Problem

MEGABYTES = 12
MEGAPIXELS = 40
LONGEST_SIDE = 1600
QUALITY = 85
FORMATS = ("JPEG", "PNG", "WEBP")
_HEIC = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif")


@dataclass(frozen=True, slots=True)
class Picture:
    jpeg: bytes
    width: int
    height: int


class BadPictureError(ValueError):
    """`problem` says why, and what to do."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.code)
        self.problem = problem


def prepare(file: bytes) -> Picture:
    """The picture as it is kept: JPEG, upright, at most 1600 dots a side, no metadata.

    At most 12 MB and 40 million dots are read, and of parts as many as pictures have: both stand in the file
    and are looked at before anything is unpacked. Raises `BadPictureError`.
    """
    if len(file) > MEGABYTES * 1024 * 1024:
        raise BadPictureError(Problem("picture_too_heavy", {"megabytes": MEGABYTES}))
    if file[4:8] == b"ftyp" and file[8:12] in _HEIC:
        raise BadPictureError(Problem("heic"))
    if has_too_many_parts(file):
        raise BadPictureError(Problem("not_a_picture"))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what a sender may cause by thousands; our own bounds are lower
            return _drawn_anew(file)
    except BadPictureError:
        raise
    except Image.DecompressionBombError as error:
        raise _too_large() from error
    except (UnidentifiedImageError, OSError, SyntaxError, ValueError) as error:
        raise BadPictureError(Problem("not_a_picture")) from error


def _too_large() -> BadPictureError:
    return BadPictureError(Problem("picture_too_large", {"megapixels": MEGAPIXELS}))


def _drawn_anew(file: bytes) -> Picture:
    with Image.open(io.BytesIO(file), formats=FORMATS) as sent:
        if sent.width * sent.height > MEGAPIXELS * 1_000_000:
            raise _too_large()
        sent.thumbnail((LONGEST_SIDE, LONGEST_SIDE))  # a JPEG is unpacked smaller right away
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
