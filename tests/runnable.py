"""Which blocks of the pages run in a browser, and what runs before each of them.

The blocks of a page are one program there as well, and each tab is one of its own. A block that
needs what the browser has not does not run, nor does one that uses its names.
"""

from __future__ import annotations

import ast
import builtins
import sys
from typing import Dict, List, NamedTuple, Set, Tuple

from tests.pages import OWN_TESTS, PRINTED, SETUP, all_blocks, expected

ALONE = {"sandbox.md"}
"""Pages whose blocks are a program each."""
SHIPPED = {"anyio", "httpx", "msgspec", "novabilling", "typing_extensions"}
"""What a browser gets beside the standard library."""
FOREIGN = {"contrib", "otel", "testing"}
"""Modules of the package that need a framework."""
ELSEWHERE = {
    "127.0.0.1": "it calls a server in another process",
    ".pem": "it is a file of the user's",
    ".parquet": "pyarrow alone is larger than the whole site",
    "to_arrow": "pyarrow alone is larger than the whole site",
    "ProcessPoolExecutor": "there are no processes",
    "multiprocessing": "there are no processes",
    "os.fork": "there are no processes",
    "subprocess": "there are no processes",
    "Outbox(": "there are no threads, and its store works in one",
    "ThreadPoolExecutor": "there are no threads",
    "threading": "there are no threads",
}
"""What a browser has not, by the words that ask for it."""


class Program(NamedTuple):
    """One block of a page: its number, its code, and what has to run before it."""

    number: int
    code: str
    setup: str
    before: Tuple[int, ...]
    runs: bool
    prints: List[str]


def programs(page: str) -> List[Program]:
    """Return every Python block of a page, in its order."""
    found: List[Program] = []
    earlier: Dict[str, List[int]] = {"Sync": [], "Async": []}
    known: Dict[str, Set[str]] = {"Sync": set(), "Async": set()}
    python = [block for block in all_blocks(page) if block.language == "python"]
    for number, block in enumerate(python):
        colour = block.tab or "Sync"
        alone = page in ALONE or "asyncio.run(" in block.code
        setup = SETUP.get(page + block.section, "")
        before = [] if alone or setup else earlier[colour]
        names = _bound(setup) if alone or setup else known[colour]
        runs = (
            not any(word in block.code for word in ELSEWHERE)
            and _has_all_modules(block.code)
            and not _used(block.code) - _bound(block.code) - names
        )
        prints = PRINTED.get(page + block.section, expected(block.code))
        found.append(Program(number, block.code, setup, tuple(before), runs, prints))
        apart = block.section and page + block.section in OWN_TESTS
        if runs and not alone and not apart:
            earlier[colour].append(number)
            known[colour] |= _bound(block.code)
    return found


def _has_all_modules(code: str) -> bool:
    for node in ast.walk(_tree(code)):
        modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
        if isinstance(node, ast.ImportFrom):
            modules = [f"{node.module}.{alias.name}" for alias in node.names]
        for module in modules:
            top, inner = (*module.split("."), "")[:2]
            if top not in SHIPPED | sys.stdlib_module_names or (
                top == "novabilling" and inner in FOREIGN
            ):
                return False
    return True


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
