"""One secret: codes follow from it, and it is made once, for its owner's eyes."""
from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

import pytest

from gateway.errors import ConfigError
from gateway.seal import LENGTH, Seal, kept, load

WO = "WO-20261123-4KX7P2M9QD"


def test_a_code_is_six_digits_and_the_same_every_time() -> None:
    codes = {Seal(b"k").lookup_code(WO) for _ in range(3)}
    assert len(codes) == 1
    assert all(len(code) == 6 and code.isdigit() for code in codes)


def test_another_number_or_another_key_gives_another_code() -> None:
    codes = [Seal(b"k").lookup_code(f"WO-20261123-{n:010d}") for n in range(200)]
    assert len(set(codes)) > 190
    assert Seal(b"other").lookup_code(WO) != Seal(b"k").lookup_code(WO)


def test_parts_are_told_apart() -> None:
    seal = Seal(b"k")
    assert seal.mac("ab", "c") != seal.mac("a", "bc")
    assert seal.mac("lookup", WO) != seal.mac(WO)


def test_the_key_is_made_once_and_read_by_nobody_else(tmp_path: Path) -> None:
    file = tmp_path / "lookup.key"
    first = load("", file)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert len(file.read_bytes()) == LENGTH
    assert load("", file).lookup_code(WO) == first.lookup_code(WO)
    assert [path.name for path in tmp_path.iterdir()] == ["lookup.key"]


def test_a_key_of_the_operator_wins(tmp_path: Path) -> None:
    shared = "a secret that many gateways share"
    assert load(shared, tmp_path / "k").lookup_code(WO) == Seal(shared.encode()).lookup_code(WO)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("secret", ["short", "x" * 23])
def test_a_short_key_stops_the_start(secret: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"api\.lookup_key"):
        load(secret, tmp_path / "k")


def test_a_cut_or_unreachable_file_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "cut").write_bytes(b"too short")
    for file in (tmp_path / "cut", tmp_path / "no such folder" / "k"):
        with pytest.raises(ConfigError, match=str(file)):
            load("", file)


def test_whoever_comes_first_makes_the_key_of_all(tmp_path: Path) -> None:
    """Gateways that share a folder and start together."""
    together = Barrier(4)

    def start(file: Path) -> bytes:
        together.wait()
        return kept(file)

    with ThreadPoolExecutor(4) as gateways:
        for n in range(25):
            file = tmp_path / f"{n}.key"
            assert len(set(gateways.map(start, [file] * 4))) == 1
            assert kept(file) == file.read_bytes()
    assert len(list(tmp_path.iterdir())) == 25
