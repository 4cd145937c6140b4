"""Photos that were made to do harm: to the server's time and memory, to who looks, or to who sent them."""

import io
import random
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from abonent.base.picture_parts import DATA_PIECES, OTHER_PARTS, SCANS, has_too_many_parts
from abonent.metering.photos import BadPictureError, prepare

PLACE = (43.0, 14.0, 13.37)  # where the meter hangs


def drawn(kind: str, mode: str = "RGB", size: tuple[int, int] = (80, 50), **more: object) -> bytes:
    out = io.BytesIO()
    Image.effect_noise(size, 90).convert(mode).save(out, kind, **more)
    return out.getvalue()


def chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png_with(chunks: bytes) -> bytes:
    """Before the picture's data."""
    plain = drawn("PNG")
    return plain[:33] + chunks + plain[33:]


def jpeg_with(segments: bytes) -> bytes:
    plain = drawn("JPEG")
    return plain[:2] + segments + plain[2:]


def scans(many: int) -> bytes:
    """A progressive picture whose last scan comes again and again: a decoder walks all dots each time."""
    plain = drawn("JPEG", progressive=True)
    last = plain[plain.rfind(b"\xff\xda") : -2]
    return plain[:-2] + last * many + b"\xff\xd9"


PROFILE = chunk(b"iCCP", b"k\0\0" + zlib.compress(bytes(10_000)))

BOMBS = {
    "scans": lambda: scans(SCANS),
    "profiles": lambda: png_with(PROFILE * 2),
    "chunks": lambda: png_with(chunk(b"teXt", b"") * OTHER_PARTS),
    "data pieces": lambda: png_with(chunk(b"IDAT", b"") * (DATA_PIECES + 1)),
    "segments": lambda: jpeg_with(b"\xff\xfe\0\3a" * OTHER_PARTS),
    "filling": lambda: jpeg_with(b"\xff" * 1000),
    "an end before the beginning": lambda: jpeg_with(b"\xff\xd9" + b"\xff\xfe\0\3a" * OTHER_PARTS),
    "a text that unpacks": lambda: png_with(chunk(b"zTXt", b"k\0\0" + zlib.compress(bytes(9_000_000), 9))),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_a_file_of_endless_parts_is_refused_unread(bomb: str) -> None:
    file = BOMBS[bomb]()
    assert len(file) < 600_000
    with pytest.raises(BadPictureError) as refused:
        prepare(file)
    assert refused.value.problem.code == "not_a_picture"


def motion_photo() -> bytes:
    """Phones append a second of video: any bytes, also those of markers."""
    return drawn("JPEG", exif=located()) + b"\xff\xda\0\2\xff\xd9\xff\xfe" * 5000


PICTURES: dict[str, Callable[[], bytes]] = {
    "progressive": lambda: drawn("JPEG", progressive=True),
    "with a profile": lambda: png_with(PROFILE),
    "motion photo": motion_photo,
    "sixteen bits": lambda: drawn("PNG", "I;16"),
    "one bit": lambda: drawn("PNG", "1"),
    "grey and clear": lambda: drawn("PNG", "LA"),
    "animated PNG": lambda: drawn("PNG", save_all=True, append_images=[Image.new("RGB", (80, 50))] * 9),
    "animated WebP": lambda: drawn("WEBP", save_all=True, append_images=[Image.new("RGB", (80, 50))] * 9),
    "CMYK": lambda: drawn("JPEG", "CMYK"),
    "a thread": lambda: drawn("PNG", size=(1, 5000)),
}


@pytest.mark.parametrize("kind", PICTURES)
def test_what_phones_and_programs_write_is_taken(kind: str) -> None:
    file = PICTURES[kind]()
    assert not has_too_many_parts(file)
    kept = Image.open(io.BytesIO(prepare(file).jpeg))
    kept.load()
    assert (kept.format, kept.mode, getattr(kept, "n_frames", 1)) == ("JPEG", "RGB", 1)


def located() -> Image.Exif:
    exif = Image.Exif()
    exif[0x010F] = "Nikon of Alice"
    exif.get_ifd(0x8825).update({1: "N", 2: PLACE, 3: "E", 4: PLACE})
    return exif


def test_nothing_of_the_senders_file_is_kept() -> None:
    """Neither where it was taken, nor a page hidden in it."""
    page = b"<script>alert(1)</script><?php system($_GET[0]); ?>"
    sent = drawn("JPEG", exif=located(), comment=page, icc_profile=page) + page
    with Image.open(io.BytesIO(sent)) as before:
        assert dict(before.getexif().get_ifd(0x8825))[2] == pytest.approx(PLACE)
    jpeg = prepare(sent).jpeg
    with Image.open(io.BytesIO(jpeg)) as after:
        assert dict(after.getexif()) == {}
        assert set(after.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
    for trace in (b"<script", b"<?php", b"Nikon", b"Exif", b"GPS"):
        assert trace not in jpeg
    assert jpeg.startswith(b"\xff\xd8")
    assert jpeg.endswith(b"\xff\xd9")


@pytest.mark.parametrize("seed", range(4))
def test_a_damaged_picture_is_taken_or_refused_and_nothing_else(seed: int) -> None:
    dice = random.Random(seed)
    base = [
        drawn("JPEG", exif=located(), progressive=True),
        drawn("PNG", "P"),
        drawn("WEBP"),
        drawn("JPEG"),
    ][seed]
    refused = 0
    for _turn in range(150):
        file = bytearray(base)
        for _flip in range(dice.randint(1, 6)):
            file[dice.randrange(min(len(file), 900))] = dice.randrange(256)
        try:
            kept = prepare(bytes(file[: dice.randrange(len(file)) if dice.random() < 0.2 else None]))
            assert kept.jpeg.startswith(b"\xff\xd8")
        except BadPictureError:
            refused += 1
    assert refused
