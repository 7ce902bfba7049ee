"""`python -m gateway store accept`: an operator's word that a Redis which lost its data is to be used as it is.

It needs no running gateway, since none starts on such a Redis without a spool. Gateways that run and remember the same
mark go on by themselves within a second.
"""
from __future__ import annotations

import argparse
import os
from typing import Any

import msgspec

from gateway.clock import RandomIds, SystemClock, to_ms
from gateway.config import Config
from gateway.control import operator
from gateway.errors import ConfigError
from gateway.transcripts import Audit
from gateway.wiring.keeping import redis_of

DONE = (
    "The Redis is used as it is. Start the gateways anew, one after the other: what a start writes there is gone too.\n"
    "A gateway on another machine that still refuses it needs the same command there.")


def parsers(commands: Any) -> None:
    """Adds `store` to the command line's subcommands."""
    acts = commands.add_parser("store", help="the Redis of many gateways").add_subparsers(required=True)
    act = acts.add_parser("accept", help="it came back without its data: go on with what there is")
    act.add_argument("--why", required=True, help="stands in the journal, with your name")
    act.set_defaults(command=accept)


async def accept(config: Config, args: argparse.Namespace) -> int:
    """Raises ConfigError: it is away, or not to be trusted."""
    if not config.store.many:
        raise ConfigError("store.url: this gateway keeps its data in a file of its own, there is nothing to accept")
    clock, ids = SystemClock(), RandomIds()
    if not await redis_of(config, clock, ids).accept():
        print("It is the Redis that this gateway knows, or one that was never used: nothing to accept")
        return 0
    store = redis_of(config, clock, ids)
    await store.open()
    try:
        who = operator(os.getuid())
        act = Audit(ids.unique(), to_ms(clock.now()), who, "store.accept", "redis", args.why)
        await store.lanes.ingest("journal", "audit", act.id, msgspec.json.encode(act))
    finally:
        await store.close()
    print(DONE)
    return 0
