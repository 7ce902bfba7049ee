"""What a case has to tell its citizen, as effects; pure. Wording is in templates/replies under `news.`."""
from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from gateway import rating
from gateway.dialogue import commands
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Case, Dialogue
from gateway.dialogue.effects import Ask, Effect, Labelled, Quote, Say, Supplement
from gateway.fields.city import Department
from gateway.messages import CaseNews, CitizenContent, Text, Upload

STATUS = {
    "accepted": "accepted", "dispatched": "assigned", "progress": "in_progress", "question": "suspended",
    "closed": "closed", "rejected": "rejected", "reopened": "reopened", "rework_sent": "reopened",
}
ANSWER = "answer"  # what is asked after a department's question
A_FILE = "（市民发来一个文件，见会话记录）"  # for the department, which reads Chinese
Outcome = tuple[Dialogue, list[Effect]]


def tell(state: Dialogue, news: CaseNews, departments: Sequence[Department] = ()) -> Outcome:
    """One piece of news; an open form stays as it is. `departments` gives the codes of backends their names."""
    case = next((case for case in state.cases if case.work_order_id == news.work_order_id), None)
    if case is None:
        case = Case(news.work_order_id, "", "", "submitted")
    state = _update(state, case, news)
    match news.news:
        case "rate":
            return rating.invite(state, news.work_order_id, news.round)
        case "rate_reminder":
            return _remind(state, news)
        case "rating_expired" | "rated":  # nobody answered in time, or the answer came over the API
            return _forget(state, news), []
        case "rating_cancelled":
            return _forget(state, news), [Say("news.rating_cancelled", _params(case, news))]
    known = {department.code: department for department in departments}
    params = _params(case, news)
    if news.department in known:
        params["department"] = known[news.department].zh if state.language == "zh" else known[news.department].en
    effects: list[Effect] = [Say(f"news.{news.news}", params)]
    text = news.text if state.language == "zh" else news.text_en or news.text
    if text:
        effects.append(Quote(text))
    if news.news == "question":
        state = replace(state, asked=ANSWER, offered=(), question=news.work_order_id)
        effects.append(Ask(ANSWER))
    return state, effects


def answer(state: Dialogue, content: CitizenContent) -> Outcome | None:
    """The citizen's answer to a department's question; None when nothing of the kind was asked, or help is."""
    if state.asked != ANSWER or state.question is None:
        return None
    said = Say("news.answer_sent", {"work_order": state.question})
    if isinstance(content, Upload):  # words may follow: the question stays open
        return state, [Supplement(state.question, A_FILE), said, Ask(ANSWER)]
    if not isinstance(content, Text) or commands.read(content.text) in commands.ELSEWHERE:
        return None
    return replace(state, asked=None, question=None), [Supplement(state.question, content.text), said]


def reasons(catalog: Catalog, state: Dialogue) -> tuple[Labelled, ...]:
    """Why a citizen may send this case back, in their language: the template's own list."""
    rated = state.rating.work_order_id if state.rating else ""
    case = next((case for case in state.cases if case.work_order_id == rated), None)
    template = catalog.newest.get(case.template) if case else None
    if template is None:
        return ()
    return tuple(Labelled(option.value, option.label.of(state.language)) for option in template.rework_reasons)


def _update(state: Dialogue, case: Case, news: CaseNews) -> Dialogue:
    case = replace(case, status=STATUS.get(news.news, case.status), round=news.round, due=news.due or case.due)
    others = tuple(other for other in state.cases if other.work_order_id != case.work_order_id)
    return replace(state, cases=(*others, case))


def _remind(state: Dialogue, news: CaseNews) -> Outcome:
    other = state.rating is not None and state.rating.work_order_id != news.work_order_id
    if other and state.asked in rating.ASKS:  # one rating at a time; this one's reminder was its last chance
        return state, []
    return rating.invite(state, news.work_order_id, news.round)


def _forget(state: Dialogue, news: CaseNews) -> Dialogue:
    if state.rating is None or state.rating.work_order_id != news.work_order_id:
        return state
    asked = None if state.asked in rating.ASKS else state.asked
    return replace(state, rating=None, asked=asked)


def _params(case: Case, news: CaseNews) -> dict[str, str | int | float | bool | list[str]]:
    return {
        "work_order": news.work_order_id, "title": case.title, "department": news.department or "",
        "due": news.due or "", "round": news.round,
    }
