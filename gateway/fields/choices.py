"""Several of the template's options. Canonical: a list of values in the template's order."""
from __future__ import annotations

import re
from collections.abc import Iterable

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.choice import label
from gateway.fields.folding import bare
from gateway.fields.labels import answered, hits
from gateway.fields.spans import span

_BETWEEN = re.compile(r"[\s,;/|、，；+&和与及]+|(?<![a-z])and(?![a-z])", re.IGNORECASE)
_ALL = re.compile(
    r"(?:五险|四险|三险|这?几[样项种]|所有的?|全部|以上)?(?:一金)?(?:全部|全都?|都|统统)?(?:有|是|要|包括|[没未]\w{0,6}|少交|欠着?|断了)?"
    r"|all(?: (?:five|four|three))?(?: of (?:it|them|these|those|the above))?|everything|the lot"
)
_SUPPOSED = re.compile(r"[,，]?\s*(?:i (?:think|guess)|吧|应该|好像)$|^(?:i think|应该是?|好像是?)\s*")
_SAYS_ALL = re.compile(r"全|都|所有|五险|四险|三险|以上|all|everything|the lot")
MAX_ANSWER = 500


class Choices:
    name = "choices"
    datatype = "multivaluelist"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """One span from the first option named to the last."""
        named = list(hits(text, ctx.options))
        if not named:
            return []
        return [span(text, named[0].start, named[-1].end, _reading((hit.value for hit in named), ctx))]

    def read(self, text: str, ctx: Context) -> Reading:
        answer = _SUPPOSED.sub("", bare(text[:MAX_ANSWER]))
        if _ALL.fullmatch(answer) and _SAYS_ALL.search(answer):
            return _reading((option.value for option in ctx.options), ctx)
        whole = answered(answer, ctx.options)
        parts = [whole] if whole else [answered(part, ctx.options) for part in _BETWEEN.split(answer) if part]
        if parts and all(parts):
            return _reading((part for part in parts if part), ctx)
        return _reading((hit.value for hit in hits(answer, ctx.options)), ctx)

    def validate(self, value: Value, ctx: Context) -> Reading:
        if isinstance(value, str):
            return self.read(value, ctx)
        known = {option.value for option in ctx.options}
        if not isinstance(value, list) or any(one not in known for one in value):
            raise Unreadable("choice")
        return _reading(value, ctx)

    def show(self, value: Value, ctx: Context) -> str:
        values = value if isinstance(value, list) else [str(value)]
        return ("、" if ctx.language == "zh" else ", ").join(label(one, ctx) for one in values)


def _reading(values: Iterable[str], ctx: Context) -> Reading:
    chosen = set(values)
    if not chosen:
        raise Unreadable("choice")
    return Reading([option.value for option in ctx.options if option.value in chosen])


TYPE = Choices()
