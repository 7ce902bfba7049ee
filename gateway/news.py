"""What a case has to tell its citizen, as effects; pure. Wording is in templates/replies under `news.`."""
from __future__ import annotations

from collections.abc import Sequence

from msgspec.structs import replace

from gateway import rating
from gateway.dialogue import commands
from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Case, Dialogue, RatingDialog
from gateway.dialogue.effects import Ask, Effect, Labelled, Quote, Say, Supplement
from gateway.fields.base import Value
from gateway.fields.city import Department
from gateway.messages import CaseNews, CitizenContent, Text, Upload

STATUS = {
    "accepted": "accepted", "dispatched": "assigned", "progress": "in_progress", "question": "suspended",
    "closed": "closed", "rejected": "rejected", "cancelled": "cancelled", "reopened": "reopened",
    "rework_sent": "reopened",
}
ANSWER = "answer"  # what is asked after a department's question
Params = dict[str, Value]
Outcome = tuple[Dialogue, list[Effect]]


def tell(
    state: Dialogue, news: CaseNews, departments: Sequence[Department] = (), catalog: Catalog | None = None
) -> Outcome:
    """One piece of news; an open form stays as it is. `departments` gives what backends call them their names,
    `catalog` the words of the case's form."""
    case = next((case for case in state.cases if case.work_order_id == news.work_order_id), None)
    if case is None:
        case = Case(news.work_order_id, "", "", "submitted")
    state = _update(state, case, news)
    match news.news:
        case "rate":
            return _invite(state, news, catalog)
        case "rate_reminder":
            return _remind(state, news, catalog)
        case "rating_expired" | "rated":  # nobody answered in time, or the answer came over the API
            return following(_forget(state, news), catalog, [])
        case "rating_cancelled":
            said: list[Effect] = [Say("news.rating_cancelled", _params(state, case, news, catalog))]
            return following(_forget(state, news), catalog, said)
    state, effects = _told(state, news, _named(_params(state, case, news, catalog), departments, state.language))
    return state, [*effects, *_last_question(state, news, catalog)]


def _last_question(state: Dialogue, news: CaseNews, catalog: Catalog | None) -> list[Effect]:
    """What follows from a rating may be told before its last question is answered; a page shows the choices of its
    newest message only."""
    interrupted = state.rating is not None and state.rating.work_order_id == news.work_order_id
    follows = news.news in ("coordination", "rework_sent")
    return rating.again(state, wording(catalog, state)) if follows and interrupted else []


def _named(params: Params, departments: Sequence[Department], language: str) -> Params:
    office = next((one for one in departments if one.goes_by(str(params["department"]))), None)
    return params if office is None else {**params, "department": office.name(language)}


def _told(state: Dialogue, news: CaseNews, params: Params) -> Outcome:
    effects: list[Effect] = [Say(f"news.{news.news}", params)]
    text = news.text if state.language == "zh" else news.text_en or news.text
    if text:
        effects.append(Quote(text))
    if news.news == "question":
        state = replace(state, asked=ANSWER, offered=(), question=news.work_order_id)
        effects.append(Ask(ANSWER))
    return state, effects


def answer(state: Dialogue, content: CitizenContent, uploads: tuple[str, ...] = ()) -> Outcome | None:
    """The citizen's answer to a department's question, with the files that came along; None when nothing of the kind
    was asked, or help is."""
    if state.asked != ANSWER or state.question is None:
        return None
    said = Say("answer.sent", {"work_order": state.question})
    if isinstance(content, Upload):  # words may follow: the question stays open
        return state, [Supplement(state.question, "", uploads=uploads or (content.upload,)), said, Ask(ANSWER)]
    if not isinstance(content, Text) or commands.read(content.text) in commands.ELSEWHERE:
        return None
    return replace(state, asked=None, question=None), [Supplement(state.question, content.text, uploads=uploads), said]


