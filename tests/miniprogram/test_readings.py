"""One value at a time: the client says what the gateway says, or says nothing. Both are asked here and now, with every
answer in the tables of the field types and with values as hurried thumbs leave them."""
from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from gateway.errors import Unreadable
from gateway.fields.base import NO_LIMITS, Context, Limits, Option, Value
from gateway.fields.registry import TYPES
from tests.fields import table
from tests.miniprogram.cases import PICKED

EACH = 3_000
KEYS = "0123456789ABCDEFGHabcxyzOIZS -·.年月日号元块粤京沪一二三十百万：:，,/@#+()（）１Ａ"
LIMITS = (NO_LIMITS, Limits(past_only=True), Limits(min=1, max=500, max_length=60, pattern=r".*\d.*"))
EXACT = 2**53  # JavaScript's whole numbers end here
ALIASES = "choice_several"  # said of two options that are named, which hangs on aliases that no client knows
NODE = shutil.which("node") or "node"
VERDICTS = Path(__file__).with_name("verdicts.js")

Reading = dict[str, Any]  # {"value": …}, {"code": …}, or of the client {"left": true}


def read(name: str, value: Value, ctx: Context) -> Reading:
    """As gateway/dialogue/forms.py reads it: canonical, else in people's words."""
    for verb in (TYPES[name].validate, *([TYPES[name].read] if isinstance(value, str) else [])):
        try:
            return {"value": verb(value, ctx).value}  # type: ignore[arg-type]
        except Unreadable as problem:
            code = problem.code
    return {"code": code}


def case(name: str, given: Value, limits: Limits, options: tuple[Option, ...] = ()) -> dict[str, Any]:
    bounds = {key: bound for key in limits.__struct_fields__ if (bound := getattr(limits, key))}
    return {
        "type": name, "options": [{"value": option.value} for option in options], "limits": bounds, "given": given,
        "heard": read(name, given, table.context(options, limits)),
    }


def tabled() -> Iterator[dict[str, Any]]:
    """What is empty is left out of a form before it is read; a number too large for JavaScript cannot be sent by it."""
    for name in sorted(TYPES):
        cases: table.Table = import_module(f"tests.fields.cases.{name}").TABLE
        given: list[tuple[Value, Limits]] = [
            *((one.text, one.limits) for one in cases.read), *((one.text, one.limits) for one in cases.refused),
            *((one.value, one.limits) for one in cases.checked),
        ]
        for value, limits in given:
            if value not in ("", []) and not (isinstance(value, int) and value > EXACT):
                yield case(name, value, limits, cases.options)


def mistyped(text: str, dice: random.Random) -> str:
    """Up to three slips: a key too many, one too few, a piece twice, the wrong case."""
    for _ in range(dice.randint(0, 3)):
        at = dice.randrange(len(text) + 1)
        text = dice.choice((
            text[:at] + dice.choice(KEYS) + text[at:], text[:at] + text[at + 1:],
            text[:at] + text[max(0, at - 3):at] + text[at:], text[:at].lower() + text[at:].upper(),
        ))
    return text


def hurried(dice: random.Random) -> Iterator[dict[str, Any]]:
    """A value meant for any type, in a field of each."""
    written = [one for values in PICKED.values() for one in values if isinstance(one, str)]
    for name in PICKED:
        for _ in range(EACH):
            if given := mistyped(dice.choice(written), dice):
                yield case(name, given, dice.choice(LIMITS))


def decided(cases: Iterable[dict[str, Any]]) -> tuple[list[dict[str, Any]], list[tuple[dict[str, Any], Reading]]]:
    """All cases, and those of which the client says something, with what it says."""
    asked = list(cases)
    told = subprocess.run(
        [NODE, VERDICTS], input=json.dumps({"now": table.NOW.isoformat(), "cases": asked}), capture_output=True,
        text=True, check=True,
    ).stdout.splitlines()
    said = zip(asked, map(json.loads, told), strict=True)
    return asked, [(one, {key: verdict[key] for key in ("value", "code") if key in verdict})
                   for one, verdict in said if "left" not in verdict]


def contradicted(said: list[tuple[dict[str, Any], Reading]]) -> list[tuple[dict[str, Any], Reading]]:
    return [(one, verdict) for one, verdict in said if verdict != one["heard"]][:9]


def test_every_answer_in_the_tables_of_the_field_types() -> None:
    """No contradiction, a word about every type, and every key the gateway has."""
    asked, said = decided(tabled())
    assert contradicted(said) == []
    assert {one["type"] for one, _ in said} == {one["type"] for one in asked}
    keys = {one["heard"]["code"] for one in asked if "code" in one["heard"]}
    assert keys - {one["heard"].get("code") for one, _ in said} == {ALIASES}


@pytest.mark.slow
def test_values_mistyped_by_the_thousand() -> None:
    asked, said = decided(hurried(random.Random(12345)))
    assert contradicted(said) == []
    assert len(said) > len(asked) / 3
