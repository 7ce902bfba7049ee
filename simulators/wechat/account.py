"""All that the platform remembers of one account: people, tokens, windows, grants, media, codes, calls of the day."""
from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from gateway.clock import Clock
from simulators.wechat.citizens import Citizen, new_citizen
from simulators.wechat.codes import Codes
from simulators.wechat.grants import Grants
from simulators.wechat.kf import KfDesk
from simulators.wechat.media import CAPS, KF_CAPS, Media
from simulators.wechat.pushes import Composer
from simulators.wechat.refusals import Refusal
from simulators.wechat.settings import AccountSettings
from simulators.wechat.tokens import Tokens
from simulators.wechat.windows import Windows

CHINA = timedelta(hours=8)        # the caps' day begins at midnight in Beijing


class Account:
    """`settings` may be changed while it runs, as an operator does: see `reconfigure`."""

    def __init__(self, settings: AccountSettings, clock: Clock) -> None:
        kf = settings.kind == "kf"
        self.settings = settings
        self.clock = clock
        self.tokens = Tokens()
        self.windows = Windows(closed=95002, spent=95001) if kf else Windows()
        self.grants = Grants()
        self.media = Media(KF_CAPS if kf else CAPS)
        self.codes = Codes()
        self.composer = Composer(clock)
        self.kf = KfDesk(settings.open_kfids, clock)
        self.citizens: dict[str, Citizen] = {}
        self.client_msg_ids: dict[tuple[str, str], tuple[int, datetime]] = {}     # of template/send: msgid, until
        self._calls: Counter[tuple[str, str]] = Counter()

    def reconfigure(self, **changes: Any) -> None:
        """A new callback, mode, format, token, aes_key or secret from here on."""
        self.settings = replace(self.settings, **changes)

    def citizen(self, name: str) -> Citizen:
        """The person of that name, new to this account or known."""
        known = new_citizen(self.settings.appid, name, "wm" if self.settings.kind == "kf" else "")
        return self.citizens.setdefault(known.openid, known)

    def find(self, openid: object) -> Citizen:
        """Raises Refusal 40003, of kf 40096."""
        if not isinstance(openid, str) or openid not in self.citizens:
            raise Refusal(40096 if self.settings.kind == "kf" else 40003)
        return self.citizens[openid]

    def count_call(self, path: str, now: datetime, cap: int | None = None) -> None:
        """Raises Refusal 45009 over the day's cap; without one of its own that of the settings counts, if any."""
        today = path, f"{now + CHINA:%F}"
        self._calls[today] += 1
        highest = self.settings.caps.get(path) if cap is None else cap
        if highest is not None and self._calls[today] > highest:
            raise Refusal(45009)

    def calls_today(self) -> dict[str, int]:
        """By path."""
        today = f"{self.clock.now() + CHINA:%F}"
        return {path: n for (path, day), n in self._calls.items() if day == today}

    def calls(self) -> dict[str, int]:
        """Of all days, by path."""
        total: Counter[str] = Counter()
        for (path, _), n in self._calls.items():
            total[path] += n
        return dict(total)
