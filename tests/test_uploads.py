"""Files have an owner, a life and an end."""
from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gateway.clock import RandomIds
from gateway.errors import NotFound, TooLarge, Unprocessable, Unsupported
from gateway.store.files import FolderBlobs
from gateway.store.sqlite import SqliteStore
from gateway.uploads import Uploads, UploadSettings
from gateway.work_order import Attachment
from tests import files
from tests.clock import ManualClock

DAY_S = 86_400
OWNER = "web:owner"


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
async def store(tmp_path: Path, clock: ManualClock) -> AsyncIterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "u.db", clock, RandomIds())
    await opened.open()
    yield opened
    await opened.close()


@pytest.fixture
def uploads(store: SqliteStore, clock: ManualClock, tmp_path: Path) -> Uploads:
    return Uploads(
        FolderBlobs(tmp_path / "files"), store.records, clock, RandomIds(), UploadSettings(max_bytes=100_000)
    )


def stored(folder: Path) -> list[Path]:
    return [path for path in (folder / "files").rglob("*") if path.is_file()]


async def test_a_file_is_kept_as_it_is_and_described(uploads: Uploads) -> None:
    info = await uploads.keep(OWNER, files.PDF)

    assert await uploads.open(info.id) == (info, files.PDF)
    digest = hashlib.sha256(files.PDF).hexdigest()
    assert info.attachment == Attachment(info.id, "application/pdf", len(files.PDF), digest)
    assert (info.owner, info.used) == (OWNER, False)


async def test_a_picture_is_kept_as_it_was_drawn_anew(uploads: Uploads) -> None:
    info = await uploads.keep(OWNER, files.phone_photo())
    _, data = await uploads.open(info.id)

    assert (info.media_type, info.size, info.sha256) == ("image/jpeg", len(data), hashlib.sha256(data).hexdigest())
    assert b"SecretPhone" not in data


async def test_only_the_owner_owns_it(uploads: Uploads) -> None:
    info = await uploads.keep(OWNER, files.PDF)

    assert await uploads.owned(OWNER, info.id) == "application/pdf"
    assert await uploads.owned("web:stranger", info.id) is None
    assert await uploads.owned(OWNER, "0" * 32) is None


@pytest.mark.parametrize(
    ("data", "error"),
    [(b"", Unprocessable), (files.SVG, Unsupported), (files.archive(), Unsupported), (b"x" * 100_001, TooLarge)],
)
async def test_what_is_refused_leaves_nothing_behind(
    uploads: Uploads, tmp_path: Path, data: bytes, error: type[Exception]
) -> None:
    with pytest.raises(error):
        await uploads.keep(OWNER, data)

    assert stored(tmp_path) == []


@pytest.mark.parametrize("upload", ["0" * 32, "../../etc/passwd", "", "x\x00y", "a" * 4096])
async def test_what_is_not_there_is_not_found(uploads: Uploads, upload: str) -> None:
    with pytest.raises(NotFound):
        await uploads.open(upload)


async def test_what_no_work_order_uses_is_gone_after_a_day(
    uploads: Uploads, store: SqliteStore, clock: ManualClock, tmp_path: Path
) -> None:
    unused, used = await uploads.keep(OWNER, files.PDF), await uploads.keep(OWNER, files.AMR)
    await store.records.write([uploads.used(used)])
    clock.advance(DAY_S - 1)
    young = await uploads.keep(OWNER, files.MP4)
    assert await uploads.sweep(clock.now()) == 0
    clock.advance(2)

    assert await uploads.sweep(clock.now()) == 1
    assert await uploads.info(unused.id) is None
    assert sorted(path.name for path in stored(tmp_path)) == sorted([used.id, young.id])
    kept = await uploads.info(used.id)
    assert kept is not None
    assert kept.used
    assert await uploads.sweep(clock.now()) == 0
