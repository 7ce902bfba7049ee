"""The cases, and what every operation makes of them."""
from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

# Whether a key that came before is known again; whether it may be asked for a work order.
Repeats = Literal["idempotent", "lookup", "neither"]

STATUS: Mapping[str, str] = {
    "case.accepted": "受理 accepted", "case.dispatched": "已派 dispatched", "case.progress": "办理中 in progress",
    "case.question": "待补充 asked", "case.closed": "办结 closed", "case.rejected": "不予受理 rejected",
    "case.reopened": "重办 reopened",
}


@dataclass(frozen=True)
class Operation:
    key: str
    name: str
    data: Mapping[str, Any]


@dataclass
class Case:
    """seq counts what the gateway was told of it."""

    number: str
    work_order: str
    order: Mapping[str, Any]
    operations: list[Operation] = field(default_factory=list)
    status: str = "新 new"
    round: int = 0
    seq: int = 0

    @property
    def names(self) -> list[str]:
        """Of its operations in order; words that urge are told apart."""
        return ["urge" if one.data.get("urge") else one.name for one in self.operations]


class Unreadable(ValueError):
    """The operation is none, or of a case that is not here."""


class Book:
    """`dropping`: of the order's form only its first two fields are kept, as systems do that do not know the rest."""

    def __init__(self, repeats: Repeats = "idempotent") -> None:
        self.repeats: Repeats = repeats
        self.dropping = False
        self.cases: list[Case] = []
        self._keys: dict[str, Case] = {}
        self._works: Mapping[str, Callable[[Case, Mapping[str, Any]], None]] = {
            "submit": lambda case, data: None,
            "comment": lambda case, data: None,
            "rating": lambda case, data: None,
            "rework": self._rework,
            "withdraw": self._withdraw,
        }

    def take(self, envelope: Mapping[str, Any]) -> Case:
        """Carry out one operation. Raises Unreadable."""
        key, name, work_order = (str(envelope.get(part, "")) for part in ("id", "type", "subject"))
        name = name.removeprefix("huiyin.case.")
        if not key.startswith(f"{work_order}:{name}:") or name not in self._works:
            raise Unreadable(f"{key!r} is no key of {name!r} of {work_order!r}")
        if self.repeats == "idempotent" and key in self._keys:
            return self._keys[key]
        data = envelope.get("data") or {}
        case = self._opened(work_order, data) if name == "submit" else self._of(work_order)
        case.operations.append(Operation(key, name, data))
        self._works[name](case, data)
        self._keys[key] = case
        return case

    def find(self, name: str) -> list[Case]:
        """By the work order's number or our own; more than one is a duplicate."""
        return [case for case in self.cases if name in (case.work_order, case.number)]

    def _opened(self, work_order: str, data: Mapping[str, Any]) -> Case:
        order = dict(data.get("order") or {})
        if self.dropping:
            order["fields"] = order.get("fields", [])[:2]
        case = Case(f"C-{len(self.cases) + 1:06d}", work_order, order)
        self.cases.append(case)
        return case

    def _of(self, work_order: str) -> Case:
        found = self.find(work_order)
        if not found:
            raise Unreadable(f"no case {work_order}")
        return found[-1]

    def _rework(self, case: Case, data: Mapping[str, Any]) -> None:
        case.round, case.status = int(data["round"]), STATUS["case.reopened"]

    def _withdraw(self, case: Case, data: Mapping[str, Any]) -> None:
        case.status = "撤回 withdrawn"
