"""gateway/file_links.py: who has a link has one file, until it expires."""
from __future__ import annotations

from datetime import timedelta

from yarl import URL

from gateway.file_links import FileLinks
from gateway.seal import Seal
from tests.clock import ManualClock
from tests.tables import check_each

FILE, OTHER = "6a1f0c9d2b7e4853a1c4d5e6f7081923", "0" * 32
WEEK, DAY_S = timedelta(days=7), 86_400


def good(links: FileLinks, path: str, upload: str = FILE) -> bool:
    query = URL(path).query
    return links.prove(upload, query["expires"], query["signature"])


def test_a_link_is_good_for_its_file_until_it_expires() -> None:
    clock = ManualClock()
    links = FileLinks(Seal(b"k"), clock)
    path = links.path(FILE, clock.ms(), WEEK)
    assert URL(path).path == f"/api/uploads/{FILE}"
    clock.advance(7 * DAY_S - 1)
    assert good(links, path)
    assert not good(links, path, OTHER)
    assert not good(FileLinks(Seal(b"another"), clock), path)
    clock.advance(1)
    assert not good(links, path)


def test_nothing_else_proves_a_file() -> None:
    clock = ManualClock()
    links = FileLinks(Seal(b"k"), clock)
    query = URL(links.path(FILE, clock.ms(), WEEK)).query
    expires, signature = query["expires"], query["signature"]
    sealed = Seal(b"k").mac("lookup", FILE)
    check_each([
        ("", ""), (expires, ""), ("", signature), (expires, signature[:-1]), (expires, signature + "0"),
        (expires, signature.upper()), (expires, sealed), (expires, sealed[:32]), (str(int(expires) + 1), signature),
        (f"0{expires}", signature), (f" {expires}", signature), (f"{expires}.0", signature), ("９" * 10, signature),
        (expires, "签" * 32), (expires, "\ud800"), ("9" * 5000, signature),
    ], lambda row: _refused(links, *row))


def _refused(links: FileLinks, expires: str, signature: str) -> None:
    assert not links.prove(FILE, expires, signature)


def test_what_is_signed_and_no_moment_is_refused() -> None:
    links, seal = FileLinks(Seal(b"k"), ManualClock()), Seal(b"k")
    for expires in ("", "never", "-1", "1e12", "９９９９９９９９９９", "9" * 12):
        assert not links.prove(FILE, expires, seal.mac("file", FILE, expires)[:32])
    assert links.prove(FILE, "9" * 11, seal.mac("file", FILE, "9" * 11)[:32])


def test_sent_again_soon_it_reads_the_same_and_later_it_is_fresh() -> None:
    clock = ManualClock()
    links, since = FileLinks(Seal(b"k"), clock), clock.ms()
    first = links.path(FILE, since, WEEK)
    clock.advance(DAY_S - 1)
    assert links.path(FILE, since, WEEK) == first
    for seconds in (1, DAY_S, DAY_S - 1, 40 * DAY_S):
        clock.advance(seconds)
        again = links.path(FILE, since, WEEK)
        left = int(URL(again).query["expires"]) - clock.ms() / 1000
        assert again != first
        assert 6 * DAY_S < left <= 7 * DAY_S
        assert good(links, again)


def test_a_clock_that_went_back_makes_no_link_of_the_past() -> None:
    clock = ManualClock()
    links, since = FileLinks(Seal(b"k"), clock), clock.ms()
    clock.jump(-10 * DAY_S)
    assert int(URL(links.path(FILE, since, WEEK)).query["expires"]) == clock.ms() // 1000 + 7 * DAY_S
