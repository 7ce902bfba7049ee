"""WeChat customer service as WeCom keeps it: a log per kf account read by cursor, sessions, one-time codes.

Facts: developer.work.weixin.qq.com, 接收消息和事件, 会话分配与消息收发, 发送欢迎语等事件响应消息.
"""
from __future__ import annotations

import secrets
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from typing import Any

from gateway.clock import Clock
from simulators.wechat.refusals import Refusal

PULL_TOKEN_LIFE = timedelta(minutes=10)
CODE_LIFE = timedelta(seconds=20)
WELCOME_AGAIN = timedelta(hours=48)
PAGE = 1000
LOG_LIFE = timedelta(days=3)
PULLS_WITHOUT_TOKEN = 10          # a minute; that there is a limit is documented, its height is not

UNTREATED, ASSISTANT, QUEUED, SERVED, ENDED = range(5)
# 变更会话状态: from → to; an ended session is opened again by the citizen alone.
CHANGES: Mapping[int, tuple[int, ...]] = {
    UNTREATED: (ASSISTANT, QUEUED, SERVED, ENDED), ASSISTANT: (ASSISTANT, QUEUED, SERVED, ENDED),
    QUEUED: (QUEUED, SERVED, ENDED), SERVED: (SERVED, ENDED), ENDED: (),
}
ANSWERABLE = (UNTREATED, ASSISTANT)
CITIZEN, EVENT, AGENT = 3, 4, 5   # origin of a message


@dataclass
class Session:
    state: int = ENDED
    servicer: str = ""
    heard: datetime | None = None       # the citizen's latest message
    welcomed: datetime | None = None


@dataclass(frozen=True)
class _Code:
    open_kfid: str
    user: str
    until: datetime


class KfDesk:
    """All kf accounts of one corporation. `fail_next`: so many sends are accepted and fail later (msg_send_fail)."""

    def __init__(self, open_kfids: Sequence[str], clock: Clock) -> None:
        self._clock = clock
        self._logs: dict[str, list[dict[str, Any]]] = {open_kfid: [] for open_kfid in open_kfids}
        self._sessions: dict[tuple[str, str], Session] = {}
        self._pull_tokens: dict[str, datetime] = {}
        self._codes: dict[str, _Code] = {}
        self._bare_pulls: Counter[int] = Counter()
        self._ids = count(1)
        self._run = secrets.token_hex(4)     # a cursor of an earlier run is none of this log
        self.sent: set[str] = set()
        self.empty_pages = 0
        self.fail_next = 0

    # --- the log --------------------------------------------------------------------------------------------

    def write(self, open_kfid: str, entry: Mapping[str, Any]) -> str:
        """Add a message or event; the token that the push carries for the pull."""
        head = {"msgid": f"kf-{next(self._ids)}-{secrets.token_hex(4)}", "send_time": self._seconds()}
        self._log(open_kfid).append({**head, **entry})
        token = secrets.token_urlsafe(24)
        self._pull_tokens[token] = self._clock.now() + PULL_TOKEN_LIFE
        return token

    def page(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """sync_msg. Raises Refusal 95007 (token), 45009 (too often without one), 95000 (kf account)."""
        self._check_pull(str(body.get("token", "")))
        log, cursor = self._log(str(body.get("open_kfid", ""))), str(body.get("cursor", ""))
        run, _, read = cursor.partition("-")
        start = max(int(read) if run == self._run else 0, self._forgotten(log))
        if self.empty_pages:
            self.empty_pages -= 1
            return {"next_cursor": cursor, "has_more": 1, "msg_list": []}
        end = min(start + min(int(body.get("limit") or PAGE), PAGE), len(log))
        return {"next_cursor": f"{self._run}-{end}", "has_more": int(end < len(log)), "msg_list": log[start:end]}

    def _forgotten(self, log: Sequence[Mapping[str, Any]]) -> int:
        """How many entries are older than three days, and no longer told."""
        since = int((self._clock.now() - LOG_LIFE).timestamp())
        return bisect_left(log, since, key=lambda entry: entry["send_time"])

    def _check_pull(self, token: str) -> None:
        now = self._clock.now()
        if token:
            if self._pull_tokens.get(token, now) <= now:
                raise Refusal(95007)
            return
        minute = int(now.timestamp()) // 60
        self._bare_pulls[minute] += 1
        if self._bare_pulls[minute] > PULLS_WITHOUT_TOKEN:
            raise Refusal(45009)

    def _log(self, open_kfid: str) -> list[dict[str, Any]]:
        if open_kfid not in self._logs:
            raise Refusal(95000)
        return self._logs[open_kfid]

    def _seconds(self) -> int:
        return int(self._clock.now().timestamp())

    # --- sessions and codes ---------------------------------------------------------------------------------

    def session(self, open_kfid: str, user: str) -> Session:
        self._log(open_kfid)
        return self._sessions.setdefault((open_kfid, user), Session())

    def hear(self, open_kfid: str, user: str) -> None:
        """A citizen's message opens an ended session again."""
        session = self.session(open_kfid, user)
        session.heard = self._clock.now()
        if session.state == ENDED:
            session.state, session.servicer = UNTREATED, ""

    def welcome(self, open_kfid: str, user: str) -> str:
        """The welcome_code of an entered session; none where they were greeted or wrote within 48 hours."""
        session, now = self.session(open_kfid, user), self._clock.now()
        if any(then and now - then < WELCOME_AGAIN for then in (session.heard, session.welcomed)):
            return ""
        return self.code(open_kfid, user)

    def code(self, open_kfid: str, user: str) -> str:
        """Good for one send_msg_on_event within 20 seconds."""
        code = secrets.token_urlsafe(16)
        self._codes[code] = _Code(open_kfid, user, self._clock.now() + CODE_LIFE)
        return code

    def redeem(self, code: str) -> tuple[str, str]:
        """(open_kfid, external_userid). Raises Refusal 40029: unknown, used, or more than 20 seconds old."""
        known = self._codes.pop(code, None)
        if known is None or known.until <= self._clock.now():
            raise Refusal(40029)
        self.session(known.open_kfid, known.user).welcomed = self._clock.now()
        return known.open_kfid, known.user

    def check_answerable(self, open_kfid: str, user: str) -> None:
        """Raises Refusal 95018: a queue or a human has the session, or it has ended."""
        if self.session(open_kfid, user).state not in ANSWERABLE:
            raise Refusal(95018)

    def change(self, open_kfid: str, user: str, state: int, servicer: str) -> str:
        """service_state/trans; the msg_code of the change, empty toward the assistant. Raises Refusal 95016."""
        session = self.session(open_kfid, user)
        if state not in CHANGES[session.state]:
            raise Refusal(95016)
        session.state, session.servicer = state, servicer if state == SERVED else ""
        return self.code(open_kfid, user) if state in (QUEUED, SERVED, ENDED) else ""
