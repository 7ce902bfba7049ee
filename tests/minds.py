"""The real engine and knowledge base for tests: opened once a process, on whatever event loop then asks them."""
from __future__ import annotations

import asyncio
from functools import cache
from pathlib import Path

from nlu.batching import BatchEncoder
from nlu.embedded import EmbeddedUnderstander
from nlu.knowledge import KnowledgeIndex
from nlu.null import NullUnderstander
from tests.clock import ManualClock

ROOT = Path(__file__).resolve().parent.parent
TRAINING = ROOT / "nlu" / "training"
CACHE = ROOT / ".cache" / "models"


@cache
def encoder() -> BatchEncoder:
    made = BatchEncoder()
    asyncio.run(made.open())
    return made


@cache
def embedded() -> EmbeddedUnderstander:
    made = EmbeddedUnderstander(TRAINING, CACHE, encoder())
    asyncio.run(made.open())
    return made


@cache
def null() -> NullUnderstander:
    return NullUnderstander()


@cache
def knowledge() -> KnowledgeIndex:
    made = KnowledgeIndex(ROOT / "knowledge", encoder(), ManualClock(), CACHE)
    asyncio.run(made.open())
    return made
