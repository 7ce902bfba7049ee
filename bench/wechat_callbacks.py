"""Callbacks a second, to the durable encrypted reply: `python -m bench.wechat_callbacks [--seconds 20]`.

The gateway is a process of its own with its store on disk and its own engine; beside each run a bare aiohttp handler
gets the same requests. Writes `wechat_callbacks` of results.json and bench/wechat.md.
"""
from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from bench import page, watch, wechat_page
from bench.load import LEVELS, SETTINGS, Figures, Plan, encoded, generated, profiled, serving, timed
from bench.server import Server, free_port
from bench.wechat_generator import ACCOUNT
from simulators.wechat.settings import configuration

GENERATOR = "bench.wechat_generator"
PATH = f"/wechat/{ACCOUNT.appid}"


async def measure(folder: Path, plan: Plan) -> Figures:
    """All figures of one run; `folder` is empty and on the disk that is meant. Nobody plays WeChat's API: an answer
    that missed its push would be an error here."""
    config = folder / "gateway.toml"
    config.write_text(configuration([ACCOUNT], free_port()), "utf-8")
    server = Server(folder / "data", SETTINGS, config)
    server.bring_models()
    gateway: Figures = {}
    bare: Figures = {}
    for flying in plan.levels:
        bare[str(flying)] = await _bare(flying, plan)
        await server.start()
        gateway[str(flying)] = await _callbacks(server, flying, plan)
        gateway[str(flying)]["encoded_share"] = await encoded(server)
        await server.stop()
    await server.start()
    try:
        steps = await profiled(_callbacks(server, max(plan.levels), plan), server, folder, plan)
    finally:
        await server.stop()
    ratios = {level: round(gateway[level]["turns_per_s"] / bare[level]["turns_per_s"], 3) for level in gateway}
    return {"gateway": gateway, "bare": bare, "ratios": ratios, "profile": steps}


async def _callbacks(server: Server, flying: int, plan: Plan) -> Figures:
    assert server.process is not None
    return await generated(GENERATOR, server.url + PATH, server.process.pid, *timed(flying, plan))


async def _bare(flying: int, plan: Plan) -> Figures:
    async with serving("bench.bare") as (url, pid):
        return await generated(GENERATOR, url + PATH, pid, *timed(flying, plan), "--bare")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.wechat_callbacks", description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0, help="measured time of every run")
    parser.add_argument("--warm", type=float, default=Plan().warm_s, help="before it counts")
    parser.add_argument("--out", type=Path, default=page.RESULTS)
    args = parser.parse_args()
    head = {"date": datetime.now(UTC).isoformat(timespec="minutes"), "machine": watch.machine()}
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), Plan(args.warm, args.seconds, levels=LEVELS)))
    results = json.loads(args.out.read_text("utf-8")) if args.out.is_file() else {}
    results["wechat_callbacks"] = head | found
    args.out.write_text(json.dumps(results, ensure_ascii=False, indent=1) + "\n", "utf-8")
    wechat_page.main()


if __name__ == "__main__":
    main()
