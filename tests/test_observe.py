"""Logs are one JSON line an event, with personal data masked at one point, whoever writes them."""
from __future__ import annotations

import io
import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import structlog
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client import REGISTRY

from gateway.observe import configure_logging, count_refusal, mask_event

PHONE = "13800138000"
MASKED = "138****8000"
LIBRARY = logging.getLogger("some.library")


@dataclass
class Caller:
    phone: str


@pytest.fixture
def lines() -> Iterator[Callable[[], list[dict[str, Any]]]]:
    """What has been logged so far, read back; logging is as it was before afterwards."""
    root, stream = logging.getLogger(), io.StringIO()
    handlers, level = root.handlers, root.level
    configure_logging("INFO", stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().split("\n")[:-1]]
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


Lines = Callable[[], list[dict[str, Any]]]


def test_an_event_says_what_who_and_when(lines: Lines) -> None:
    structlog.get_logger("gateway.test").info("served", rows=3)
    (line,) = lines()
    assert (line["event"], line["rows"], line["level"], line["logger"]) == ("served", 3, "info", "gateway.test")
    assert line["timestamp"].endswith("Z")


def test_our_own_words_are_masked(lines: Lines) -> None:
    structlog.get_logger().warning(f"cannot reach {PHONE}", who=PHONE)
    (line,) = lines()
    assert (line["event"], line["who"]) == (f"cannot reach {MASKED}", MASKED)


@pytest.mark.parametrize("nested", [
    [PHONE], (PHONE,), {PHONE}, {"phone": PHONE}, {"callers": [{"phone": PHONE}]}, Caller(PHONE), ValueError(PHONE),
    PHONE.encode(),
])
def test_what_lies_deeper_is_masked_too(lines: Lines, nested: object) -> None:
    structlog.get_logger().info("seen", what=nested)
    assert PHONE not in json.dumps(lines())
    assert MASKED in json.dumps(lines())


def test_a_traceback_is_masked(lines: Lines) -> None:
    try:
        raise ValueError(f"no such number: {PHONE}")
    except ValueError:
        structlog.get_logger().exception("turn_failed")
    (line,) = lines()
    assert "ValueError" in line["exception"]
    assert MASKED in line["exception"]
    assert PHONE not in json.dumps(line)


def test_a_librarys_words_and_values_are_masked(lines: Lines) -> None:
    LIBRARY.error("bad peer %s", PHONE)
    try:
        raise KeyError(PHONE)
    except KeyError:
        LIBRARY.exception("lost")
    said, failed = lines()
    assert said["event"] == f"bad peer {MASKED}"
    assert PHONE not in json.dumps(failed)


@pytest.mark.parametrize("text", [
    "one\r\ntwo", '"},{"event":"forged"', "tab\tand\x00nul", "\u2028 next \u2029", "\x1b[31mred", "%s %d %(x)s",
    "{0} {x}",
])
def test_what_people_write_stays_one_line_of_its_own(lines: Lines, text: str) -> None:
    """A forged line would be believed by whoever reads the log."""
    structlog.get_logger().info("said", text=text)
    LIBRARY.info("said: %s", text)
    ours, theirs = lines()
    assert ours["text"] == text
    assert theirs["event"] == f"said: {text}"


def test_levels_below_the_setting_are_silent(lines: Lines) -> None:
    structlog.get_logger().debug("noise")
    LIBRARY.debug("noise")
    assert lines() == []


def test_numbers_and_our_own_case_numbers_stay_readable(lines: Lines) -> None:
    structlog.get_logger().info("filed", work_order="WO-20261123-4KX7P2M9QD", rows=[0, 12], took=0.25, again=False)
    (line,) = lines()
    assert (line["work_order"], line["rows"], line["took"], line["again"]) == (
        "WO-20261123-4KX7P2M9QD", [0, 12], 0.25, False
    )


@given(st.recursive(
    st.sampled_from([PHONE, f"电话{PHONE}", "nothing", None, 1, 2.5, True]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
))
def test_no_shape_of_an_event_lets_a_number_through(value: Any) -> None:
    masked = mask_event(None, "info", {"event": "x", "what": value})
    assert PHONE not in json.dumps(masked, ensure_ascii=False)


def test_refusals_are_counted_by_code() -> None:
    def so_far() -> float:
        return REGISTRY.get_sample_value("huiyin_refusals_total", {"code": "made_up"}) or 0.0

    before = so_far()
    count_refusal("made_up")
    assert so_far() == before + 1
