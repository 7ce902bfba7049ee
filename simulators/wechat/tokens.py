"""The life of an access token, by the injected clock. Facts: getAccessToken, getStableAccessToken, WeCom's gettoken."""
from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from simulators.wechat.refusals import Refusal

LIFE = timedelta(hours=2)
OVERLAP = timedelta(minutes=5)    # the old token still works so long after a new one; stable_token renews so early
FORCED_A_DAY = 20


class Tokens:
    """All tokens of one account. The stable token and the plain one live side by side and do not disturb each other."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}
        self._plain = ""
        self._stable = ""

    def plain(self, now: datetime) -> tuple[str, int]:
        """A new token at every call and its seconds; the one before lives 5 more minutes."""
        if self._plain in self._until:
            self._until[self._plain] = min(self._until[self._plain], now + OVERLAP)
        self._plain = self._issue(now)
        return self._plain, int(LIFE.total_seconds())

    def stable(self, now: datetime, *, force: bool) -> tuple[str, int]:
        """The same token until its last 5 minutes, and its seconds; `force` makes the one before void at once."""
        left = self._until.get(self._stable, now) - now
        if force or left <= OVERLAP:
            if force:
                self._until.pop(self._stable, None)
            self._stable, left = self._issue(now), LIFE
        return self._stable, int(left.total_seconds())

    def corporate(self, now: datetime) -> tuple[str, int]:
        """WeCom's: the same token until it has run out."""
        left = self._until.get(self._stable, now) - now
        if left <= timedelta():
            self._stable, left = self._issue(now), LIFE
        return self._stable, int(left.total_seconds())

    def knows(self, token: str) -> bool:
        return token in self._until

    def check(self, token: str, now: datetime) -> None:
        """Raises Refusal 42001 for a token whose time is over."""
        if self._until[token] <= now:
            raise Refusal(42001)

    def revoke(self) -> None:
        """All of them become unknown, as when an operator resets the secret."""
        self._until.clear()

    def _issue(self, now: datetime) -> str:
        token = secrets.token_urlsafe(48)
        self._until[token] = now + LIFE
        return token
