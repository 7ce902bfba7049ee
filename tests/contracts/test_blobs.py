"""gateway/store/blobs.py: uploads by id, whole or not at all."""
from __future__ import annotations

import asyncio
import os
from pathlib import Path

import pytest

from gateway.errors import NotFound, Unavailable
from gateway.store.blobs import BlobStore
from gateway.store.files import FolderBlobs

ID = "0123456789abcdef0123456789abcdef"
OPENERS = {"folder": FolderBlobs}


@pytest.fixture(params=sorted(OPENERS))
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> BlobStore:
    return OPENERS[request.param](tmp_path / "uploads")


async def test_bytes_come_back_as_they_went(blobs: BlobStore) -> None:
    data = bytes(range(256)) * 1000
    await blobs.put(ID, data)
    assert await blobs.open(ID) == data


async def test_the_same_id_again_replaces(blobs: BlobStore) -> None:
    await blobs.put(ID, b"long first version")
    await blobs.put(ID, b"second")
    assert await blobs.open(ID) == b"second"


async def test_an_empty_file_is_a_file(blobs: BlobStore) -> None:
    await blobs.put(ID, b"")
    assert await blobs.open(ID) == b""


async def test_deleting_forgets_and_is_quiet_about_nothing(blobs: BlobStore) -> None:
    await blobs.put(ID, b"x")
    await blobs.delete(ID)
    await blobs.delete(ID)
    with pytest.raises(NotFound):
        await blobs.open(ID)


async def test_many_at_once(blobs: BlobStore) -> None:
    names = [f"{i:032x}" for i in range(40)]
    await asyncio.gather(*(blobs.put(name, name.encode()) for name in names))
    assert await asyncio.gather(*(blobs.open(name) for name in names)) == [name.encode() for name in names]


@pytest.mark.parametrize("id", ["", "../../etc/passwd", "..", "a/b", "0123456789ABCDEF", f"{ID}\n", f"{ID}\0", "1.jpg"])
async def test_what_is_not_our_id_never_becomes_a_path(blobs: BlobStore, id: str) -> None:
    for attempt in (blobs.put(id, b"x"), blobs.open(id), blobs.delete(id)):
        with pytest.raises(NotFound):
            await attempt


# --- what the folder promises beyond the contract -----------------------------------------------------------

async def test_files_are_the_owners_alone(tmp_path: Path) -> None:
    await FolderBlobs(tmp_path / "uploads").put(ID, b"x")
    file = tmp_path / "uploads" / ID[:2] / ID
    assert file.stat().st_mode & 0o777 == 0o600
    assert file.parent.stat().st_mode & 0o777 == 0o700


async def test_a_folder_that_cannot_be_written_is_unavailable(tmp_path: Path) -> None:
    (tmp_path / "uploads").write_text("a file where the folder should be")
    with pytest.raises(Unavailable):
        await FolderBlobs(tmp_path / "uploads").put(ID, b"x")


async def test_a_write_that_failed_leaves_the_old_bytes_and_no_litter(tmp_path: Path) -> None:
    blobs = FolderBlobs(tmp_path)
    await blobs.put(ID, b"old")
    obstacle = tmp_path / ID[:2] / f"{ID}.part"
    obstacle.mkdir()
    with pytest.raises(Unavailable):
        await blobs.put(ID, b"new")
    obstacle.rmdir()
    assert await blobs.open(ID) == b"old"
    assert os.listdir(tmp_path / ID[:2]) == [ID]
