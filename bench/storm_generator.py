"""The storm: messages at a fixed rate whatever comes back, over web, WeChat and SMS, in a process of its own.

`python -m bench.storm_generator --url … --pid … --rate 200 --seconds 60 --port …` prints one JSON line. A message is
due at its place in the row; every time counts from then, also where this process or the gateway was late. On `--port`
it plays what answers go through: WeChat's API and the text message provider. `--sheets` is a file for what everybody
wrote and whether it was acknowledged: bench/storm_ledger.py compares it with the store.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from pathlib import Path
from typing import Protocol

import aiohttp
import msgspec
from aiohttp import web

from bench.figures import latencies
from bench.storm_people import Faults, Message, Post, Sheet, Visitor, Writer, now
from bench.watch import cpu_s, rss_mb

MIX = {"wechat": 0.5, "web": 0.4, "sms": 0.1}  # of the people, and so of the messages
AT_ONCE = 64        # visitors who come in together
STILL_S = 15.0      # without an answer: nothing more will come …
SILENT_S = 3.0      # … nor after this, when all have theirs
LATE_S = 1.0        # what the acknowledgement must stay below
FIRST_ADDRESS = IPv4Address("10.0.0.1")  # each visitor has one of their own, as a proxy would tell it


class Citizen(Protocol):
    sheet: Sheet

    async def writes(self, due: float) -> None:
        """Returns when it was sent, or answered where the answer is the response."""
        ...


@dataclass(slots=True)
class Town:
    """Everybody who writes; `by_name`: whom an answer through an API is for."""

    people: list[Citizen] = field(default_factory=list)
    by_name: dict[str, Sheet] = field(default_factory=dict)
    listening: list[asyncio.Task[None]] = field(default_factory=list)
    faults: Faults = field(default_factory=Faults)

    @property
    def sheets(self) -> list[Sheet]:
        return [citizen.sheet for citizen in self.people]

    @property
    def messages(self) -> list[Message]:
        return [message for sheet in self.sheets for message in sheet.messages]


async def settled(town: Town, args: argparse.Namespace, http: aiohttp.ClientSession) -> None:
    """Everybody is there, and what they will send is written where it can be."""
    each = int(args.rate * args.seconds / args.people) + 2
    post = Post(args.url, args.seed)
    for _ in range(round(args.people * MIX["wechat"])):
        sheet, letters = post.wechat(each)
        town.people.append(Writer(sheet, letters, http, town.faults))
        town.by_name[sheet.conversation.rpartition(".")[2]] = sheet
    for _ in range(round(args.people * MIX["sms"])):
        sheet, letters = post.sms(each, args.seed * 100_000)
        town.people.append(Writer(sheet, letters, http, town.faults))
        town.by_name[sheet.conversation.partition(":")[2]] = sheet
    visitors = [Visitor(f"{args.seed} {n}", town.faults) for n in range(args.people - len(town.people))]
    for start in range(0, len(visitors), AT_ONCE):
        coming = enumerate(visitors[start:start + AT_ONCE], start)
        await asyncio.gather(*(one.comes(http, args.url, str(FIRST_ADDRESS + n)) for n, one in coming))
    town.listening = [asyncio.create_task(visitor.listens()) for visitor in visitors]
    town.people += visitors
    random.Random(args.seed).shuffle(town.people)


def platforms(town: Town) -> web.Application:
    """WeChat's API and the provider of text messages, as far as answers need them."""
    async def wechat(request: web.Request) -> web.Response:
        if request.path.endswith("token"):
            return web.json_response({"access_token": "storm", "expires_in": 7200})
        if request.path.endswith("custom/send"):
            town.by_name[(await request.json())["touser"]].heard()
        return web.json_response({"errcode": 0, "errmsg": "ok"})

    async def sms(request: web.Request) -> web.Response:
        town.by_name[(await request.json())["to"]].heard()
        return web.json_response({})

    app = web.Application()
    app.add_routes([web.post("/sms", sms), web.route("*", "/{rest:.*}", wechat)])
    return app


