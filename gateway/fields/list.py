"""Several short items, such as bike numbers: one per separator, duplicates removed. Canonical: a list.

Where the template gives a pattern, words around the items are left out, and an item that does not fit is asked again.
"""
from __future__ import annotations

import re

from gateway.errors import Unreadable
from gateway.fields.base import Context, Reading, Span, Value
from gateway.fields.folding import fold, fold_lower, tidy, trimmed
from gateway.fields.spans import MAX_SPANS, span

MAX_ITEMS = 10
MAX_ITEM = 60
_BETWEEN = re.compile(r"[,;、，；\n\t/|]+|\s+(?:and|&)\s+|\s*(?:还有|以及|[和与及跟])\s*|\s+")
_LABEL = re.compile(
    r"^\s*(?:(?:它们?的?)?(?:车|单车|车辆|车身)?(?:编号|号码?|车号)|(?:the )?(?:bike )?(?:numbers?|nos?\.?))"
    r"\s*(?:是|为|are|is)?\s*[:：]?\s*", re.IGNORECASE
)
_RUN = re.compile(r"[A-Za-z0-9]+")
_NUMBERED = re.compile(r"\d")
_CODE = r"[A-Za-z]{0,3}\d{6,14}"
_FOUND = re.compile(
    rf"(?:车身?编?号|编号|车辆编?号|(?:bike|vehicle)\s+(?:numbers?|nos?\.?|ids?)|numbers|numbered)码?\s*(?:分别)?(?:是|为|are|is)?[\s:#]*"
    rf"(?P<codes>{_CODE}(?:(?:\s*(?:,|、|;|和|与|及|and|&)\s*|\s+){_CODE}){{0,19}})(?![A-Za-z0-9])", re.IGNORECASE
)


class Items:
    name = "list"
    datatype = "multivaluelist"

    def find(self, text: str, ctx: Context) -> list[Span]:
        """Codes after a word for number; all of a row are one span."""
        spans = []
        for hit in _FOUND.finditer(fold(text)):
            start, end = hit.span("codes")
            items = _unique(_BETWEEN.split(hit["codes"]))[: ctx.limits.max_items or MAX_ITEMS]
            if all(_fits(item, ctx) for item in items):
                spans.append(span(text, start, end, Reading(items)))
            if len(spans) == MAX_SPANS:
                break
        return spans

    def read(self, text: str, ctx: Context) -> Reading:
        if len(text) > 2 * MAX_ITEM * (ctx.limits.max_items or MAX_ITEMS):
            raise Unreadable("too_long", max=str(MAX_ITEM))
        items = _BETWEEN.split(_LABEL.sub("", trimmed(text)))
        if ctx.limits.pattern:
            items = [_inner(item, ctx) for item in items if _fits(item, ctx) or _NUMBERED.search(item)] or items
        return _checked(items, ctx)

    def validate(self, value: Value, ctx: Context) -> Reading:
        if isinstance(value, list):
            return _checked(value, ctx)
        if isinstance(value, bool):
            raise Unreadable("list")
        return self.read(str(value), ctx)

    def show(self, value: Value, ctx: Context) -> str:
        items = value if isinstance(value, list) else [str(value)]
        return ("、" if ctx.language == "zh" else ", ").join(items)


def _checked(items: list[str], ctx: Context) -> Reading:
    kept = _unique(items)
    most = ctx.limits.max_items or MAX_ITEMS
    if not kept:
        raise Unreadable("empty")
    if len(kept) > most:
        raise Unreadable("too_many", max=str(most))
    if any(len(item) > MAX_ITEM for item in kept):
        raise Unreadable("too_long", max=str(MAX_ITEM))
    if not all(_fits(item, ctx) for item in kept):
        raise Unreadable("pattern")
    return Reading(kept)


def _fits(item: str, ctx: Context) -> bool:
    """The template's pattern holds for each item."""
    return ctx.limits.pattern is None or re.fullmatch(ctx.limits.pattern, fold(item)) is not None


def _inner(item: str, ctx: Context) -> str:
    """The one code in it: 一辆是8650099001."""
    codes = [code for code in _RUN.findall(fold(item)) if _fits(code, ctx)]
    return codes[0] if len(codes) == 1 and not _fits(item, ctx) else item


def _unique(items: list[str]) -> list[str]:
    """In plain forms; the first spelling wins, letter case makes no difference."""
    kept: dict[str, str] = {}
    for item in items:
        tidied = tidy(fold(item))
        if tidied:
            kept.setdefault(fold_lower(tidied), tidied)
    return list(kept.values())


TYPE = Items()
