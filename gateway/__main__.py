"""The command line: `python -m gateway run | check | talk | train | staff | open311 | simulate`."""
from __future__ import annotations

import argparse
import asyncio
import gc
import os
import signal
import sys
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import structlog
from aiohttp import web
from msgspec.structs import replace

from gateway import check, descriptors, operating, simulation, talk, templates
from gateway.app import Gateway
from gateway.clock import RandomIds, SystemClock
from gateway.config import Config, Nlu, load
from gateway.console.staff import ROLES, StaffTable
from gateway.control import listening
from gateway.errors import ConfigError
from gateway.fields.registry import TYPES
from gateway.http import runner
from gateway.masking import mask_phone
from gateway.observe import configure_logging
from gateway.wiring import accepting, open311
from gateway.wiring.demo import DemoPorts, address, demo, stand_in
from gateway.wiring.understanding import ROOT, asleep, data_files, mind, train_rasa

# How long one thread may keep the others out. The encoder's thread and the store's, which commits and sweeps, ask for
# their turn often: at Python's own 5 ms a message waited twice as long to become durable (measured, bench/storm.py).
SWITCH_S = 0.0005
BACKLOG = 2_048  # connections that wait to be accepted: one that finds no room comes again seconds later
log = structlog.get_logger("gateway")


def main(argv: list[str] | None = None) -> int:
    """Returns the exit code: 0 well, 1 wrong configuration or data files, 2 wrong command line."""
    args = _parser().parse_args(argv)
    try:
        config = load(args.config)
        configure_logging(config.observe.log_level)
        command: Callable[[Config, argparse.Namespace], Coroutine[Any, Any, int]] = args.command
        return asyncio.run(command(config, args))
    except ConfigError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m gateway", description="Huiyin, the gateway before 12345")
    parser.add_argument("--config", type=Path, default=None, help="TOML file, see config.example.toml")
    commands = parser.add_subparsers(required=True)
    run = commands.add_parser("run", help="serve until SIGTERM")
    run.add_argument("--demo", action="store_true", help="demo staff with a password of this run, short waits")
    for name, port in (("wechat", DemoPorts.wechat), ("smpp", DemoPorts.smpp), ("sms", DemoPorts.phones)):
        run.add_argument(f"--{name}-port", type=int, default=port, help="of the demo's simulator; 0: any free one")
    run.set_defaults(command=_run)
    commands.add_parser("check", help="configuration, templates, wording, knowledge").set_defaults(command=_check)
    chat = commands.add_parser("talk", help="chat in the terminal")
    chat.add_argument("template", nargs="?", help="begin with this complaint template")
    chat.add_argument("--lang", choices=("zh", "en"), default="zh")
    chat.set_defaults(command=_talk)
    train = commands.add_parser("train", help="fit and store the understanding model")
    train.add_argument("--engine", choices=("embedded", "rasa"), default="embedded", help="rasa: its server takes it")
    train.set_defaults(command=_train)
    play = commands.add_parser("simulate", help="play a part of the outside world for a gateway that runs elsewhere")
    play.add_argument("what", type=lambda name: simulation.ALSO.get(name, name), choices=simulation.PROGRAMS)
    play.add_argument("--port", type=int, help="in place of the one it has by itself; of the carrier: for SMPP")
    play.add_argument("--demo-port", type=int, help="likewise, of the page with the phones that text")
    play.add_argument("--settings", action="store_true", help="print the gateway's configuration for it, and end")
    play.add_argument("--kannel", action="store_true", help="these settings: for a Kannel before the carrier")
    play.set_defaults(command=_simulate)
    server = commands.add_parser("open311", help="for an Open311 server").add_subparsers(required=True)
    services = server.add_parser("services", help="write our templates as its services, for it to load")
    services.add_argument("folder", type=Path, help="services.json and services/<code>.json go here")
    services.set_defaults(command=_services)
    server.add_parser("compare", help="what it offers against what it would be sent").set_defaults(command=_compare)
    staff = commands.add_parser("staff", help="add a member of staff; the password comes from stdin")
    staff.add_argument("name")
    staff.add_argument("role", choices=ROLES)
    staff.add_argument("--department")
    staff.set_defaults(command=_staff)
    operating.parsers(commands)
    accepting.parsers(commands)
    for sub in commands.choices.values():
        sub.add_argument("--config", type=Path, default=argparse.SUPPRESS, help=argparse.SUPPRESS)
    return parser


async def _run(config: Config, args: argparse.Namespace) -> int:
    stop = _stop()
    if not args.demo:
        return await _serve(config, stop, None, args.config)
    async with demo(config, DemoPorts(args.wechat_port, args.smpp_port, args.sms_port)) as (config, phones):
        return await _serve(config, stop, phones, args.config)


async def _fitted(config: Config, file: Path | None, stop: asyncio.Event) -> bool:
    """The first start fits the models in a process of its own, which a stop ends at once and whose memory goes back.
    False when it was stopped. Raises ConfigError."""
    if config.nlu.engine == "null" or _has_models(config):
        return True
    print("The first start fits the language models: two minutes or so. 首次启动训练模型，约两分钟", flush=True)
    settings = ("--config", str(file)) if file else ()
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "gateway", "train", *settings, stdout=asyncio.subprocess.DEVNULL,
        env={**os.environ, "HUIYIN_DATA_DIR": config.data.dir},
    )
    if await _first(stop.wait(), process.wait()) == 0:
        process.terminate()
        await process.wait()
        return False
    if process.returncode:
        raise ConfigError("the language models could not be fitted")
    return True


