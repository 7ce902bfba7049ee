"""One thread for the encoder, and a micro-batching queue before it.

What waits while a batch is being encoded becomes the next batch: one matrix product for thirty messages costs
little more than for one (measured 311 / 854 / 1,217 sentences a second at concurrency 1 / 8 / 32).
"""
from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, TypeVar

import numpy as np
from threadpoolctl import threadpool_limits

from nlu.encoder import Encoder, Matrix, load_encoder

Out = TypeVar("Out")
One = TypeVar("One")
Row = TypeVar("Row")
Encode = Callable[[Sequence[str]], Matrix]

BATCH = 64        # items handed to the thread at once; sentences take it about 50 ms
REMEMBERED = 512  # vectors kept: the engine and the knowledge base often ask for the same words


@dataclass(frozen=True, slots=True)
class _Request(Generic[One, Row]):
    items: tuple[One, ...]
    answer: asyncio.Future[list[Row]]


class Batches(Generic[One, Row]):
    """A queue before work in a thread: what waits while a batch is being worked on becomes the next batch.

    work  a row for each item, in order
    """

    def __init__(self, thread: Executor, work: Callable[[Sequence[One]], Sequence[Row]]) -> None:
        self._thread, self._work = thread, work
        self._waiting: deque[_Request[One, Row]] = deque()
        self._draining: asyncio.Task[None] | None = None

    async def of(self, items: Sequence[One]) -> list[Row]:
        """Raises what `work` raises."""
        request: _Request[One, Row] = _Request(tuple(items), asyncio.get_running_loop().create_future())
        self._waiting.append(request)
        if self._draining is None:
            self._draining = asyncio.create_task(self._drain())
        return await request.answer

    async def close(self) -> None:
        if self._draining is not None:
            await self._draining

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        while batch := self._next_batch():
            items = [item for request in batch for item in request.items]
            try:
                rows = iter(await loop.run_in_executor(self._thread, self._work, items))
                for request in batch:
                    answer = list(islice(rows, len(request.items)))
                    if not request.answer.done():  # the one who asked may have been cancelled
                        request.answer.set_result(answer)
            except Exception as fault:  # the executor: whoever asked is told, the queue goes on
                for request in batch:
                    if not request.answer.done():
                        request.answer.set_exception(fault)
        self._draining = None

    def _next_batch(self) -> list[_Request[One, Row]]:
        batch: list[_Request[One, Row]] = []
        size = 0
        while self._waiting and size < BATCH:
            batch.append(self._waiting.popleft())
            size += len(batch[-1].items)
        return batch


class BatchEncoder:
    """An encoder for coroutines. Shared by all who need vectors; `open` before use, `close` at the end."""

    def __init__(self, load: Callable[[], Encoder] = load_encoder) -> None:
        self._load = load
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="encoder")
        self._encoder: Encoder | None = None
        self._known: OrderedDict[str, Matrix] = OrderedDict()  # only ever touched in the thread
        self._vectors = Batches(self._thread, self._remembering)
        self._queues: list[Batches[Any, Any]] = [self._vectors]

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
        for queue in self._queues:
            await queue.close()
        self._thread.shutdown(wait=False)

    async def run(self, work: Callable[[Encoder], Out]) -> Out:
        """`work` with the encoder, in its thread: for fitting and indexing at the start."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, work, self.encoder)

    async def encode(self, texts: Sequence[str]) -> Matrix:
        """One row a text; see Encoder.encode."""
        return np.stack(await self._vectors.of(texts))

    def batched(self, work: Callable[[Encode, Sequence[One]], Sequence[Row]]) -> Batches[One, Row]:
        """A queue of its own for work that begins with vectors, in the same thread: many messages compared with
        thousands of sentences in one product cost a third of each by itself, and the loop need not wait for it."""
        queue: Batches[One, Row] = Batches(self._thread, lambda items: work(self._stacked, items))
        self._queues.append(queue)
        return queue

    # --- in the thread ---

    def _stacked(self, texts: Sequence[str]) -> Matrix:
        return np.stack(self._remembering(texts))

    def _remembering(self, texts: Sequence[str]) -> list[Matrix]:
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self.encoder.encode(new), strict=True) if new else ())
        for text in texts:
            self._known.move_to_end(text)
        rows = [self._known[text] for text in texts]
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)
        return rows
