"""Which subscription messages a person agreed to, by template: pure, one per openid.

One yes to a one-time template is one message, without a time limit; yeses add up. A yes to a long-term template (open
to government services) holds until it is taken back. A no in the pop-up is about that moment and leaves earlier
yeses; a no in the settings takes all back [subscription messages, official pages]. What the platform's own events
say counts (subscribe_msg_popup_event, subscribe_msg_change_event), never what a page reports: a tap told by both
would count twice.
"""
from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from msgspec import Struct
from msgspec.structs import replace

Term = Literal["once", "long"]


class Grant(Struct, frozen=True, array_like=True):
    """`left`: messages that may go; for a long-term template 1 or 0. `at`: the latest answer that counted."""

    term: Term
    left: int
    at: int


class Consent(Struct, frozen=True):
    """Never changed: every method that changes something returns the next one. Times are ms since 1970, of the
    platform's CreateTime: an answer that comes twice, or after a later one, changes nothing."""

    grants: dict[str, Grant] = {}

    def accept(self, template: str, term: Term, at: int) -> Consent:
        """The pop-up's yes, or the settings' for a long-term template."""
        grant = self._known(template, term)
        if at <= grant.at:
            return self
        return self._with(template, Grant(term, 1 if term == "long" else grant.left + 1, at))

    def decline(self, template: str, at: int) -> Consent:
        """The pop-up's no: a long-term yes ends, one-time yeses of before stay."""
        return self.withdraw(template, at) if self._known(template).term == "long" else self

    def withdraw(self, template: str, at: int) -> Consent:
        """A no in the settings: nothing is left."""
        grant = self._known(template)
        return self._with(template, Grant(grant.term, 0, at)) if at > grant.at else self

    def refused(self, template: str) -> Consent:
        """The platform's 43101: it knows of nothing that is left."""
        return self._with(template, replace(self._known(template), left=0))

    def may_send(self, template: str) -> bool:
        return self._known(template).left > 0

    def first(self, templates: Sequence[str]) -> str | None:
        """The first of them that may go, long-term ones before one-time ones, which are scarce."""
        open_ = [template for template in templates if self.may_send(template)]
        return min(open_, key=lambda template: self.grants[template].term != "long", default=None)

    def spend(self, template: str) -> Consent:
        """A message went, or may have gone."""
        grant = self._known(template)
        if grant.term == "long":
            return self
        return self._with(template, replace(grant, left=max(0, grant.left - 1)))

    def _known(self, template: str, term: Term = "once") -> Grant:
        return self.grants.get(template, Grant(term, 0, 0))

    def _with(self, template: str, grant: Grant) -> Consent:
        return Consent({**self.grants, template: grant})
