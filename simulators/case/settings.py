"""The gateway's configuration for this case system: the same secrets at every start.

They stand in public here, which is well on loopback: no page in a browser may send the headers of a signature to
another origin unasked.
"""
from __future__ import annotations

LOOPBACK = "127.0.0.1"
OPERATIONS_SECRET = "whsec_b3BlcmF0aW9ucyBvZiB0aGUgc2ltdWxhdG9y"  # noqa: S105
EVENTS_SECRET = "whsec_ZXZlbnRzIG9mIHRoZSBjYXNlIHNpbXVsYXRvcg=="  # noqa: S105


def configuration(port: int, repeats: str = "idempotent") -> str:
    """TOML for a case system on `port`; in mode `neither` it cannot be asked."""
    asked = [] if repeats == "neither" else [f'lookup_url = "http://{LOOPBACK}:{port}/cases"']
    return "\n".join((
        "[casebridge]", 'backend = "webhook"', f'events_secret = "{EVENTS_SECRET}"', "",
        "[casebridge.webhook]", f'url = "http://{LOOPBACK}:{port}/operations"',
        *asked, f'secret = "{OPERATIONS_SECRET}"', f'repeat = "{repeats}"', "",
    ))
