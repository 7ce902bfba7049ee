"""The control of the soak: `python -m bench.leaking run` is the gateway, but every turn leaves LEAK bytes behind."""
from __future__ import annotations

import sys

from gateway.__main__ import main
from gateway.conversation import Conversation
from gateway.protocols import Changes, Lease

LEAK = 4096
_kept: list[bytearray] = []
_sound = Conversation.take_turn


async def _leaking(self: Conversation, lease: Lease) -> Changes:
    _kept.append(bytearray(b"x" * LEAK))  # written, so that it is resident
    return await _sound(self, lease)


if __name__ == "__main__":
    Conversation.take_turn = _leaking  # type: ignore[method-assign]
    sys.exit(main())
