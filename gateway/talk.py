"""A chat in the terminal through the real path: intake, turn, feed. Numbers pick the offered choices."""
from __future__ import annotations

import asyncio
import sys
from itertools import count

from gateway.clock import SystemClock, to_ms
from gateway.intake import Intake
from gateway.messages import Choice, CitizenContent, Form, Inbound, Outbound, Text, decode_outbound
from gateway.protocols import SharedStore

CONVERSATION = "web:terminal"
ANSWER_S = 10.0


async def chat(intake: Intake, shared: SharedStore, language: str, template: str | None) -> None:
    """Until the end of input."""
    clock, numbers = SystemClock(), count(1)
    after: str | None = None
    last: Outbound | None = None
    words: CitizenContent | None = Form(template, {}) if template else Text("你好" if language == "zh" else "hello")
    while words is not None:
        inbound = Inbound(f"t{next(numbers)}", CONVERSATION, "web", to_ms(clock.now()), words, language)
        await intake.accept(inbound)
        for message in await _answers(shared, after):
            after, last = message.id, message
            _show(message)
        words = await _read(last)


async def _answers(shared: SharedStore, after: str | None) -> list[Outbound]:
    hints = shared.subscribe([f"feed:{CONVERSATION}"])
    try:
        items = await shared.feed_read(CONVERSATION, after)
        if not items:
            await hints.next(ANSWER_S)
            items = await shared.feed_read(CONVERSATION, after)
    finally:
        hints.close()
    return [decode_outbound(item.body) for item in items]


def _show(message: Outbound) -> None:
    print(f"\n{message.text}")
    for number, choice in enumerate(message.choices, 1):
        print(f"  [{choice.label}]" if message.ask == "confirm" else f"  {number}. {choice.label}")


async def _read(last: Outbound | None) -> CitizenContent | None:
    print("> ", end="", flush=True)
    line = await asyncio.to_thread(sys.stdin.readline)
    if not line:
        return None
    text = line.strip()
    # At the summary a number names a line to change (gateway/dialogue/summary.py), never a button.
    choices = last.choices if last and last.ask != "confirm" else ()
    if last and text.isdecimal() and 1 <= int(text) <= len(choices):
        return Choice(choices[int(text) - 1].value, last.id)
    return Text(text)
