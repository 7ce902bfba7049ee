"""The real engine and knowledge base for tests: opened once a process, on whatever event loop then asks them."""
from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path
from typing import Any

from nlu.batching import BatchEncoder
from nlu.embedded import EmbeddedUnderstander
from nlu.knowledge import KnowledgeIndex
from nlu.null import NullUnderstander
from nlu.sentinel import DangerWatch
from tests.clock import ManualClock

ROOT = Path(__file__).resolve().parent.parent
TRAINING = ROOT / "nlu" / "training"
CACHE = ROOT / ".cache" / "models"


def _await(opening: Coroutine[Any, Any, None]) -> None:
    """In a thread of its own: the first test to ask may be running on a loop."""
    with ThreadPoolExecutor(1) as thread:
        thread.submit(asyncio.run, opening).result()


@cache
def encoder() -> BatchEncoder:
    made = BatchEncoder()
    _await(made.open())
    return made


@cache
def embedded() -> EmbeddedUnderstander:
    made = EmbeddedUnderstander(TRAINING, CACHE, encoder())
    _await(made.open())
    return made


@cache
def watch() -> DangerWatch:
    made = DangerWatch(ROOT / "nlu" / "dangers", TRAINING, CACHE, encoder())
    _await(made.open())
    return made


@cache
def null() -> NullUnderstander:
    return NullUnderstander()


@cache
def knowledge() -> KnowledgeIndex:
    made = KnowledgeIndex(ROOT / "knowledge", encoder(), ManualClock(), CACHE)
    _await(made.open())
    return made
