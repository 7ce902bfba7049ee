"""Uploaded bytes in a folder: gateway/store/blobs.py. A file appears whole or not at all."""
from __future__ import annotations

import asyncio
import os
import re
from contextlib import suppress
from pathlib import Path

from gateway.errors import NotFound, Unavailable

ID = re.compile(r"[0-9a-f]{8,64}\Z")


class FolderBlobs:
    """`<folder>/<first two characters>/<id>`, readable by the owner alone."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    @property
    def mark(self) -> Path:
        """A file by which gateways on several machines know that theirs is the same folder."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        return self._folder / "folder.id"

    async def put(self, id: str, data: bytes) -> None:
        await asyncio.to_thread(_write, self._path(id), data)

    async def open(self, id: str) -> bytes:
        return await asyncio.to_thread(_read, self._path(id))

    async def delete(self, id: str) -> None:
        await asyncio.to_thread(self._path(id).unlink, missing_ok=True)

    def _path(self, id: str) -> Path:
        """An id that is not ours never becomes a path."""
        if not ID.match(id):
            raise NotFound("no such upload")
        return self._folder / id[:2] / id


def _write(path: Path, data: bytes) -> None:
    temporary = path.with_suffix(".part")
    try:
        _make_folder(path.parent)
        with open(temporary, "wb", opener=_private) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(path)
        _sync_folder(path.parent)
    except OSError as error:
        with suppress(OSError):
            temporary.unlink()
        raise Unavailable(f"the upload cannot be stored: {error.strerror}") from error


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _sync_folder(folder.parent)


def _sync_folder(folder: Path) -> None:
    """A new name is durable only when its folder is (fsync(2))."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise NotFound("no such upload") from error
