"""`python -m gateway dead …` and `backend …`: what operators ask of the running gateway, over gateway/control.py."""
from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from gateway.config import Config
from gateway.control import Refusal, ask

Answer = dict[str, Any]


def parsers(commands: Any) -> None:
    """Adds `dead` and `backend` to the command line's subcommands."""
    acts = commands.add_parser("dead", help="what did not arrive").add_subparsers(required=True)
    every = _act(acts, "list", "the oldest first", "GET /dead", _list)
    every.add_argument("--lane", help="case, in, out, events, …")
    every.add_argument("--after", type=int, default=0, metavar="ID", help="further ones")
    _act(acts, "show", "one of them, masked", "GET /dead/{id}", _show)
    replay = _act(acts, "replay", "send it again", "POST /dead/{id}/replay", _done)
    replay.add_argument("--edit", type=Path, metavar="FILE",
                        help="a submission as its next revision: JSON merge patch of the work order, - for stdin")
    arrived = _act(acts, "arrived", "the backend has it: do not send it", "POST /dead/{id}/arrived", _done)
    arrived.add_argument("number", help="the backend's own number of the case")
    _act(acts, "discard", "remove it for good", "POST /dead/{id}/discard", _done)
    backend = commands.add_parser("backend", help="the case system").add_subparsers(required=True)
    _act(backend, "show", "whether it is sent to", "GET /backend", _status)
    _act(backend, "resume", "it is well: send what waits", "POST /backend/resume", _status)


def _act(
    acts: Any, name: str, help: str, route: str, show: Callable[[Answer], Iterable[str]]
) -> argparse.ArgumentParser:
    parser: argparse.ArgumentParser = acts.add_parser(name, help=help)
    method, _, path = route.partition(" ")
    if "{id}" in path:
        parser.add_argument("id", type=int)
    if method == "POST":
        parser.add_argument("--why", required=True, help="stands in the journal, with your name")
    parser.set_defaults(command=operate, method=method, path=path, show=show)
    return parser


async def operate(config: Config, args: argparse.Namespace) -> int:
    """Raises ConfigError when no gateway runs."""
    path, body = _request(args)
    try:
        answer = await ask(Path(config.data.dir), args.method, path, body)
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        return 1
    for line in args.show(answer):
        print(line)
    return 0


def _request(args: argparse.Namespace) -> tuple[str, Answer | None]:
    given = vars(args)
    path: str = args.path.format(id=given.get("id"))
    if args.method == "GET":
        query = {name: given[name] for name in ("lane", "after") if given.get(name)}
        return f"{path}?{urlencode(query)}", None
    body: Answer = {"reason": args.why}
    if given.get("number"):
        body["number"] = args.number
    if given.get("edit"):
        return path.replace("/replay", "/edit"), {**body, "changes": _patch(args.edit)}
    return path, body


def _patch(file: Path) -> Any:
    return json.loads(sys.stdin.read() if str(file) == "-" else file.read_text("utf-8"))


def _list(answer: Answer) -> Iterable[str]:
    for one in answer["dead"]:
        yield f"{_line(one)}  {one['why']}"
    yield f"{len(answer['dead'])} shown"
    if answer["backend"]:
        yield from _status(answer["backend"])


def _show(answer: Answer) -> Iterable[str]:
    yield _line(answer)
    yield f"why: {answer['why']}"
    yield f"you may: {', '.join(answer['ways'])}"
    yield answer["body"]


def _line(one: Answer) -> str:
    state = "in doubt" if one["parked"] else "dead"
    return f"{one['id']:>6}  {_when(one['at'])}  {state:8}  {one['lane']}:{one['op'] or ''}  {one['key']}"


def _done(answer: Answer) -> Iterable[str]:
    return (f"{what}: {id}" for what, id in answer.items())


def _status(answer: Answer) -> Iterable[str]:
    since = f" since {_when(answer['since'])}: {answer['why']}" if answer["since"] else ""
    yield f"backend {answer['backend']}: {answer['state']}{since}"


def _when(ms: int) -> str:
    return datetime.fromtimestamp(ms / 1000, UTC).strftime("%Y-%m-%d %H:%M:%SZ")
