"""A sample of the simulated citizens, the ones with the least to say: all of them run in `make bench`."""
from __future__ import annotations

from itertools import groupby
from pathlib import Path

import pytest

from bench.citizen_figures import figures
from bench.citizens import known_templates, play
from bench.persona import Persona, load
from bench.visitor import HOLD_S
from gateway.app import Mind
from tests.journeys.hotline import Given, Hotline

RIGHT = 0.98  # of the fields; bench/citizens.md holds all personas against the goals


def sample() -> list[Persona]:
    """The quickest of each template and language."""
    everybody = sorted(load(), key=lambda one: (one.template, one.language, len(one.facts) + len(one.quirks)))
    return [next(some) for _, some in groupby(everybody, key=lambda one: (one.template, one.language))]


async def test_the_sample_has_everybody_s_template_and_language() -> None:
    assert len(sample()) == 2 * len(known_templates())


@pytest.mark.slow
async def test_the_quickest_of_each_template_and_language_get_their_work_order(tmp_path: Path, mind: Mind) -> None:
    forms = known_templates()
    hotline = await Hotline.open(tmp_path / "data", mind, Given(hold_s=HOLD_S))
    found = figures([await play(persona, hotline, forms[persona.template]) for persona in sample()])
    await hotline.close()
    assert found["filed"].value >= 0.97
    assert found["right"].value >= RIGHT
    assert found["wrong_role"] == 0
    assert found["beyond"].value <= 0
