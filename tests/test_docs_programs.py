"""The programs of the pages print what their comments say, sync and async."""

from __future__ import annotations

import ast
import inspect
import io
import re
import sys
from contextlib import redirect_stdout
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Dict, Iterator, List

import anyio
import pytest

from novabilling import NovaBilling
from novabilling.sandbox import Sandbox
from tests.contrib.frameworks import configure_django
from tests.loopback import serve
from tests.pages import DOCS, OWN_TESTS, PRINTED, SETUP, blocks, expected, text_of

COMMANDS = {
    "pip install novabilling",
    "pip install .  # in a checkout: version 0.1 is not on PyPI yet",
    'python -m pip install ".[trio]" && python examples/quickstart.py',
    'python -m pip install -e ".[test]" && python -m pytest --cov',
    "python -m pytest -n 0 -m slow -s tests/browser",  # by hand: it takes long
    "python -m pytest -n 0 -m slow -s tests/chaos",  # too
    "python -m tests.chaos.differential --count 10000000 --processes 2",  # too
    "python -m tests.wasm -q",
    "python -m tests.outbox.killing --events 1000000 --kills 200 --writers 8 --seconds 1800",  # too
    "python -m tests.fuzz deliveries -max_total_time=600 && python -m tests.fuzz --keep",  # too
    "gh attestation verify novabilling-1.2.3-py3-none-any.whl --repo OWNER/REPOSITORY",
    ".ci/coming anyio",  # each week
    "python -m tests.outbox.killing_postgres --events 500000 --kills 60 --between 1 4",  # too
    "python -m tests.mutation --measure && python -m tests.mutation --count 600 --seed 1",  # too
    "python -m tests.outbox.stream_killing --events 50000 --kills 20 --redis-kills 2",  # too
    "python -m pip install -r docs/site/requirements.txt && mkdocs build -f docs/site/mkdocs.yml",
}
"""The commands of the pages; .ci/run runs all but those marked."""
NEEDED = {
    "tables.md": ("duckdb", "pandas", "polars", "pyarrow"),
    "web-services.md": ("django", "fastapi", "flask", "litestar"),
}
"""What the programs of a page import, and not every Python has."""
PAGES = [*sorted(path.name for path in DOCS.glob("*.md")), "README.md"]

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")


def programs(page: str, *tabs: str) -> List[str]:
    """Return the Python of these tabs: one program, and those that start an event loop."""
    code = [b.code for b in blocks(page) if b.language == "python" and b.tab in tabs]
    alone = [block for block in code if "asyncio.run(" in block]
    together = "\n".join(block for block in code if block not in alone)
    return [*alone, *filter(None, [together])]


SYNC = [(page, code) for page in PAGES for code in programs(page, "", "Sync")]
ASYNC = [(page, code) for page in PAGES for code in programs(page, "Async")]


@pytest.fixture
def server() -> Iterator[str]:
    """Serve a sandbox; yield the arguments of a client for it."""
    sandbox = Sandbox()
    with serve(sandbox.handle) as url:
        yield f"token={sandbox.token!r}, base_url={url!r}"


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let programs write their files where nothing else is."""
    monkeypatch.chdir(tmp_path)


def check(page: str, program: str, server: str, backend: str = "asyncio") -> None:
    """Run a program against a server here and compare what it prints with its comments."""
    for module in NEEDED.get(page, ()):
        pytest.importorskip(module)
    if "django" in NEEDED.get(page, ()):
        configure_django()
    program = program.replace('token="sk_live_..."', server)
    code = compile(program, page, "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT, dont_inherit=True)
    names: Dict[str, Any] = {"__name__": "__main__"}
    output = io.StringIO()

    async def run() -> None:
        await eval(code, names)

    with redirect_stdout(output):
        if code.co_flags & inspect.CO_COROUTINE:
            anyio.run(run, backend=backend)
        else:
            exec(code, names)
    if isinstance(names.get("client"), NovaBilling):
        names["client"].close()
    assert output.getvalue().splitlines() == expected(program) or page == "README.md"


@pytest.mark.parametrize(("page", "program"), SYNC, ids=[page for page, _ in SYNC])
def test_sync_programs_print_what_their_comments_say(page, program, server):
    check(page, program, server)


@pytest.mark.parametrize("backend", ["asyncio", "trio"])
@pytest.mark.parametrize(("page", "program"), ASYNC, ids=[page for page, _ in ASYNC])
def test_async_programs_print_what_their_comments_say(page, program, backend, server):
    check(page, program, server, backend)


@pytest.mark.parametrize("page", PAGES)
def test_every_block_is_run_by_a_test(page):
    for block in blocks(page):
        if block.language == "python":
            assert block.tab in ("", "Sync", "Async")
        elif block.language and block.language != "text":  # a drawing
            assert block.language == "bash"
            assert block.code.strip() in COMMANDS
    if not any(name.partition("#")[0] == page for name in OWN_TESTS):
        assert len(blocks(page)) == text_of(page).count("```") // 2


@pytest.mark.parametrize("page", PAGES)
def test_tabs_come_in_pairs_that_print_the_same(page):
    printed = {
        tab: re.findall(r"\)  # (.*)$", "".join(b.code for b in blocks(page) if b.tab == tab), re.M)
        for tab in ("Sync", "Async")
    }

    assert printed["Sync"] == printed["Async"]
    assert [b.tab for b in blocks(page) if b.tab] == ["Sync", "Async"] * (
        len([b for b in blocks(page) if b.tab]) // 2
    )


@pytest.mark.parametrize(
    ("section", "needs"),
    [("Hooks", "novabilling"), ("OpenTelemetry", "opentelemetry"), ("httpx2", "httpx2")],
)
def test_the_programs_about_clients_run(section, needs):
    pytest.importorskip(needs, reason=f"{needs} is not installed")
    page = text_of("clients.md").partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    program = "".join(re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    output = io.StringIO()
    names: Dict[str, Any] = {}

    exec(SETUP[f"clients.md#{section}"], names)
    with redirect_stdout(output):
        exec(compile(program, section, "exec"), names)

    assert program
    assert output.getvalue().splitlines() == PRINTED.get(f"clients.md#{section}", [])


@pytest.mark.skipif(sys.version_info < (3, 10), reason="there is no match before Python 3.10")
def test_the_program_about_words_runs():
    section = text_of("words.md").partition("\n## Words\n")[2].partition("\n## ")[0]
    (program,) = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    names: Dict[str, Any] = {}
    output = io.StringIO()

    exec(SETUP["words.md#Words"], names)
    with redirect_stdout(output):
        exec(compile(program, "words.md", "exec"), names)

    assert output.getvalue().split() == re.findall(r"\)  # (.*)$", program, re.MULTILINE)
    for status, access in (("past_due", True), ("expired", False), ("on_hold", False)):
        assert names["has_access"](SimpleNamespace(status=status)) is access
