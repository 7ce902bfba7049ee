"""The parcel form as an opsdroid skill; runs in opsdroid's environment, its questions come from PEERS_QUESTIONS.

Its state is in opsdroid's memory where the configuration names a database, else in this process.
"""
from __future__ import annotations

import os
from typing import Any

from opsdroid.matchers import match_regex
from opsdroid.skill import Skill

from bench.peers.form import Form, Known


class ParcelForm(Skill):  # type: ignore[misc]
    """One skill that takes every text."""

    def __init__(self, opsdroid: Any, config: Any) -> None:
        super().__init__(opsdroid, config)
        self._form, self._kept = Form.read(os.environ["PEERS_QUESTIONS"]), dict[str, Known]()

    @match_regex(r"(?s).+")  # type: ignore[untyped-decorator]
    async def answer(self, message: Any) -> None:
        databases = self.opsdroid.memory.databases
        known = await self.opsdroid.memory.get(message.user) if databases else self._kept.get(message.user)
        # opsdroid's memory takes what is empty for what is not there.
        known = None if known is None else {name: value for name, value in known.items() if name != "opened"}
        reply, known = self._form.turn(known, message.text)
        known = {"opened": "yes", **known}
        if databases:
            await self.opsdroid.memory.put(message.user, known)
        else:
            self._kept[message.user] = known
        await message.respond(reply)
