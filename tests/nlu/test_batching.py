"""One thread, and what waits becomes the next batch."""
from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence

import numpy as np
import pytest

from nlu.batching import BATCH, REMEMBERED, BatchEncoder, Encode
from nlu.encoder import Matrix, NgramEncoder


class Recording(NgramEncoder):
    """Writes down every batch, and holds the first until it is let go."""

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.threads: set[str] = set()
        self.go = threading.Event()
        self.broken = False

    def encode(self, texts: Sequence[str]) -> Matrix:
        self.batches.append(list(texts))
        self.threads.add(threading.current_thread().name)
        self.go.wait(5)
        if self.broken:
            raise MemoryError("no room for vectors")
        return super().encode(texts)


@pytest.fixture
def inner() -> Recording:
    return Recording()


@pytest.fixture
async def encoder(inner: Recording) -> BatchEncoder:
    made = BatchEncoder(lambda: inner)
    await made.open()
    return made


async def waiting(encoder: BatchEncoder, *texts: str) -> list[asyncio.Task[Matrix]]:
    """Asks for each text, after the first has reached the thread."""
    tasks = [asyncio.create_task(encoder.encode([text])) for text in texts]
    await asyncio.sleep(0)
    return tasks


async def test_vectors_come_in_the_order_they_were_asked_for(encoder: BatchEncoder, inner: Recording) -> None:
    inner.go.set()
    rows = await encoder.encode(["快递", "噪音", "快递"])
    assert np.array_equal(rows, NgramEncoder().encode(["快递", "噪音", "快递"]))


async def test_what_waits_becomes_one_batch(encoder: BatchEncoder, inner: Recording) -> None:
    first = await waiting(encoder, "一")
    rest = await waiting(encoder, "二", "三", "四")
    inner.go.set()
    await asyncio.gather(*first, *rest)
    assert inner.batches == [["一"], ["二", "三", "四"]]


async def test_all_batches_run_in_the_same_thread(encoder: BatchEncoder, inner: Recording) -> None:
    inner.go.set()
    for n in range(5):
        await encoder.encode([str(n)])
    assert len(inner.threads) == 1
    assert inner.threads != {threading.current_thread().name}


async def test_the_same_words_are_encoded_once(encoder: BatchEncoder, inner: Recording) -> None:
    inner.go.set()
    await asyncio.gather(*(encoder.encode(["快递丢了"]) for _ in range(20)))
    await encoder.encode(["快递丢了", "快递丢了"])
    assert sum(len(batch) for batch in inner.batches) == 1


async def test_a_batch_has_a_limit(encoder: BatchEncoder, inner: Recording) -> None:
    first = await waiting(encoder, "一")
    rest = await waiting(encoder, *(f"第{n}条" for n in range(3 * BATCH)))
    inner.go.set()
    await asyncio.gather(*first, *rest)
    assert max(len(batch) for batch in inner.batches) <= BATCH


async def test_only_so_many_vectors_are_remembered(encoder: BatchEncoder, inner: Recording) -> None:
    inner.go.set()
    for n in range(REMEMBERED + 10):
        await encoder.encode([f"第{n}条"])
    before = len(inner.batches)
    await encoder.encode([f"第{REMEMBERED + 9}条"])
    assert len(inner.batches) == before, "the latest is still there"
    await encoder.encode(["第0条"])
    assert len(inner.batches) == before + 1, "the oldest was forgotten"


async def test_more_at_once_than_is_remembered(encoder: BatchEncoder, inner: Recording) -> None:
    inner.go.set()
    texts = [f"第{n}条" for n in range(REMEMBERED + 50)]
    assert len(await encoder.encode(texts)) == len(texts)


async def test_a_failure_reaches_all_who_asked_and_no_one_else(encoder: BatchEncoder, inner: Recording) -> None:
    inner.go.set()
    inner.broken = True
    failed = await asyncio.gather(*(encoder.encode([str(n)]) for n in range(3)), return_exceptions=True)
    assert all(isinstance(one, MemoryError) for one in failed)
    inner.broken = False
    assert len(await encoder.encode(["又好了"])) == 1


async def test_somebody_who_left_does_not_stop_the_others(encoder: BatchEncoder, inner: Recording) -> None:
    first = await waiting(encoder, "一")
    gone, stays = await waiting(encoder, "二", "三")
    gone.cancel()
    inner.go.set()
    await asyncio.gather(*first, stays)
    assert gone.cancelled()
    assert len(await encoder.encode(["四"])) == 1


async def test_close_waits_for_what_was_asked(encoder: BatchEncoder, inner: Recording) -> None:
    asked = await waiting(encoder, "一")
    inner.go.set()
    await encoder.close()
    assert asked[0].done()


async def test_opening_twice_loads_once() -> None:
    loaded: list[Recording] = []

    def load() -> Recording:
        loaded.append(Recording())
        return loaded[-1]

    encoder = BatchEncoder(load)
    await encoder.open()
    await encoder.open()
    assert len(loaded) == 1


async def test_asking_before_opening_is_our_own_mistake() -> None:
    with pytest.raises(RuntimeError, match="open"):
        await BatchEncoder(NgramEncoder).encode(["喂"])


async def test_work_on_vectors_shares_the_thread_and_what_waits_becomes_one_batch(
    encoder: BatchEncoder, inner: Recording
) -> None:
    """Each gets its own row back."""
    asked: list[list[str]] = []

    def lengths(encode: Encode, texts: Sequence[str]) -> list[int]:
        asked.append(list(texts))
        assert len(encode(texts)) == len(texts)
        assert inner.threads == {threading.current_thread().name}
        return [len(text) for text in texts]

    queue = encoder.batched(lengths)
    first = asyncio.create_task(queue.of(["一"]))
    await asyncio.sleep(0)
    rest = [asyncio.create_task(queue.of(texts)) for texts in (["二二", "三三三"], ["四"])]
    await asyncio.sleep(0)
    inner.go.set()
    assert await asyncio.gather(first, *rest) == [[1], [2, 3], [1]]
    assert asked == [["一"], ["二二", "三三三", "四"]]
