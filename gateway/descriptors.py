"""Every citizen on a web socket is an open file of this process, and a shell starts programs with 1,024 of them."""
from __future__ import annotations

import resource

SOCKETS = 10_000  # as many as the web channel lets in (channels/web/visit.py)
SPARE = 500       # the store, models, platforms, requests on their way


def raise_limit() -> int:
    """The soft limit becomes the hard one, which is the operator's; returns it. Nothing here uses select(2), for which
    the low soft limit stands (systemd.exec(5), "LimitNOFILE=")."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def lacking(limit: int, sockets: int = SOCKETS) -> str | None:
    """Words for an operator where so many web sockets would not fit."""
    if limit == resource.RLIM_INFINITY or limit >= sockets + SPARE:
        return None
    return f"only {limit} open files are allowed: raise the hard limit to {sockets + SPARE} for {sockets} web sockets"