def wording(catalog: Catalog | None, state: Dialogue, work_order_id: str = "") -> rating.Wording:
    """What the case's form asks at its rating, and why it may be sent back, in the citizen's language; by default of
    the rating that is open."""
    rated = work_order_id or (state.rating.work_order_id if state.rating else "")
    case = next((case for case in state.cases if case.work_order_id == rated), None)
    template = catalog.newest.get(case.template) if case and catalog else None
    if case is None or template is None:
        return rating.GENERAL
    questions = [question.of(state.language) for question in template.rating_questions[:1]]
    reasons = tuple(Labelled(option.value, option.label.of(state.language)) for option in template.rework_reasons)
    return rating.Wording("".join(questions), reasons, not case.anonymous)


def following(state: Dialogue, catalog: Catalog | None, effects: list[Effect]) -> Outcome:
    """One rating is done with: the next invitation that waited comes."""
    if state.rating is not None or state.asked in rating.ASKS or not state.ratings:
        return state, effects
    (first, *rest) = state.ratings
    state = replace(state, ratings=tuple(rest))
    state, more = rating.invite(state, first.work_order_id, first.round, wording(catalog, state, first.work_order_id))
    return state, [*effects, *more]


def _update(state: Dialogue, case: Case, news: CaseNews) -> Dialogue:
    case = replace(case, status=STATUS.get(news.news, case.status), round=news.round, due=news.due or case.due)
    others = tuple(other for other in state.cases if other.work_order_id != case.work_order_id)
    return replace(state, cases=(*others, case))


def _invite(state: Dialogue, news: CaseNews, catalog: Catalog | None, said: str = "rating.invite") -> Outcome:
    """While another case is being rated the invitation waits; one that was left unanswered waits behind this."""
    waiting = tuple(one for one in state.ratings if one.work_order_id != news.work_order_id)
    other = state.rating if state.rating and state.rating.work_order_id != news.work_order_id else None
    if other is not None and state.asked in rating.ASKS:
        return replace(state, ratings=(*waiting, RatingDialog(news.work_order_id, news.round))), []
    state = replace(state, ratings=(*waiting, other) if other else waiting)
    return rating.invite(state, news.work_order_id, news.round, wording(catalog, state, news.work_order_id), said)


def _remind(state: Dialogue, news: CaseNews, catalog: Catalog | None) -> Outcome:
    other = state.rating is not None and state.rating.work_order_id != news.work_order_id
    waits = any(one.work_order_id == news.work_order_id for one in state.ratings)
    if other and state.asked in rating.ASKS and not waits:  # one at a time; this one's reminder was its last chance
        return state, []
    if state.terse and state.rating and state.asked == "verdict" and state.ratings and not other:
        return _next(state, state.rating, catalog)
    return _invite(state, news, catalog, "rating.remind")


def _next(state: Dialogue, left: RatingDialog, catalog: Catalog | None) -> Outcome:
    """A number has one meaning: another case's invitation waits until this one is answered, or long enough left."""
    (first, *rest) = state.ratings
    state = replace(state, ratings=(*rest, RatingDialog(left.work_order_id, left.round)))
    return rating.invite(state, first.work_order_id, first.round, wording(catalog, state, first.work_order_id))


def _forget(state: Dialogue, news: CaseNews) -> Dialogue:
    waiting = tuple(one for one in state.ratings if one.work_order_id != news.work_order_id)
    state = replace(state, ratings=waiting)
    if state.rating is None or state.rating.work_order_id != news.work_order_id:
        return state
    asked = None if state.asked in rating.ASKS else state.asked
    return replace(state, rating=None, asked=asked)


def _params(state: Dialogue, case: Case, news: CaseNews, catalog: Catalog | None) -> Params:
    """A case's title is written for Chinese-reading clerks; others see what the form is called, and what a discreet
    form is about is not named."""
    template = catalog.newest.get(case.template) if catalog else None
    title = case.title if template is None or state.language == "zh" else template.title.of(state.language)
    return {
        "work_order": news.work_order_id, "title": "" if template and template.discreet else title,
        "department": news.department or "", "due": news.due or "", "round": news.round,
    }