def _has_models(config: Config) -> bool:
    return any((Path(config.data.dir) / "models").glob("nlu-*.npz"))


async def _first(*waits: Coroutine[Any, Any, Any]) -> int:
    """Which of them ended first; the others are let go."""
    tasks = [asyncio.create_task(one) for one in waits]
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    first = next(n for n, task in enumerate(tasks) if task.done())
    for task in tasks:
        task.cancel()
    return first


async def _serve(config: Config, stop: asyncio.Event, phones: tuple[str, ...] | None, file: Path | None) -> int:
    """Until `stop`; `phones`: the demo's lines about WeChat and SMS."""
    if few := descriptors.lacking(descriptors.raise_limit()):
        log.warning("descriptors", fault=few)
    gateway = Gateway.of(config, SystemClock(), RandomIds())
    if not await _fitted(config, file, stop):
        return 0
    if phones is not None:
        gateway.sender = Terminal()
    await gateway.open()
    sys.setswitchinterval(SWITCH_S)
    gc.collect()
    gc.freeze()  # a full collection over what the start made takes 70 ms (measured), and nothing may take the loop 50
    serving = runner(gateway.application, drain_s=gateway.drain_s)
    try:
        await serving.setup()
        await web.TCPSite(serving, config.server.host, config.server.port, backlog=BACKLOG).start()
        async with listening(Path(config.data.dir), gateway.control, many=config.store.many):
            _greet(config, phones)
            await stop.wait()
            await gateway.leaving.leave()
    except OSError as error:
        raise ConfigError(f"server.port: {config.server.host}:{config.server.port}: {error.strerror}") from error
    finally:
        await serving.cleanup()
        await gateway.close()
    log.info("stopped")
    return 0


class Terminal:
    """Codes appear here, as the demo's sign-in does: nobody has to own the phone."""

    async def send(self, phone: str, code: str, language: str) -> None:
        print(f"  code {code} for {mask_phone(phone)}", flush=True)


def _greet(config: Config, phones: tuple[str, ...] | None) -> None:
    url = config.server.public_url or address(config)
    log.info("serving", url=url)
    if phones is None:
        return
    print(f"Chat 市民页面    {url}/", f"Staff 工作台     {url}/desk/", *phones, sep="\n", flush=True)
    for role in ROLES:
        print(f"  sign in: demo-{role:<11} password: {config.desk.demo_password}", flush=True)


def _stop() -> asyncio.Event:
    """Set when SIGTERM or SIGINT comes, however early."""
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


async def _simulate(config: Config, args: argparse.Namespace) -> int:
    """Until SIGTERM or its own end."""
    options = stand_in(config, args.what, settings=args.settings, through_kannel=args.kannel)
    for name, port in (("--port", args.port), ("--demo-port", args.demo_port)):
        options += [] if port is None else [name, str(port)]
    stop = _stop()
    async with simulation.program(ROOT, args.what, options) as process:
        await _first(stop.wait(), process.wait())
    return process.returncode or 0


async def _check(config: Config, args: argparse.Namespace) -> int:
    now = SystemClock().now()
    faults = check.faults(ROOT, config, now, data_files(config))
    for line in (*faults, *(f"warning: {line}" for line in asleep(now))):
        print(line)
    print("no faults" if not faults else f"{len(faults)} faults")
    return 1 if faults else 0


async def _talk(config: Config, args: argparse.Namespace) -> int:
    with tempfile.TemporaryDirectory() as folder:
        scratch = replace(config, data=replace(config.data, dir=folder))
        gateway = Gateway.of(scratch, SystemClock(), RandomIds(), mind(config, SystemClock()))
        await gateway.open()
        try:
            await talk.chat(gateway.intake, gateway.store.shared, args.lang, args.template)
        finally:
            await gateway.close()
    return 0


async def _services(config: Config, args: argparse.Namespace) -> int:
    known = open311.catalogue(config, templates.load(ROOT / check.COMPLAINTS, TYPES), ROOT / config.city.folder)
    print(f"{open311.write(known, args.folder)} services in {args.folder}")
    return 0


async def _compare(config: Config, args: argparse.Namespace) -> int:
    given = templates.load(ROOT / check.COMPLAINTS, TYPES)
    found = await open311.compared(config, given, ROOT / config.city.folder, SystemClock())
    print(*found, "it fits" if not found else f"{len(found)} differences", sep="\n")
    return 1 if found else 0


async def _train(config: Config, args: argparse.Namespace) -> int:
    if args.engine == "rasa":
        print("trained", await train_rasa(config))
        return 0
    understanding = mind(replace(config, nlu=Nlu()), SystemClock())
    await understanding.open()
    await understanding.close()
    print("trained", understanding.engine.name)
    return 0


async def _staff(config: Config, args: argparse.Namespace) -> int:
    gateway = Gateway.of(config, SystemClock(), RandomIds(), mind(config, SystemClock()))
    await gateway.store.open()
    try:
        password = sys.stdin.readline().rstrip("\n")
        await StaffTable(gateway.store.records).add(args.name, args.role, password, args.department)
    finally:
        await gateway.store.close()
    print(f"{args.name} may sign in as {args.role}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
