"""How often a second this disk makes 4 KiB durable, one after the other: the ceiling of a store without grouping."""
from __future__ import annotations

import os
import time
from pathlib import Path

BLOCK = 4096


def fsyncs_per_s(folder: Path, seconds: float = 2.0) -> float:
    """Append a block and fsync, again and again, in a file of this folder."""
    path = folder / "fsync.probe"
    handle = os.open(path, os.O_CREAT | os.O_WRONLY | os.O_APPEND, 0o600)
    block, done, began = os.urandom(BLOCK), 0, time.perf_counter()
    try:
        while time.perf_counter() - began < seconds:
            os.write(handle, block)
            os.fsync(handle)
            done += 1
        return round(done / (time.perf_counter() - began), 1)
    finally:
        os.close(handle)
        path.unlink()
