"""Arrays kept by what they were made from."""
from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from nlu.cache import Arrays, fingerprint, kept


class Maker:
    """Counts how often the work was done."""

    def __init__(self) -> None:
        self.made = 0

    def __call__(self) -> Arrays:
        self.made += 1
        return {"numbers": np.arange(3), "names": np.array(["快递", "bike"])}


@pytest.fixture
def maker() -> Maker:
    return Maker()


def test_made_once_then_read(tmp_path: Path, maker: Maker) -> None:
    first, fresh = kept(tmp_path / "new" / "folder", "nlu", "a", maker)
    again, second = kept(tmp_path / "new" / "folder", "nlu", "a", maker)
    assert (fresh, second, maker.made) == (True, False, 1)
    assert again["names"].tolist() == first["names"].tolist() == ["快递", "bike"]


def test_another_key_is_made_and_the_old_file_goes(tmp_path: Path, maker: Maker) -> None:
    kept(tmp_path, "nlu", "a", maker)
    kept(tmp_path, "knowledge", "a", maker)
    kept(tmp_path, "nlu", "b", maker)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["knowledge-a.npz", "nlu-b.npz"]


@pytest.mark.parametrize("torn", [b"", b"PK\x03\x04", b"not an archive at all"])
def test_a_torn_file_is_made_again(tmp_path: Path, maker: Maker, torn: bytes) -> None:
    (tmp_path / "nlu-a.npz").write_bytes(torn)
    _, fresh = kept(tmp_path, "nlu", "a", maker)
    assert fresh
    assert kept(tmp_path, "nlu", "a", maker)[1] is False


def test_objects_are_never_unpickled(tmp_path: Path, maker: Maker) -> None:
    np.savez(tmp_path / "nlu-a.npz", names=np.array([{"a": 1}], dtype=object))
    arrays, fresh = kept(tmp_path, "nlu", "a", maker)
    assert fresh
    assert arrays["numbers"].tolist() == [0, 1, 2]


def test_a_fingerprint_tells_parts_and_order_apart() -> None:
    prints = {fingerprint(parts) for parts in (["a", "b"], ["b", "a"], ["ab"], ["a", "b", ""], [])}
    assert len(prints) == 5
    assert fingerprint(["a", "b"]) == fingerprint(iter(["a", "b"]))
