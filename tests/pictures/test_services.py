import io
import struct
import zlib

import pytest
from PIL import Image

from broadsheet.pictures.models import Picture, RenditionState
from broadsheet.pictures.renditions import WIDTHS, specs_for
from broadsheet.pictures.selectors import images
from broadsheet.pictures.services import UnusablePicture, add_picture, render, render_pending
from tests.factories import make_picture, picture_bytes

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _root(paper: object) -> None:
    """Pictures live in the root collection."""


def bomb(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"", "not a readable picture"),
        (b"<html>", "not a readable picture"),
        (picture_bytes()[:300], "not a readable picture"),
        (bomb(60_000, 60_000), "pixels"),
        (b"x" * (51 * 2**20), "larger than 50 MB"),
    ],
    ids=["empty", "html", "cut off", "bomb", "too large"],
)
def test_a_bad_file_is_refused_in_one_line_and_leaves_nothing(data, why, tmp_path, settings):
    before = Picture.objects.count()
    with pytest.raises(UnusablePicture, match=why) as caught:
        add_picture(data, "bad.jpg")

    assert "\n" not in str(caught.value)
    assert Picture.objects.count() == before


def test_a_picture_that_broke_off_is_refused_in_one_line():
    file = io.BytesIO()
    Image.effect_noise((800, 600), 80).convert("RGB").save(file, "JPEG")

    with pytest.raises(UnusablePicture, match="not a whole picture"):
        add_picture(file.getvalue()[: len(file.getvalue()) // 3], "broken.jpg")
    assert not Picture.objects.exists()


def test_grey_in_sixteen_bits_is_taken_and_rendered_as_it_looks():
    file = io.BytesIO()
    Image.new("I;16", (640, 480), 0x8000).save(file, "PNG")

    picture, is_new = add_picture(file.getvalue(), "scan.png")
    again, is_new_again = add_picture(file.getvalue(), "scan.png")

    assert (is_new, is_new_again, again.pk) == (True, False, picture.pk)
    assert render(picture)
    with picture.file.open("rb") as kept_file, Image.open(kept_file) as kept:
        assert (kept.mode, kept.getpixel((3, 3))) == ("L", 0x80)


def test_the_same_bytes_are_one_picture():
    data = picture_bytes()
    first, made = add_picture(data, "a.jpg", title="A")
    second, again = add_picture(data, "b.jpg", title="B")

    assert (first.pk, made, again) == (second.pk, True, False)


def test_file_names_cant_be_guessed():
    one, two = make_picture(), make_picture()

    assert one.file.name.split("/")[1] != two.file.name.split("/")[1]
    assert len(one.file.name.split("/")[1]) == 16


def test_a_template_is_given_only_renditions_that_exist():
    picture = make_picture()
    assert images([picture.pk])[picture.pk].is_ready is False

    assert render_pending() >= 1
    shown = images([picture.pk])[picture.pk]

    assert shown.is_ready
    assert shown.share.endswith(".jpg")
    assert [part.split()[1] for part in shown.srcset.split(", ")] == ["320w", "640w"]


def test_no_rendition_is_wider_than_the_picture():
    assert specs_for(700)[0].startswith("width-320")
    assert not any("960" in spec for spec in specs_for(700))
    assert sum("webp" in spec for spec in specs_for(5000)) == len(WIDTHS)


def test_a_picture_that_can_never_be_rendered_is_given_up_after_three_tries(monkeypatch):
    picture = make_picture()
    monkeypatch.setattr(Picture, "get_renditions", lambda *a: (_ for _ in ()).throw(OSError("broken")))

    for _ in range(3):
        render(picture)

    picture.refresh_from_db()
    assert picture.rendition_state == RenditionState.FAILED
