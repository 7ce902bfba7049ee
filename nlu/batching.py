"""One thread for the encoder, and a micro-batching queue before it.

What waits while a batch is being encoded becomes the next batch: one matrix product for thirty messages costs
little more than for one (measured 311 / 854 / 1,217 sentences a second at concurrency 1 / 8 / 32).
"""
from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from nlu.encoder import Encoder, Matrix, load_encoder

Out = TypeVar("Out")

BATCH = 64        # sentences handed to the encoder at once; about 50 ms of its thread
REMEMBERED = 512  # vectors kept: the engine and the knowledge base often ask for the same words


@dataclass(frozen=True, slots=True)
class _Request:
    texts: tuple[str, ...]
    answer: asyncio.Future[Matrix]


class BatchEncoder:
    """An encoder for coroutines. Shared by all who need vectors; `open` before use, `close` at the end."""

    def __init__(self, load: Callable[[], Encoder] = load_encoder) -> None:
        self._load = load
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._encoder: Encoder | None = None
        self._waiting: deque[_Request] = deque()
        self._draining: asyncio.Task[None] | None = None
        self._known: OrderedDict[str, Matrix] = OrderedDict()

    @property
    def encoder(self) -> Encoder:
        """For fitting, in a thread of its own while nothing else runs yet."""
        if self._encoder is None:
            raise RuntimeError("BatchEncoder.open() was not awaited")
        return self._encoder

    async def open(self) -> None:
        """Loads the model in the thread (about a second). Raises ConfigError. A second call does nothing."""
        if self._encoder is None:
            # OpenBLAS spins one thread per core for matrices this small: measured 49 ms of CPU a message, not 5.
            threadpool_limits(limits=1, user_api="blas")
            self._encoder = await asyncio.get_running_loop().run_in_executor(self._thread, self._load)

    async def close(self) -> None:
        if self._draining is not None:
            await self._draining
        self._thread.shutdown(wait=False)

    async def run(self, work: Callable[[Encoder], Out]) -> Out:
        """`work` with the encoder, in its thread: for fitting and indexing at the start."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self.encoder)

    async def encode(self, texts: Sequence[str]) -> Matrix:
        """One row a text; see Encoder.encode."""
        request = _Request(tuple(texts), asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return await request.answer

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while batch := self._next_batch():
            new = [text for text in _unique(batch) if text not in self._known]
            try:
                rows = await loop.run_in_executor(self._thread, self.encoder.encode, new) if new else ()
                self._remember(new, rows)
                for request in batch:
                    self._settle(request)
            except Exception as fault:  # the executor: whoever asked is told, the queue goes on
                for request in batch:
                    if not request.answer.done():
                        request.answer.set_exception(fault)
            self._forget()
        self._draining = None

    def _next_batch(self) -> list[_Request]:
        batch: list[_Request] = []
        size = 0
        while self._waiting and size < BATCH:
            batch.append(self._waiting.popleft())
            size += len(batch[-1].texts)
        return batch

    def _remember(self, texts: Sequence[str], rows: Sequence[Matrix] | Matrix) -> None:
        for text, row in zip(texts, rows, strict=True):
            self._known[text] = row

    def _settle(self, request: _Request) -> None:
        for text in request.texts:
            self._known.move_to_end(text)
        if not request.answer.done():  # the one who asked may have been cancelled
            request.answer.set_result(np.stack([self._known[text] for text in request.texts]))

    def _forget(self) -> None:
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _unique(batch: Sequence[_Request]) -> list[str]:
    return list(dict.fromkeys(text for request in batch for text in request.texts))
