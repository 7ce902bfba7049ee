"""Complaint templates are taken up while the gateway runs: whoever saves a better template need not stop anybody.

The folder is looked at every few seconds. A file with a fault changes nothing, and neither does a version that was
used with other content; the faults are logged with file and line, and counted in `huiyin_template_faults`.
"""
from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from gateway.dialogue.catalog import Catalog
from gateway.dialogue.template import Template
from gateway.errors import ConfigError
from gateway.observe import TEMPLATE_FAULTS
from gateway.protocols import Records
from gateway.templates import archive

log = structlog.get_logger(__name__)
Stamp = frozenset[tuple[str, int, int]]


@dataclass(frozen=True, slots=True)
class Reloader:
    """`proofread` reads the folder and raises ConfigError with every fault, a line each."""

    folder: Path
    catalog: Catalog
    records: Records
    proofread: Callable[[], list[Template]]

    async def watch(self, every_s: float) -> None:
        """For ever; what stands in the folder now counts as taken up."""
        seen = self.stamp()
        while True:
            await asyncio.sleep(every_s)
            seen = await self.look(seen)

    async def look(self, seen: Stamp) -> Stamp:
        """Take up what changed since; returns what was looked at."""
        now = self.stamp()
        if now != seen:
            await self._take_up()
        return now

    async def _take_up(self) -> None:
        try:
            templates = await asyncio.to_thread(self.proofread)
            await archive(self.records, templates)
        except ConfigError as error:
            faults = str(error).splitlines()
            TEMPLATE_FAULTS.set(len(faults))
            log.error("templates_refused", faults=faults)
            return
        before = {(one.id, one.version) for one in self.catalog.newest.values()}
        self.catalog.renew(templates)
        TEMPLATE_FAULTS.set(0)
        log.info("templates_renewed", versions=[f"{t.id}@{t.version}" for t in templates
                                                if (t.id, t.version) not in before])

    def stamp(self) -> Stamp:
        """Name, time and size of every file that templates are made of."""
        common = self.folder.parent / "common.yaml"
        stats = ((file.name, _stat(file)) for file in (*self.folder.glob("*.yaml"), common))
        return frozenset((name, stat.st_mtime_ns, stat.st_size) for name, stat in stats if stat is not None)


def _stat(file: Path) -> os.stat_result | None:
    """None for a file that an editor has just put away."""
    try:
        return file.stat()
    except OSError:
        return None
