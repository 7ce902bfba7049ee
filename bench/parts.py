"""What `python -m bench` can measure: each part is a program of its own that writes its entry of results.json.

Adding a part is one line here: its module takes `--out`, the arguments below, and ends with 0 when it has written.
"""
from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Part:
    """`full`: its arguments in full size, which takes so many `minutes`; `brief`: only to see that all works."""

    module: str
    measures: str
    minutes: float
    full: tuple[str, ...] = ()
    brief: tuple[str, ...] = ()


PARTS: Mapping[str, Part] = {
    "load": Part(
        "bench.load", "turns a second over web sockets, beside echo and fsync; CPU by step; memory; start", 4,
        brief=("--seconds", "5")),
    "storm": Part(
        "bench.storm", "messages at a fixed rate over web, WeChat and SMS: 200/s, 1,000/s, the most that holds", 8,
        ("--flame", "bench/plots/storm-flame.svg"), ("--seconds", "10", "--rising")),
    "sockets": Part(
        "bench.sockets", "ten thousand idle web sockets: memory, CPU, answers", 6, brief=("--sockets", "1000")),
    "soak": Part(
        "bench.soak", "half an hour of a steady mix: memory, descriptors, threads, the store; and a control", 35,
        brief=("--minutes", "3")),
    "redis_cpu": Part(
        "bench.redis_cpu", "CPU a turn with one gateway and with two on one Redis", 11, ("--full",)),
    "peers": Part(
        "bench.peers", "the same dialogue with Rasa, opsdroid and WeRoBot: `bench/peers.md`", 12, ("--full",)),
    "chaos_redis": Part(
        "bench.chaos_redis", "many gateways on Redis killed, stopped, cut off; Redis killed and hung; rejected designs",
        30, brief=("--brief",)),
    "kills": Part(
        "bench.kills", "kill -9 of the whole gateway and of the store alone", 8,
        brief=("--kills", "5", "--store-kills", "5")),
    "fuzz_wechat": Part(
        "bench.fuzz_wechat", "WeChat callbacks and customer-service pages spoilt at every layer", 10.5,
        brief=("--seconds", "30")),
    "understanding": Part(
        "bench.understanding", "how well and how fast messages are understood: `bench/understanding.md`", 2),
    "engines": Part("bench.engines", "the embedded engine beside Rasa: `bench/engines.md`", 12),
    "citizens": Part("bench.citizens", "simulated citizens in whole conversations: `bench/citizens.md`", 3),
    "wechat_day": Part(
        "bench.wechat_day", "appeals on WeChat against every daily cap: `bench/wechat.md`", 8,
        brief=("--appeals", "60")),
    "wechat_callbacks": Part(
        "bench.wechat_callbacks", "signed and sealed callbacks a second, beside bare aiohttp: `bench/wechat.md`", 4,
        brief=("--seconds", "5")),
    "sms": Part("bench.sms", "texts a second over SMPP and Kannel, beside smpplib: `bench/sms.md`", 5, ("--full",)),
    "bridge": Part(
        "bench.bridge", "the case bridge killed, and four hours without a case system: `bench/bridge.md`", 6,
        ("--full",)),
}
