"""Photos of meters: what is taken, and what is left of it."""

import io
import struct
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from abonent.metering import photos, queries
from abonent.metering.models import Meter, Photo
from abonent.metering.operations import NotTaken
from abonent.metering.photos import BadPictureError, prepare
from abonent.users.models import User
from tests.metering.conftest import Desk, key

SECRET = "Nikon of Alice"  # a camera writes who and where


def picture(kind: str = "JPEG", size: tuple[int, int] = (80, 60), mode: str = "RGB", **more: object) -> bytes:
    drawn = Image.new("RGB", size, "red")
    drawn.paste("blue", (0, 0, size[0] // 2, size[1] // 2))
    out = io.BytesIO()
    drawn.convert(mode).save(out, kind, **more)
    return out.getvalue()


def with_exif(orientation: int) -> bytes:
    exif = Image.Exif()
    exif[0x010F] = SECRET
    exif[0x0112] = orientation
    exif.get_ifd(0x8825)[1] = "N"
    return picture(exif=exif, comment=SECRET.encode())


def reopened(jpeg: bytes) -> Image.Image:
    found = Image.open(io.BytesIO(jpeg))
    found.load()
    return found


@pytest.mark.parametrize(
    ("kind", "mode"),
    [("JPEG", "RGB"), ("JPEG", "CMYK"), ("JPEG", "L"), ("PNG", "RGBA"), ("PNG", "P"), ("WEBP", "RGB")],
)
def test_a_picture_of_any_taken_kind_becomes_a_jpeg(kind: str, mode: str) -> None:
    kept = prepare(picture(kind, mode=mode))
    drawn = reopened(kept.jpeg)
    assert (drawn.format, drawn.mode, drawn.size) == ("JPEG", "RGB", (80, 60))
    assert (kept.width, kept.height) == drawn.size


def test_it_is_turned_upright_and_nothing_of_the_camera_is_left() -> None:
    sent = with_exif(orientation=6)  # the camera was held on its side
    assert SECRET.encode() in sent
    kept = prepare(sent)
    drawn = reopened(kept.jpeg)
    assert drawn.size == (60, 80)
    red, _green, blue = drawn.getpixel((55, 5))  # type: ignore[misc]
    assert blue > 200 > red
    assert not drawn.getexif()
    assert SECRET.encode() not in kept.jpeg
    assert b"Exif" not in kept.jpeg
    assert "comment" not in drawn.info


def test_of_several_pictures_in_one_file_the_first_is_kept() -> None:
    """Some phones write a second, smaller picture behind the first (MPO)."""
    out = io.BytesIO()
    Image.new("RGB", (80, 60)).save(out, "MPO", save_all=True, append_images=[Image.new("RGB", (8, 6))])
    kept = prepare(out.getvalue())
    assert (kept.width, kept.height) == (80, 60)
    assert getattr(reopened(kept.jpeg), "n_frames", 1) == 1


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_large_one_is_made_smaller_and_keeps_its_shape(kind: str) -> None:
    kept = prepare(picture(kind, size=(3200, 1000)))
    assert (kept.width, kept.height) == (1600, 500)
    assert reopened(kept.jpeg).size == (1600, 500)


def bomb(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is enormous."""
    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)

    def chunk(name: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))

    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"")) + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("file", "code"),
    [
        (b"", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (b"GIF89a" + bytes(40), "not_a_picture"),
        (picture("GIF"), "not_a_picture"),
        (picture("TIFF"), "not_a_picture"),
        (picture()[:300], "not_a_picture"),
        (b"%PDF-1.7", "not_a_picture"),
        (b"\0\0\0\x18ftypheic" + bytes(40), "heic"),
        (b"\0\0\0\x18ftypmif1" + bytes(40), "heic"),
        (bomb(60_000, 60_000), "picture_too_large"),
        (bomb(8_000, 5_001), "picture_too_large"),
        (picture() + bytes(photos.MEGABYTES * 1024 * 1024), "picture_too_heavy"),
    ],
    ids=lambda value: value if isinstance(value, str) else f"{len(value)} bytes",
)
def test_what_is_refused(file: bytes, code: str) -> None:
    with pytest.raises(BadPictureError) as refused:
        prepare(file)
    assert refused.value.problem.code == code
    assert refused.value.problem.message


@pytest.mark.django_db
def test_a_photo_goes_along_and_only_its_account_sees_it(
    desk: Desk, alice: User, meter: Meter, new_account: Callable[..., object]
) -> None:
    sent = desk.send(alice, {key(meter): "1150"}, photos={meter.pk: with_exif(6)})
    jpeg = queries.photo(desk.account_id, sent.number, meter.pk)
    assert jpeg
    assert reopened(jpeg).size == (60, 80)
    other = new_account("000800")
    assert queries.photo(other.pk, sent.number, meter.pk) is None  # type: ignore[attr-defined]
    assert queries.photo(desk.account_id, sent.number, meter.pk + 1) is None
    assert queries.photo(desk.account_id, "0-0", meter.pk) is None


@pytest.mark.django_db
def test_a_bad_photo_is_told_beside_the_other_fields(
    desk: Desk, alice: User, meter: Meter, new_meter: Callable[..., Meter]
) -> None:
    other = new_meter("B")
    with pytest.raises(NotTaken) as refused:
        desk.send(
            alice, {key(meter): "900"}, photos={meter.pk: b"no", other.pk: picture(), other.pk + 9: picture()}
        )
    codes = {where: problem.code for where, problem in refused.value.problems.items()}
    assert codes == {
        key(meter): "lower",
        f"photo-{meter.pk}": "not_a_picture",
        f"photo-{other.pk}": "photo_without_reading",
        f"photo-{other.pk + 9}": "taken_off",
    }


@pytest.mark.django_db
def test_a_photo_sent_later_makes_a_correction(desk: Desk, alice: User, meter: Meter) -> None:
    first = desk.send(alice, {key(meter): "1150"})
    second = desk.send(alice, {key(meter): "1150"}, photos={meter.pk: picture()})
    assert first != second
    assert Photo.objects.get().submission == second
