"""Pictures are drawn anew in a process of their own: upright, without a trace, within limits (HOSTILE.md 29 to 31)."""
from __future__ import annotations

import asyncio
import io

import pytest
from PIL import Image

from gateway import picture_child
from gateway.errors import TooLarge, Unsupported
from gateway.pictures import Studio
from tests import files


@pytest.fixture
def studio() -> Studio:
    return Studio()


def opened(data: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(data))
    picture.load()
    return picture


@pytest.mark.parametrize(
    ("kind", "mode", "media_type"),
    [
        ("JPEG", "RGB", "image/jpeg"), ("JPEG", "CMYK", "image/jpeg"), ("JPEG", "L", "image/jpeg"),
        ("PNG", "RGB", "image/png"), ("PNG", "RGBA", "image/png"), ("GIF", "RGB", "image/png"),
        ("WEBP", "RGB", "image/jpeg"), ("WEBP", "RGBA", "image/png"),
    ],
)
async def test_every_kind_becomes_jpeg_or_png(studio: Studio, kind: str, mode: str, media_type: str) -> None:
    told, data = await studio.redraw(files.picture(kind, mode=mode))

    picture = opened(data)
    assert told == media_type == Image.MIME[str(picture.format)]
    assert picture.size == (40, 30)


async def test_the_photo_stands_upright_and_tells_nothing(studio: Studio) -> None:
    _, data = await studio.redraw(files.phone_photo())

    picture = opened(data)
    assert picture.size == (30, 40)
    assert not picture.getexif()
    assert {"icc_profile", "comment", "exif"}.isdisjoint(picture.info)
    for secret in (b"SecretPhone", b"taken at home", b"secret profile", b"GPS"):
        assert secret not in data
    top, bottom = picture.getpixel((15, 5)), picture.getpixel((15, 35))
    assert isinstance(top, tuple)
    assert isinstance(bottom, tuple)
    assert (top[0] > 200, bottom[2] > 200) == (True, True)  # red was on the left, and is on top now


async def test_notes_of_a_png_and_whatever_hangs_behind_it_are_gone(studio: Studio) -> None:
    _, data = await studio.redraw(files.png_with_text() + files.archive() + files.HTML)

    assert b"taken at home" not in data
    assert "Comment" not in opened(data).info
    assert b"PK\x03\x04" not in data
    assert b"<script>" not in data


@pytest.mark.parametrize("kind", ["GIF", "PNG", "WEBP"])
async def test_of_a_moving_picture_the_first_frame_stays(studio: Studio, kind: str) -> None:
    _, data = await studio.redraw(files.moving(kind, 200))

    assert getattr(opened(data), "n_frames", 1) == 1


async def test_a_large_picture_is_made_smaller(studio: Studio) -> None:
    _, data = await studio.redraw(files.picture("PNG", (6000, 300)))

    assert opened(data).size == (picture_child.MAX_SIDE, 205)


async def test_too_many_pixels_are_refused_before_they_are_decoded(studio: Studio) -> None:
    for side in (7_000, 50_000):
        with pytest.raises(TooLarge):
            await studio.redraw(files.png_bomb(side))


@pytest.mark.parametrize(
    "data",
    [
        b"", b"\xff\xd8\xff", files.picture()[:200], files.png_bomb(2_000), files.SVG, files.PDF,
        files.picture("BMP"), files.picture("TIFF"),
    ],
    ids=["nothing", "three bytes", "cut", "short of pixels", "svg", "pdf", "bmp", "tiff"],
)
async def test_what_cannot_be_drawn_is_refused(studio: Studio, data: bytes) -> None:
    with pytest.raises(Unsupported):
        await studio.redraw(data)


async def test_a_child_that_takes_too_long_is_ended() -> None:
    with pytest.raises(Unsupported):
        await Studio(wall_s=0.001).redraw(files.picture())


async def test_the_loop_goes_on_while_pictures_are_drawn(studio: Studio) -> None:
    drawing = asyncio.gather(*(studio.redraw(files.picture("PNG", (1500, 1000))) for _ in range(3)))
    turns = 0
    while not drawing.done():
        await asyncio.sleep(0)
        turns += 1

    assert len(await drawing) == 3
    assert turns > 100
