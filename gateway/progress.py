"""A case as its citizen sees it over the API: where it stands, and what happened, in their language."""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from msgspec import Struct

from gateway.clock import from_ms
from gateway.dialogue.template import Template
from gateway.fields.city import City
from gateway.orders import CaseState, HistoryLine
from gateway.replies import Replies

STAFF_ONLY = frozenset({
    "told", "doubtful", "not_told", "delivered", "failed", "late_accept", "late_contact", "revised",
})
OWN_WORDS = frozenset({"supplement", "urged", "rated"})  # said by the citizen, not for whoever only has the code


class Step(Struct, frozen=True):
    """One line of progress; `text` is what a department, or the citizen, wrote."""

    at: str
    what: str
    label: str
    text: str | None
    department: str | None
    round: int


class CaseProgress(Struct, frozen=True):
    """Times are RFC 3339 in the city's time zone. `satisfaction` is that of the present round."""

    work_order_id: str
    template: str
    title: str
    status: str
    department: str | None
    created: str
    due: str | None
    round: int
    satisfaction: int | None
    progress: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Teller:
    replies: Replies
    templates: Mapping[str, Template]
    city: City

    def tell(self, case: CaseState, language: str, *, own: bool = True) -> CaseProgress:
        """`own` False: the reader has the number and its code, and may be anybody the citizen gave them to."""
        template = (case.order.get("template") or {}).get("id", "")
        return CaseProgress(
            case.work_order_id, template, self._title(case, template, language), case.status,
            self._department(case.department, language), self._time(case.created), case.due, case.round,
            case.rated.satisfaction if case.rated and own else None,
            tuple(self._step(line, language, own) for line in case.history if line.what not in STAFF_ONLY),
        )

    def _title(self, case: CaseState, template: str, language: str) -> str:
        """Written for clerks in Chinese; others read what the form is called, and a discreet matter is not named."""
        found = self.templates.get(template)
        if found is not None and found.discreet:
            return self.replies.render(language, "web", "progress.discreet")
        return str(case.order["title"]) if found is None or language == "zh" else found.title.of(language)

    def _step(self, line: HistoryLine, language: str, own: bool) -> Step:
        department = self._department(line.department, language)
        label = self.replies.render(language, "web", f"progress.{line.what}", {"department": department or ""})
        text = line.text if language == "zh" else line.text_en or line.text
        hidden = not own and line.what in OWN_WORDS
        return Step(self._time(line.at), line.what, label, None if hidden else text, department, line.round)

    def _department(self, called: str | None, language: str) -> str | None:
        """A backend may have departments that the city's data do not know; those stay in its own words."""
        known = next((one for one in self.city.departments if called and one.goes_by(called)), None)
        return known.name(language) if known else called

    def _time(self, ms: int) -> str:
        return from_ms(ms).astimezone(ZoneInfo(self.city.time_zone)).isoformat(timespec="seconds")
