"""Which pages may open a socket, and how many."""
from __future__ import annotations

import pytest

from channels.web.doors import Doors, allowed_origins
from gateway.errors import Forbidden, RateLimited, Unavailable
from tests.tables import table


@table(
    ("public_url", "embedders", "expected"),
    [
        ("https://12345.example/", [], {"https://12345.example"}),
        ("https://12345.example:8443/chat", ["https://www.city.example/"],
         {"https://12345.example:8443", "https://www.city.example"}),
        ("http://127.0.0.1:8080", [], {"http://127.0.0.1:8080", "http://localhost:8080", "http://[::1]:8080"}),
        ("http://localhost", [], {"http://127.0.0.1:80", "http://localhost:80", "http://[::1]:80"}),
    ],
)
def test_our_own_origin_and_the_configured_ones(public_url: str, embedders: list[str], expected: set[str]) -> None:
    assert expected <= allowed_origins(public_url, embedders)


def test_only_browsers_name_an_origin_and_it_must_be_known() -> None:
    doors = Doors(frozenset({"https://12345.example"}), 1, 1)
    doors.check_origin(None)
    doors.check_origin("https://12345.example")
    with pytest.raises(Forbidden):
        doors.check_origin("https://12345.example.evil")


def test_an_address_gets_its_place_back() -> None:
    doors = Doors(frozenset(), per_address=1, in_all=2)
    with doors.enter("a"), doors.enter("b"):
        assert doors.open == 2
        with pytest.raises(Unavailable):
            doors.enter("c").__enter__()
    with doors.enter("a"), pytest.raises(RateLimited):
        doors.enter("a").__enter__()
    assert doors.open == 0


def test_a_closed_house_lets_nobody_in() -> None:
    doors = Doors(frozenset(), 10, 10)
    doors.close()
    with pytest.raises(Unavailable):
        doors.enter("a").__enter__()
