"""Which blocks of the pages run in a browser, and what runs before each of them.

The blocks of a page are one program there as well, and each tab is one of its own. A block that
needs what the browser has not does not run, nor does one that uses its names.
"""

from __future__ import annotations

import ast
import builtins
import sys
from inspect import isfunction
from pathlib import Path
from typing import Dict, List, NamedTuple, Optional, Set, Tuple

from tests.pages import OWN_TESTS, PRINTED, ROOT, SETUP, all_blocks, code_of, expected

ALONE = {"sandbox.md"}
"""Pages whose blocks are a program each."""
SHIPPED = {"anyio", "httpx", "msgspec", "novabilling", "typing_extensions"}
"""What a browser gets beside the standard library."""
FOREIGN = {"contrib": "", "otel": "opentelemetry", "testing": "pytest"}
"""Modules of the package that need a framework: which, if it has not the name of the module."""
ELSEWHERE = {
    "127.0.0.1": "it calls a server in another process",
    ".pem": "it reads a file of yours",
    ".parquet": "it needs pyarrow",  # larger than all the rest
    "to_arrow": "it needs pyarrow",
    "ProcessPoolExecutor": "there are no processes",
    "multiprocessing": "there are no processes",
    "os.fork": "there are no processes",
    "subprocess": "there are no processes",
    "Outbox(": "an outbox works in a thread",
    "ThreadPoolExecutor": "there are no threads",
    "threading": "there are no threads",
}
"""What a browser has not, by the words that ask for it."""
WITHOUT = {"quickstart"}
"""Examples that import a framework only if they are asked to."""
UNSEEN = {"metering.md#See what was counted": "an outbox works in a thread"}
"""What the blocks of a section need without naming it: what other blocks did."""

STAGE = """\
from stage import Stage
stage = Stage()
globals().update(stage.names, client=stage.client)
"""
ASYNC_STAGE = f"""{STAGE}\
client = stage.sandbox.async_client(token=lambda: stage.sandbox.jwt)
"""
"""What the examples of the reference need: one of everything."""


class Program(NamedTuple):
    """One block of a page: its number, its code, and what has to run before it.

    `elsewhere` is why it does not run, and empty for a part of a program. Where nobody knows before
    what it `prints`, that is None.
    """

    number: int
    code: str
    setup: str
    before: Tuple[int, ...]
    runs: bool
    elsewhere: str
    prints: Optional[List[str]]


def programs(page: str) -> List[Program]:
    """Return every Python block of a page, in its order."""
    if page.startswith("examples/"):
        return _files(ROOT / "examples" / Path(page).stem)
    if page.startswith("reference/"):
        return _examples(Path(page).stem)
    found: List[Program] = []
    earlier: Dict[str, List[int]] = {"Sync": [], "Async": []}
    known: Dict[str, Set[str]] = {"Sync": set(), "Async": set()}
    lost: Dict[str, str] = {}
    python = [block for block in all_blocks(page) if block.language == "python"]
    for number, block in enumerate(python):
        colour = block.tab or "Sync"
        alone = page in ALONE or "asyncio.run(" in block.code
        setup = SETUP.get(page + block.section, "")
        before = [] if alone or setup else earlier[colour]
        names = _bound(setup) if alone or setup else known[colour]
        elsewhere = _elsewhere(page + block.section, block.code)
        unknown = _used(block.code) - _bound(block.code) - names
        elsewhere = elsewhere or next((lost[name] for name in sorted(unknown & set(lost))), "")
        runs = not elsewhere and not unknown
        prints = PRINTED.get(page + block.section, expected(block.code))
        found.append(Program(number, block.code, setup, tuple(before), runs, elsewhere, prints))
        apart = block.section and page + block.section in OWN_TESTS
        if elsewhere:
            lost.update(dict.fromkeys(_bound(block.code) - known[colour], elsewhere))
        if runs and not alone and not apart:
            earlier[colour].append(number)
            known[colour] |= _bound(block.code)
    return found


def _files(example: Path) -> List[Program]:
    """Return the files of an example; what they print is on their page."""
    if example.is_dir():
        app, tests = (code_of(example / name) for name in ("app.py", "test_app.py"))
        below = "its tests, below, need pytest"
        return [
            Program(0, app, "", (), False, below, None),
            Program(1, tests, "", (), False, _elsewhere("", tests), None),
        ]
    code = code_of(example.with_suffix(".py"))
    elsewhere = "" if example.name in WITHOUT else _elsewhere("", code)
    return [Program(0, code, "", (), not elsewhere, elsewhere, None)]


def _examples(resource: str) -> List[Program]:
    """Return the examples of a resource's methods, each in both colours."""
    from tests.reference import ALL, site_module  # it imports all resources

    if resource == "receiving":
        code = ALL["webhooks.verify"].example
        return [Program(0, code, STAGE, (), True, "", expected(code))]
    asynchronous = site_module("colours").asynchronous
    members = vars(site_module("operations").resource_classes().get(resource, object))
    found: List[Program] = []
    for method, value in members.items():
        name = f"{resource}.{method}"
        if name in ALL and isfunction(value):
            example = ALL[name].example
            for code, setup in ((example, STAGE), (asynchronous(example), ASYNC_STAGE)):
                prints = expected(example)
                found.append(Program(len(found), code, setup, (), True, "", prints))
    return found


def _elsewhere(section: str, code: str) -> str:
    """Return why a block does not run in a browser, or nothing."""
    words = [why for word, why in ELSEWHERE.items() if word in code]
    missing = _missing(code)
    return UNSEEN.get(section) or (words[0] if words else missing and f"it needs {missing}")


def _missing(code: str) -> str:
    """Return the first framework that a block imports, or nothing."""
    for node in ast.walk(_tree(code)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        for module in modules:
            top, inner, name = (*module.split("."), "", "")[:3]
            if top == "novabilling" and inner in FOREIGN:
                return FOREIGN[inner] or name
            if top not in SHIPPED | sys.stdlib_module_names:
                return top
    return ""


def _used(code: str) -> Set[str]:
    loaded = {n.id for n in ast.walk(_tree(code)) if isinstance(n, ast.Name)}
    return loaded - set(dir(builtins)) - {"__name__"}


def _bound(code: str) -> Set[str]:
    found: Set[str] = set()
    for node in ast.walk(_tree(code)):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ExceptHandler) and node.name:
            found.add(node.name)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {(alias.asname or alias.name).partition(".")[0] for alias in node.names}
        elif isinstance(node, (ast.MatchAs, ast.MatchStar)) and node.name:
            found.add(node.name)
    return found


def _tree(code: str) -> ast.AST:
    return compile(code, "page", "exec", ast.PyCF_ONLY_AST | ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
