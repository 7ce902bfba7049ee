"""Values as hurried thumbs leave them, by the thousand: the client says what the gateway says, or says nothing."""
from __future__ import annotations

import json
import random
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gateway.fields.base import Limits
from tests.fields import table
from tests.miniprogram.cases import PICKED, answered, shown_limits

EACH = 3_000
KEYS = "0123456789ABCDEFGHabcxyzOIZS -·.年月日号元块粤京沪一二三十百万：:，,/@#+()（）１Ａ"
LIMITS = (Limits(), Limits(past_only=True), Limits(min=1, max=500, max_length=60, pattern=r".*\d.*"))
NODE = shutil.which("node") or "node"
VERDICTS = Path(__file__).with_name("verdicts.js")


def mistyped(text: str, dice: random.Random) -> str:
    """Up to three slips: a key too many, one too few, a piece twice, the wrong case."""
    for _ in range(dice.randint(0, 3)):
        at = dice.randrange(len(text) + 1)
        text = dice.choice((
            text[:at] + dice.choice(KEYS) + text[at:], text[:at] + text[at + 1:],
            text[:at] + text[max(0, at - 3):at] + text[at:], text[:at].lower() + text[at:].upper(),
        ))
    return text


def cases(dice: random.Random) -> Iterator[dict[str, Any]]:
    """A value meant for any type, in a field of each."""
    written = [one for values in PICKED.values() for one in values if isinstance(one, str)]
    for name in PICKED:
        for _ in range(EACH):
            limits, given = dice.choice(LIMITS), mistyped(dice.choice(written), dice)
            if given:
                said = {key: bound for key, bound in shown_limits(limits).items() if bound}
                heard = answered(name, given, table.context((), limits))
                yield {"type": name, "options": [], "limits": said, "given": given, "heard": heard}


@pytest.mark.slow
def test_the_client_never_contradicts_the_gateway() -> None:
    asked = list(cases(random.Random(12345)))
    told = subprocess.run(
        [NODE, VERDICTS], input=json.dumps({"now": table.NOW.isoformat(), "cases": asked}), capture_output=True,
        text=True, check=True,
    ).stdout.splitlines()
    verdicts = [json.loads(line) for line in told]
    decided = [(one, verdict) for one, verdict in zip(asked, verdicts, strict=True) if "left" not in verdict]

    plain = [(one, {key: said[key] for key in ("value", "code") if key in said}) for one, said in decided]
    wrong = [(one, said) for one, said in plain if said != one["heard"]]
    assert wrong[:9] == []
    assert len(decided) > len(asked) / 3
