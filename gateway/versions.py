"""Template versions that another gateway has taken up and this one has not: fetched when a draft of theirs comes here.

While many gateways are replaced one by one, some have newer templates than others, and a citizen's next message comes
to any of them. A draft keeps the version that it began with all the same.
"""
from __future__ import annotations

from dataclasses import dataclass

import msgspec

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.draft import Dialogue, load
from gateway.dialogue.template import Template
from gateway.protocols import Changes, Handler, Lease, Records


@dataclass(frozen=True, slots=True)
class Versions:
    catalog: Catalog
    records: Records

    def before(self, turn: Handler) -> Handler:
        """The handler of lane `in`, at one of many gateways."""
        async def handle(lease: Lease) -> Changes:
            await self.reach(load(lease.state))
            return await turn(lease)

        return handle

    async def reach(self, state: Dialogue) -> None:
        """The draft's version is in the catalog afterwards, if it ever was in the archive. Raises Unavailable."""
        draft = state.draft
        if draft is None or (draft.template, draft.version) in self.catalog.versions:
            return
        record = await self.records.get("template", f"{draft.template}@{draft.version}")
        if record is not None:
            self.catalog.learn(msgspec.json.decode(record.body, type=Template))
