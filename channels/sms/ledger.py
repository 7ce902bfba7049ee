"""What may be sent to one phone of our own accord, and when: opt-out, quiet hours, caps, age. Pure.

One ledger for each phone, kept as state of the recipient's key in the lane `out`. An answer to what the citizen just
wrote is a `reply`: it counts for nothing and waits for nothing. Times are ms since 1970. That one rating is open at a
time is the conversation's own rule (gateway/news.py).

    purpose      opt-out  quiet hours  caps  too old
    reply           -          -        -       -
    notice          x          x        -       x
    invitation      x          x        x       x      of a rating
    reminder        x          x        x       x      of the same
A phone that the provider has blocked (Twilio 21610) is sent nothing at all until its owner writes START. What goes says
how long the carrier may try to bring it: until it would be too old, or the quiet hours begin.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from channels.sms.traffic import Report, State, later
from gateway.quiet import QuietHours

Purpose = Literal["reply", "notice", "invitation", "reminder"]
Why = Literal["", "blocked", "stopped", "too_old", "quiet", "too_soon", "enough_today"]

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
MOST_KEPT = 60   # messages whose fate is remembered
KEPT_MS = 4 * DAY_MS  # carriers try for up to three days
LEAST_MS = 60_000  # that a carrier has to bring a message: Kannel counts minutes
_RATING = ("invitation", "reminder")


@dataclass(frozen=True, slots=True)
class Terms:
    """Settings. quiet: from and to, of the city's clock; equal: never. oldest_ms: how long each waits to be sent."""

    zone: ZoneInfo
    gap_ms: int = 300_000
    a_day: int = 3
    quiet: tuple[time, time] = (time(21), time(8))
    oldest_ms: Mapping[Purpose, int] = field(
        default_factory=lambda: {"notice": 3 * DAY_MS, "invitation": DAY_MS, "reminder": DAY_MS})


@dataclass(frozen=True, slots=True)
class Verdict:
    """It may go now when `why` is empty. Else not before `until`, which is None for never."""

    why: Why = ""
    until: int | None = None


class Fate(Struct, frozen=True):
    """What became of a message. state None: handed over, nothing heard; early: a receipt came before we knew that it
    went."""

    at: int
    state: State | None = None
    early: bool = False


class Ledger(Struct, frozen=True):
    """Never changed: every method that changes something returns the next one.

    stopped  when the citizen opted out
    blocked  the provider said that they did, and refuses
    told     when invitations and reminders went in the last day
    fates    by our id
    """

    stopped: int | None = None
    blocked: bool = False
    told: tuple[int, ...] = ()
    fates: dict[str, Fate] = {}

    # --- may it go? -----------------------------------------------------------------------------------------

    def verdict(self, purpose: Purpose, now: int, terms: Terms, *, since: int) -> Verdict:
        """`since`: when it was ready to go; a rating's age counts from its turn."""
        if self.blocked:
            return Verdict("blocked")
        if purpose == "reply":
            return Verdict()
        if self.stopped is not None:
            return Verdict("stopped")
        wait = max((_quiet(now, terms), self._capped(purpose, now, terms)), key=lambda verdict: verdict.until or 0)
        if max(now, wait.until or 0) > since + terms.oldest_ms[purpose]:
            return Verdict("too_old")
        return wait

    def _capped(self, purpose: Purpose, now: int, terms: Terms) -> Verdict:
        recent = [at for at in self.told if now - DAY_MS < at <= now]
        if purpose not in _RATING or not recent:
            return Verdict()
        if len(recent) >= terms.a_day:
            return Verdict("enough_today", recent[-terms.a_day] + DAY_MS)
        return Verdict("too_soon", recent[-1] + terms.gap_ms) if now < recent[-1] + terms.gap_ms else Verdict()

    # --- what happens ---------------------------------------------------------------------------------------

    def sent(self, id_: str, purpose: Purpose, now: int) -> Ledger:
        """It went, or may have gone. Once for each id: a second attempt is the same message."""
        known = self.fates.get(id_)
        if known and not known.early:
            return self
        told = tuple(at for at in self.told if at > now - DAY_MS)
        fates = self._kept(id_, Fate(now, known.state if known else None), now)
        return replace(self, told=(*told, now) if purpose in _RATING else told, fates=fates)

    def reported(self, report: Report, now: int) -> Ledger:
        """A receipt, in whatever order: the higher rank stays, and one that comes before the answer counts. Good news
        of a further part tells nothing of the whole."""
        known = self.fates.get(report.id, Fate(now, early=True))
        if report.part > 1 and report.state in ("accepted", "delivered"):
            return self
        fates = self._kept(report.id, replace(known, state=later(known.state, report.state)), now)
        return replace(self, fates=fates, blocked=self.blocked or report.blocked)

    def stop(self, now: int) -> Ledger:
        """The citizen opted out: no ratings, no notices. Their cases go on."""
        return replace(self, stopped=now)

    def start(self) -> Ledger:
        return replace(self, stopped=None, blocked=False)

    @property
    def silent(self) -> bool:
        """Whether START has something to bring back."""
        return self.blocked or self.stopped is not None

    def _kept(self, id_: str, fate: Fate, now: int) -> dict[str, Fate]:
        known = {other: kept for other, kept in self.fates.items() if kept.at > now - KEPT_MS and other != id_}
        return dict([*known.items(), (id_, fate)][-MOST_KEPT:])


def lasting(purpose: Purpose, now: int, terms: Terms, *, since: int) -> int | None:
    """ms that the carrier may try to bring it; None for as long as it likes. `since` as of `verdict`."""
    if purpose == "reply":
        return None
    return max(LEAST_MS, min(since + terms.oldest_ms[purpose], _evening(now, terms)) - now)


def _evening(now: int, terms: Terms) -> int:
    """When the quiet hours begin; `now` in them, far off where there are none."""
    begins, ends = terms.quiet
    if begins == ends:
        return now + max(terms.oldest_ms.values())
    if _quiet(now, terms).why:
        return now
    local = datetime.fromtimestamp(now / 1000, terms.zone)
    day = local.date() + timedelta(days=1) if local.time() >= begins else local.date()
    return int(datetime.combine(day, begins, terms.zone).timestamp() * 1000)


def _quiet(now: int, terms: Terms) -> Verdict:
    until = QuietHours(terms.zone, *terms.quiet).until(now)
    return Verdict("quiet", until) if until else Verdict()
