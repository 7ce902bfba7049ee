"""Checks over several fields of a form (template.Rule)."""
from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from decimal import Decimal, InvalidOperation
from itertools import pairwise

from gateway.dialogue.conditions import holds
from gateway.dialogue.draft import Draft, Filled
from gateway.dialogue.scene import Scene
from gateway.dialogue.template import Rule
from gateway.fields.folding import compact

Values = Mapping[str, Filled]


PATIENCE = 2  # times the citizen is told of one rule; then the form goes on and the clerk decides


def broken(scene: Scene) -> Rule | None:
    """The first rule that the draft breaks, unless the citizen was told of it often enough."""
    told = scene.draft.objected
    open_ = tuple(rule for n, rule in enumerate(scene.template.rules) if told.count(n) < PATIENCE)
    return first_broken(open_, scene.draft)


def first_broken(rules: tuple[Rule, ...], draft: Draft) -> Rule | None:
    """A rule over empty or unreadable fields is not broken, unless emptiness is what it is about."""
    return next((rule for rule in rules if holds(rule.when, draft) and not _kept(rule, draft)), None)


def _kept(rule: Rule, draft: Draft) -> bool:
    if rule.kind == "enough":
        return _enough(rule, draft)
    if rule.kind == "shaped":
        return all(re.search(rule.pattern, compact(value)) for value in _known(rule, draft.values))
    return _CHECKS[rule.kind](_known(rule, draft.values))


def _enough(rule: Rule, draft: Draft) -> bool:
    """A video says as much as all the pictures."""
    files = [file for name in rule.fields if name in draft.values for file in _listed(draft.values[name])]
    return len(files) >= rule.images or any(draft.kinds.get(file, "").startswith("video/") for file in files)


def _listed(value: Filled) -> list[str]:
    return value.value if isinstance(value.value, list) else []


def _known(rule: Rule, values: Values) -> list[str]:
    """Values as text, in the rule's order, without those that are missing or nobody could read."""
    found = [values[name] for name in rule.fields if name in values]
    if rule.kind == "one_of":
        return [str(value.value) for value in found if value.value not in ("", [])]
    return [str(value.value) for value in found if not value.flagged]


def _differ(values: list[str]) -> bool:
    folded = ["".join(value.casefold().split()) for value in values]
    return len(set(folded)) == len(folded)


def _ordered(values: list[str]) -> bool:
    """RFC 3339 in one time zone sorts as text; a date alone is compared with dates."""
    return all(one[:shared] <= other[:shared] for one, other in pairwise(values)
               for shared in [min(len(one), len(other))])


def _at_most(values: list[str]) -> bool:
    try:
        return len(values) < 2 or Decimal(values[0]) <= Decimal(values[1])
    except InvalidOperation:
        return True


_CHECKS: dict[str, Callable[[list[str]], bool]] = {
    "differ": _differ, "ordered": _ordered, "at_most": _at_most, "one_of": bool,
}
