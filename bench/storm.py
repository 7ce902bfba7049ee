"""Load that does not wait: `python -m bench.storm [--seconds 60]`. One gateway, its own engine, its store on disk.

Messages come at a fixed rate from a process of their own, over WeChat (signed and sealed), web and SMS (signed): 200 a
second, then 1,000, then more and more until something does not hold. Afterwards the store is compared with what
everybody wrote. Writes `storm` of results.json.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from bench import page, watch
from bench.disk import fsyncs_per_s
from bench.load import Figures, encoded, generated
from bench.server import Server, free_port
from bench.storm_generator import MIX
from bench.storm_ledger import verdict
from bench.storm_people import ACCOUNT, OURS, SECRET
from simulators.wechat.settings import configuration

GENERATOR = "bench.storm_generator"
SUSTAINED, STORM = 200.0, 1_000.0
EVERY_S = 10.0     # a citizen writes this often …
STORM_EVERY_S = 6.0  # … and in the storm
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


async def phase(folder: Path, rate: float, seconds: float, people: int, seed: int = 1) -> Figures:
    """A gateway with an empty store, a storm of this rate, and what its store says of it."""
    port = free_port()
    config = folder / "gateway.toml"
    config.write_text(SETTINGS.format(
        port=port, ours=OURS, secret=SECRET, wechat=configuration([ACCOUNT], port)), "utf-8")
    server = Server(folder / "data", config=config)
    server.bring_models()
    await server.start()
    assert server.process is not None
    try:
        found = await generated(
            GENERATOR, server.url, server.process.pid, "--rate", str(rate), "--seconds", str(seconds), "--people",
            str(people), "--port", str(port), "--sheets", str(folder / "sheets.json"), "--seed", str(seed))
        found["encoded_share"] = await encoded(server)
    finally:
        await server.stop()
    return found | {"ledger": asdict(verdict(folder / "data" / "huiyin.db", folder / "sheets.json"))}


def holds(found: Figures) -> bool:
    """All acknowledged within a second, and the answers kept up."""
    return bool(found["acknowledged"] == found["messages"] and not found["late"]
                and found["answer"]["p95_ms"] is not None and found["answer"]["p95_ms"] < 1_000)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.storm", description=__doc__)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--rates", type=float, nargs="*", default=[SUSTAINED, STORM])
    parser.add_argument("--out", type=Path, default=page.RESULTS)
    args = parser.parse_args()
    found: Figures = {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": watch.machine(), "mix": MIX}
    for rate in args.rates:
        every = STORM_EVERY_S if rate >= STORM else EVERY_S
        with tempfile.TemporaryDirectory() as folder:
            fsyncs = fsyncs_per_s(Path(folder))
            found[f"{rate:.0f}"] = asyncio.run(phase(Path(folder), rate, args.seconds, round(rate * every)))
            found[f"{rate:.0f}"]["fsyncs_per_s"] = fsyncs
        print(json.dumps(found[f"{rate:.0f}"], indent=1))
    results = json.loads(args.out.read_text("utf-8")) if args.out.is_file() else {}
    args.out.write_text(json.dumps(results | {"storm": found}, ensure_ascii=False, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