async def blows(town: Town, rate: float, seconds: float) -> float:
    """Everybody writes in turn, over and over, at this rate; returns when the first was due."""
    began, going = now() + 0.1, set[asyncio.Task[None]]()
    for n in range(int(rate * seconds)):
        due = began + n / rate
        if due > now():
            await asyncio.sleep(due - now())
        task = asyncio.create_task(town.people[n % len(town.people)].writes(due))
        going.add(task)
        task.add_done_callback(going.discard)
    await asyncio.gather(*going)
    return began


async def calm(town: Town, longest_s: float) -> None:
    """Until every message was answered and nothing more came, or nothing came for long."""
    end, before, still = now() + longest_s, -1, now()
    while now() < end and now() < still + STILL_S:
        answers = sum(sheet.answers for sheet in town.sheets)
        if answers != before:
            before, still = answers, now()
        elif now() > still + SILENT_S and all(message.answered for message in town.messages):
            return
        await asyncio.sleep(0.5)


async def run(args: argparse.Namespace) -> dict[str, object]:
    town = Town()
    runner = web.AppRunner(platforms(town), access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", args.port).start()
    connector = aiohttp.TCPConnector(limit=0, keepalive_timeout=600)
    async with aiohttp.ClientSession(connector=connector, timeout=aiohttp.ClientTimeout()) as http:
        await settled(town, args, http)
        cpu, own, started = cpu_s(args.pid), time.process_time(), time.perf_counter()
        began = await blows(town, args.rate, args.seconds)
        written = {"seconds": time.perf_counter() - started, "cpu": cpu_s(args.pid) - cpu,
                   "own": time.process_time() - own}
        await calm(town, args.patience)
        found = report(town, args, written, began) | {"rss_mb": rss_mb(args.pid)}
        found["cpu_ms_per_message"] = round((cpu_s(args.pid) - cpu) / len(town.messages) * 1000, 3)
        args.sheets.write_bytes(msgspec.json.encode([
            (sheet.conversation, sheet.answers, [(one.text, bool(one.acknowledged)) for one in sheet.messages])
            for sheet in town.sheets
        ]))
        for task in town.listening:
            task.cancel()
    await runner.cleanup()
    return found


def report(town: Town, args: argparse.Namespace, written: dict[str, float], began: float) -> dict[str, object]:
    messages = town.messages
    acknowledged = [one.acknowledged - one.due for one in messages if one.acknowledged]
    answered = [one.answered - one.due for one in messages if one.answered]
    return {
        "rate": args.rate, "seconds": args.seconds, "people": len(town.people), "messages": len(messages),
        "sent_per_s": round(len(messages) / written["seconds"], 1),
        "acknowledged": len(acknowledged), "late": sum(took > LATE_S for took in acknowledged),
        "ack": latencies(acknowledged), "answer": latencies(answered),
        "by_channel": {name: _of_channel([sheet for sheet in town.sheets if sheet.channel == name]) for name in MIX},
        "answered_all_s": round(max((one.answered for one in messages), default=began) - began, 1),
        "backlog_at_end": sum(not one.answered or one.answered > began + args.seconds for one in messages),
        "faults": dict(town.faults), "cores_busy": round(written["cpu"] / written["seconds"], 2),
        "generator_cores": round(written["own"] / written["seconds"], 2),
    }


def _of_channel(sheets: Sequence[Sheet]) -> dict[str, object]:
    messages = [message for sheet in sheets for message in sheet.messages]
    return {
        "messages": len(messages),
        "ack": latencies([one.acknowledged - one.due for one in messages if one.acknowledged]),
        "answer": latencies([one.answered - one.due for one in messages if one.answered]),
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--url", required=True)
    parser.add_argument("--pid", type=int, required=True, help="the gateway, whose CPU and memory are read")
    parser.add_argument("--rate", type=float, required=True, help="messages a second")
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--people", type=int, default=2_000)
    parser.add_argument("--port", type=int, required=True, help="where the platforms are played")
    parser.add_argument("--patience", type=float, default=600.0, help="seconds in which all answers must have come")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--sheets", type=Path, required=True)
    print(json.dumps(asyncio.run(run(parser.parse_args()))))


if __name__ == "__main__":
    main()
