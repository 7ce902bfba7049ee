"""Untrusted pictures are drawn anew by a child process that may fail without harm (gateway/picture_child.py)."""
from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from gateway import picture_child
from gateway.errors import TooLarge, Unavailable, Unsupported

WALL_S = 30.0
_CHILD = str(Path(picture_child.__file__).resolve())


class Studio:
    """At most `at_once` pictures are decoded at a time; the others wait."""

    def __init__(self, at_once: int = 2, wall_s: float = WALL_S) -> None:
        self._seats = asyncio.Semaphore(at_once)
        self._wall_s = wall_s

    async def redraw(self, data: bytes) -> tuple[str, bytes]:
        """(media type, bytes) of a JPEG or PNG without metadata. Raises Unsupported, TooLarge, Unavailable."""
        async with self._seats:
            status, output = await self._run(data)
        if status == picture_child.TOO_LARGE:
            raise TooLarge(f"at most {picture_child.MAX_PIXELS // 1_000_000} megapixels")
        if status != 0:
            raise Unsupported("the picture cannot be read")
        media_type, _, drawn = output.partition(b"\n")
        return media_type.decode(), drawn

    async def _run(self, data: bytes) -> tuple[int, bytes]:
        pipe, nothing = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
        try:
            child = await asyncio.create_subprocess_exec(
                sys.executable, "-I", _CHILD, stdin=pipe, stdout=pipe, stderr=nothing, env={}, cwd="/"
            )
        except OSError as fault:
            raise Unavailable("no process for a picture") from fault
        try:
            async with asyncio.timeout(self._wall_s):
                output, _ = await child.communicate(data)
        except TimeoutError:
            return picture_child.UNREADABLE, b""
        finally:
            if child.returncode is None:
                child.kill()
                await child.wait()
        return child.returncode or 0, output
