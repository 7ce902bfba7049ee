"""Arrays that took seconds to compute, kept as .npz under a name that changes with what they were computed from."""
from __future__ import annotations

import hashlib
import logging
import os
import zipfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

Arrays = Mapping[str, NDArray[Any]]
log = logging.getLogger(__name__)


def fingerprint(parts: Iterable[str]) -> str:
    """16 hex digits over the parts and their order."""
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part.encode("utf-8", "surrogatepass") + b"\0")
    return digest.hexdigest()[:16]


def kept(folder: Path, name: str, key: str, make: Callable[[], Arrays]) -> tuple[Arrays, bool]:
    """The arrays of folder/name-key.npz, and False; or what `make` makes, stored there, and True.

    Files of other keys are removed: they belong to training data or an encoder that is gone. A file that cannot be
    read is made again.
    """
    path = folder / f"{name}-{key}.npz"
    try:
        with np.load(path, allow_pickle=False) as stored:
            return dict(stored), False
    except FileNotFoundError:
        pass
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as fault:
        log.warning("%s cannot be read and is made again: %s", path, fault)
    arrays = make()
    _store(path, arrays)
    for old in folder.glob(f"{name}-*.npz"):
        if old != path:
            old.unlink(missing_ok=True)
    return arrays, True


def _store(path: Path, arrays: Arrays) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(f".{os.getpid()}.tmp")
    with partial.open("wb") as file:
        np.savez(file, allow_pickle=False, **arrays)
    partial.replace(path)
