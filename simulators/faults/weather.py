"""What befalls the connections that go through the proxy."""
from __future__ import annotations

from typing import Annotated

import msgspec

Share = Annotated[float, msgspec.Meta(ge=0, le=1)]
Amount = Annotated[float, msgspec.Meta(ge=0)]


class Weather(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Shares are of the pieces that are read from a socket at once; a pipeline of commands usually is one piece.

    latency_s   of every piece, each way; pieces of one way wait one behind the other
    cut_before  requests that end with their connection before the server sees them
    cut_after   requests that the server receives in full; the connection ends before it answers
    cut_reply   replies that are lost with their connection: what was asked is done, nobody hears of it
    tear        replies of which the first half arrives, then the connection ends
    trickle     bytes at a time in which replies arrive, one in PAUSE_S (proxy.py); 0: at once
    refuse      nobody listens: new connections are refused, those there are stay
    hang        nothing passes and nothing ends, until it is switched off; then everything goes on
    """

    latency_s: Amount = 0.0
    cut_before: Share = 0.0
    cut_after: Share = 0.0
    cut_reply: Share = 0.0
    tear: Share = 0.0
    trickle: Annotated[int, msgspec.Meta(ge=0)] = 0
    refuse: bool = False
    hang: bool = False


CALM = Weather()
