"""Emergencies caught and false alarms, by the rules that stand in front of every message."""
from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from bench.held_out import Case
from bench.intervals import Estimate, share

Alarm = Callable[[str], object | None]


def figures(alarm: Alarm, emergencies: Sequence[Case], harmless: Sequence[Case]) -> dict[str, Estimate]:
    """`caught` and `false_alarms`, all and by language; `caught` by kind, too."""
    report = {
        "caught": share(alarm(case.text) is not None for case in emergencies),
        "false_alarms": share(alarm(case.text) is not None for case in harmless),
    }
    for language in ("zh", "en"):
        report[f"caught {language}"] = _alarms(alarm, (case for case in emergencies if case.language == language))
        report[f"false_alarms {language}"] = _alarms(alarm, (case for case in harmless if case.language == language))
    for kind in sorted({case.want for case in emergencies}):
        report[f"caught {kind}"] = _alarms(alarm, (case for case in emergencies if case.want == kind))
    return report


def _alarms(alarm: Alarm, cases: Iterable[Case]) -> Estimate:
    return share(alarm(case.text) is not None for case in cases)


def mistakes(alarm: Alarm, emergencies: Iterable[Case], harmless: Iterable[Case]) -> list[str]:
    missed = [f"missed {case.want}: {case.text}" for case in emergencies if alarm(case.text) is None]
    return missed + [f"alarm: {case.text}" for case in harmless if alarm(case.text) is not None]
