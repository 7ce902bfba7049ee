"""The channel as the gateway serves it, whichever way its messages come."""
from __future__ import annotations

from collections.abc import Sequence

from aiohttp import web

from channels.sms.sending import CHANNEL, LONGEST
from channels.sms.text import PART
from gateway.protocols import Capabilities


class SmsChannel:
    """A user of this channel is a number in E.164. Over SMPP there are no routes."""

    capabilities = Capabilities(name=CHANNEL, choices=False, max_text=LONGEST * PART["ucs2"], feed=False)

    def __init__(self, routes: Sequence[web.RouteDef] = ()) -> None:
        self._routes = routes

    def routes(self) -> Sequence[web.RouteDef]:
        return self._routes
