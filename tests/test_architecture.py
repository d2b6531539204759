"""The page on the architecture names what is there: every room, and no module that is not."""

from __future__ import annotations

import ast
import re
import sys
from pathlib import Path
from types import FrameType
from typing import Iterator, Set

import anyio
import pytest

import novabilling
from novabilling import AsyncNovaBilling
from novabilling.sandbox import Sandbox
from tests.loopback import serve
from tests.pages import DOCS, text_of

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")

SRC = Path(novabilling.__file__).parent
PAGES = ("architecture.md", "extending.md")


def rooms(folder: Path) -> Set[str]:
    """Return the packages and public modules of a folder."""
    modules = {path.stem for path in folder.glob("*.py") if not path.stem.startswith("_")}
    return modules | {path.parent.name for path in folder.glob("*/__init__.py")}


def table_below(page: str, head: str) -> Iterator[str]:
    """Give the names in the first column of a table."""
    for line in text_of(page).partition(head)[2].split("\n\n")[0].splitlines()[2:]:
        yield from re.findall(r"`(\w+)`", line.split("|")[1])


def test_the_diagram_shows_every_room():
    diagram = text_of("architecture.md").partition("```text")[2].partition("```")[0]

    assert rooms(SRC) <= set(re.findall(r"\w+", diagram))


def test_the_table_explains_every_private_room_and_those_that_have_one_in_front():
    private = {name for name in rooms(SRC) if name.startswith("_")}

    assert set(table_below("architecture.md", "| room | ")) - {"webhooks", "types"} == private


def test_the_table_explains_every_room_of_the_sandbox():
    named = set(table_below("architecture.md", "| room of `sandbox` | "))

    assert named == rooms(SRC / "sandbox")


@pytest.mark.parametrize("page", PAGES)
def test_every_path_on_the_pages_is_there(page):
    paths = re.findall(r"`((?:_\w+|types|sandbox|tests|docs)/[\w/]+\.(?:py|md))`", text_of(page))

    assert len(paths) > 5
    for path in paths:
        root = DOCS.parent if path.startswith(("tests/", "docs/")) else SRC
        assert (root / path).exists(), path


def test_the_life_of_a_call_names_the_modules_in_their_order():
    life = text_of("architecture.md").partition("## The life of one call")[2]
    steps = [int(number) for number in re.findall(r"^(\d+)\. ", life, re.MULTILINE)]

    assert steps == list(range(1, len(steps) + 1))
    for module in ("caller", "transport/transport", "pool_sender", "connection", "envelopes"):
        assert f"{module}.py" in life


def test_the_life_of_a_call_names_every_module_that_it_passes():
    sandbox = Sandbox()
    passed: Set[str] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        path = Path(frame.f_code.co_filename)
        if event == "call" and SRC in path.parents:
            passed.add(path.relative_to(SRC).as_posix())

    async def create(url: str, number: int) -> None:
        async with AsyncNovaBilling(token=sandbox.token, base_url=url) as client:
            sys.setprofile(note if number else None)
            try:
                await client.customers.create(
                    external_id=f"usr_{number}", email="ada@example.com", currency="NGN"
                )
            finally:
                sys.setprofile(None)

    with serve(sandbox.handle) as url:
        for number in range(2):  # modules are loaded by the first
            anyio.run(create, url, number)

    life = text_of("architecture.md").partition("## The life of one call")[2]
    assert len(passed) > 20
    assert sorted(module for module in passed if module not in life) == []


@pytest.mark.parametrize("package", sorted(SRC.glob("**/__init__.py")), ids=str)
def test_a_private_room_says_in_a_few_lines_what_belongs_there(package):
    room = package.parent.relative_to(SRC)
    if "_sync" in room.parts or not room.name.startswith("_"):
        return
    docstring = package.read_text("utf-8").split('"""')[1].strip().splitlines()

    assert 1 <= len(docstring) <= 4
    assert "mport" in "".join(docstring)  # what it may import


def test_at_most_twelve_modules_stand_at_the_root():
    assert len(list(SRC.glob("*.py"))) <= 12


def lines_of_code(path: Path) -> int:
    """Count the lines of a module that belong to no docstring."""
    text = path.read_text("utf-8")
    said = 0
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)):
            first = node.body[0] if node.body else None
            if ast.get_docstring(node) is not None and first is not None:
                said += (first.end_lineno or 0) - first.lineno + 1
    return len(text.splitlines()) - said


def test_a_module_written_by_hand_has_at_most_300_lines_besides_its_docstrings():
    modules = [path for path in SRC.rglob("*.py") if "_sync" not in path.parts]

    assert len(modules) > 150
    assert {path.name: n for path in modules if (n := lines_of_code(path)) > 300} == {}


def test_a_method_of_a_resource_is_short_besides_its_docstring():
    for path in (SRC / "_async" / "resources").glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
                body = node.body[1:] if ast.get_docstring(node) is not None else node.body
                count = sum((one.end_lineno or 0) - one.lineno + 1 for one in body)
                assert count <= 22, f"{path.stem}.{node.name}"
