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

import msgspec
from msgspec import Struct

Term = Literal["once", "long"]


class Grant(Struct, frozen=True, array_like=True):
    """`left`: messages that may go; for a long-term template 1 or 0."""

    term: Term
    left: int
    at: int


class Consent(Struct, frozen=True):
    """Never changed: every method that changes something returns the next one. Times are ms since 1970."""

    grants: dict[str, Grant] = {}

    def accept(self, template: str, term: Term, at: int) -> Consent:
        """The pop-up's yes, or the settings' for a long-term template."""
        left = 1 if term == "long" else self._left(template) + 1
        return self._with(template, Grant(term, left, at))

    def decline(self, template: str) -> Consent:
        """The pop-up's no: a long-term yes ends, one-time yeses of before stay."""
        grant = self.grants.get(template)
        return self.revoke(template) if grant and grant.term == "long" else self

    def revoke(self, template: str) -> Consent:
        """A no in the settings, or the platform's 43101: nothing is left."""
        return Consent({key: grant for key, grant in self.grants.items() if key != template})

    def may_send(self, template: str) -> bool:
        return self._left(template) > 0

    def first(self, templates: Sequence[str]) -> str | None:
        """The first of them that may go, long-term ones before one-time ones, which are scarce."""
        open_ = [template for template in templates if self.may_send(template)]
        return min(open_, key=lambda template: self.grants[template].term != "long", default=None)

    def spend(self, template: str) -> Consent:
        """A message went, or may have gone."""
        grant = self.grants.get(template)
        if grant is None or grant.term == "long":
            return self
        if grant.left <= 1:
            return self.revoke(template)
        return self._with(template, msgspec.structs.replace(grant, left=grant.left - 1))

    def _left(self, template: str) -> int:
        grant = self.grants.get(template)
        return grant.left if grant else 0

    def _with(self, template: str, grant: Grant) -> Consent:
        return Consent({**self.grants, template: grant})


def decode(state: bytes | None) -> Consent:
    """The consent as it was kept; an empty one for somebody new."""
    return msgspec.json.decode(state, type=Consent) if state else Consent()


def encode(consent: Consent) -> bytes:
    return msgspec.json.encode(consent)
