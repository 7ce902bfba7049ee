"""Load that does not wait: `python -m bench.storm`. One gateway, its own engine, its store on disk, synchronous FULL.

Messages come at a fixed rate from a process of their own, over WeChat (signed and sealed), web and SMS (signed): 200 a
second, then 1,000, then more and more until answers do not keep up. After each the store is compared with what
everybody wrote. Writes `storm` of results.json:

    mix                              share of the people, and so of the messages, by channel
    sustained, storm, highest        a `phase` each; highest is the last of `tried` that held, missing when none did
    tried                            rate → whether it held, in the order of trying
    ceiling                          the same minute's raw fsyncs, bare web socket echo and bare POSTs a second

A phase: rate, seconds, people, messages, sent_per_s, acknowledged, late (acknowledgements after more than 1 s), ack and
answer (p50_ms, p95_ms, p99_ms, max_ms, both from the moment a message was due), by_channel, answered_all_s (when the
last answer came, from the first message), backlog_at_end (unanswered when the last was due), cpu_ms_per_message,
cores_busy, generator_cores, rss_mb, encoded_share, faults, and `ledger`: bench/storm_ledger.py's Verdict. On WeChat
the acknowledgement is the response to the push, which as a rule carries the answer.
"""
from __future__ import annotations

import argparse
import asyncio
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from bench import profile
from bench.disk import fsyncs_per_s
from bench.load import Figures, Plan, encoded, generated, serving, timed
from bench.record import RESULTS, head, keep
from bench.server import Server, free_port
from bench.storm_generator import MIX
from bench.storm_ledger import verdict
from bench.storm_people import ACCOUNT, OURS, SECRET
from simulators.wechat.settings import configuration

GENERATOR = "bench.storm_generator"
SUSTAINED, STORM = 200.0, 1_000.0
RISING = (100.0, 150.0, 175.0, 200.0, 225.0, 250.0, 300.0, 350.0, 400.0)
EVERY_S, STORM_EVERY_S = 10.0, 6.0   # how often a citizen writes
PROMPT_MS = 1_000                    # answers that take longer for one in twenty do not keep up
SHARE_TRIED = 1 / 3                  # of the time of the others
IN_FLIGHT = 256                      # for the ceilings
SETTINGS = """
trusted_proxies = ["127.0.0.1"]

[server]
burst_hold_s = 0

[web]
messages_per_minute = 60000

[texting]
per_phone = 1000
in_all = 600000

[[sms]]
kind = "webhook"
profile = "generic"
name = "storm"
numbers = ["{ours}"]
sign_mode = "none"
url = "http://127.0.0.1:{port}/sms"
secrets = ["{secret}"]
tps = 5000

{wechat}
"""


async def phase(folder: Path, rate: float, seconds: float, flame: Path | None = None) -> Figures:
    """A gateway with an empty store, messages at this rate, and what its store says of them."""
    port, config = free_port(), folder / "gateway.toml"
    config.write_text(SETTINGS.format(
        port=port, ours=OURS, secret=SECRET, wechat=configuration([ACCOUNT], port)), "utf-8")
    server = Server(folder / "data", config=config)
    server.bring_models()
    await server.start()
    assert server.process is not None
    pid, people = server.process.pid, round(rate * (STORM_EVERY_S if rate >= STORM else EVERY_S))
    drawing = asyncio.create_task(profile.flame(pid, seconds, flame)) if flame else None
    try:
        found = await generated(
            GENERATOR, server.url, pid, "--rate", str(rate), "--seconds", str(seconds), "--people", str(people),
            "--port", str(port), "--sheets", str(folder / "sheets.json"))
        found["encoded_share"] = await encoded(server)
        if drawing:
            await drawing
    finally:
        await server.stop()
    return found | {"ledger": asdict(verdict(folder / "data" / "huiyin.db", folder / "sheets.json"))}


def holds(found: Figures) -> bool:
    """All acknowledged within a second, and the answers kept up."""
    slow = found["answer"]["p95_ms"] is None or found["answer"]["p95_ms"] >= PROMPT_MS
    return bool(found["acknowledged"] == found["messages"] and not found["late"] and not slow)


async def measure(seconds: float, rising: Sequence[float] = RISING, flame: Path | None = None) -> Figures:
    """`flame`: where the graph of the highest rate is drawn, in a run of its own, since watching slows it."""
    found: Figures = {"mix": MIX, "tried": {}, "ceiling": await _ceiling(seconds * SHARE_TRIED)}
    for name, rate in (("sustained", SUSTAINED), ("storm", STORM)):
        found[name] = await _in_a_folder(rate, seconds)
    for rate in rising:
        tried = await _in_a_folder(rate, seconds * SHARE_TRIED)
        found["tried"][f"{rate:.0f}"] = holds(tried)
        if not holds(tried):
            break
        found["highest"] = tried
    if flame:
        rate = found["highest"]["rate"] if "highest" in found else SUSTAINED
        await _in_a_folder(rate, seconds * SHARE_TRIED, flame)
    return found


async def _in_a_folder(rate: float, seconds: float, flame: Path | None = None) -> Figures:
    with tempfile.TemporaryDirectory() as folder:
        return await phase(Path(folder), rate, seconds, flame)


async def _ceiling(seconds: float) -> Figures:
    """What disk and aiohttp alone allow, with as many in flight as keep them busy."""
    with tempfile.TemporaryDirectory() as folder:
        fsyncs = fsyncs_per_s(Path(folder))
    plan = timed(IN_FLIGHT, Plan(2.0, seconds))
    async with serving("bench.echo") as (url, pid):
        echo = await generated("bench.load_generator", url + "/web/ws", pid, *plan, "--echo")
    async with serving("bench.bare") as (url, pid):
        bare = await generated("bench.wechat_generator", f"{url}/wechat/{ACCOUNT.appid}", pid, *plan, "--bare")
    return {"fsyncs_per_s": fsyncs, "echo_per_s": echo["turns_per_s"], "bare_posts_per_s": bare["turns_per_s"]}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.storm", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0, help="of the two stated rates; a third for the others")
    parser.add_argument("--rising", type=float, nargs="*", default=RISING, help="rates to try after those")
    parser.add_argument("--flame", type=Path, help="a file .svg for the flame graph")
    parser.add_argument("--out", type=Path, default=RESULTS)
    args = parser.parse_args()
    begun = head()
    keep(args.out, storm=begun | asyncio.run(measure(args.seconds, args.rising, args.flame)))


if __name__ == "__main__":
    main()
