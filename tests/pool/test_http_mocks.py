"""Mocks of httpx see the calls of the SDK, and what traces requests changes nothing.

Each runs in a process of its own: such libraries patch for good, and load plugins.
"""

from __future__ import annotations

from contextlib import suppress
from importlib.util import find_spec
from pathlib import Path
from unittest import mock

import httpx
import pytest

from novabilling.sandbox import Sandbox
from tests.loopback import serve
from tests.pages import text_of
from tests.pool.mocked import MOCKS, TRACERS
from tests.pool.servers import serve as serve_raw
from tests.pool.support import Api, play, python


def installed(name: str) -> None:
    """Skip the test if a library is not here."""
    try:
        found = find_spec(name)
    except ModuleNotFoundError:
        found = None
    if found is None:
        pytest.skip(f"{name} is not installed")


def succeeds(*names: str) -> None:
    """Run the programs of these names, in all colours."""
    done = python("-m", "tests.pool.mocked", *names)
    assert done.stdout.splitlines()[-1:] == ["done"], done.stderr


@pytest.mark.parametrize("name", MOCKS)
def test_a_mock_sees_the_calls_and_what_it_lets_through_arrives(name):
    installed(name)

    succeeds(name)


@pytest.mark.parametrize("whole", ["HTTPTransport", "Client"])
def test_a_mock_of_a_whole_class_keeps_a_call_from_the_server(colour, whole):
    async def script(api: Api) -> None:
        of_both = mock.patch.object(httpx, whole), mock.patch.object(httpx, f"Async{whole}")
        # What such a mock answers is no answer of httpx.
        with of_both[0], of_both[1], suppress(Exception):
            await api.get()

    with serve_raw() as server:
        play(colour, server.url, script)
        assert server.accepted == 0


@pytest.mark.parametrize("name", TRACERS)
def test_what_traces_requests_does_not_change_the_path_and_hides_no_mock(name):
    installed(name)
    installed("respx")

    succeeds(name, "respx", "unittest.mock")


SUITE = """
import httpx, pytest
from tests.pool.support import Api, client_of, run

@pytest.mark.parametrize("colour", ["sync", "asyncio", "trio"])
def test_it(colour, httpx_mock):
    customer = {"id": "cus_mocked", "externalId": "u", "email": "a@b.c", "currency": "NGN",
                "createdAt": "2026-11-22T18:54:51.406Z", "updatedAt": "2026-11-22T18:54:51.406Z"}
    httpx_mock.add_response(json=customer)
    httpx_mock.add_exception(httpx.ReadTimeout("slow"))

    async def script():
        api = Api(client_of(colour, "http://127.0.0.1:9"))
        assert await api.get() == "cus_mocked"
        with pytest.raises(Exception, match="timed out"):
            await api.get()
        await api.close()

    run(colour, script)
    assert [str(r.url) for r in httpx_mock.get_requests()] == [
        "http://127.0.0.1:9/api/customers/cus_1"] * 2
"""


@pytest.fixture(autouse=True)
def no_other_plugins(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    monkeypatch.delenv("PYTEST_ADDOPTS", raising=False)


def run_suite(folder: Path, code: str, *plugins: str) -> None:
    """Run tests in a process of their own, with these plugins alone."""
    (folder / "pytest.ini").write_text("[pytest]\n")
    suite = folder / "test_suite.py"
    suite.write_text(code, "utf-8")
    options = [option for plugin in plugins for option in ("-p", plugin)]
    done = python(
        "-m", "pytest", "-q", "-p", "no:cacheprovider", *options, "-c", str(folder / "pytest.ini"),
        str(suite),
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert " passed" in done.stdout
    assert "skipped" not in done.stdout


def test_pytest_httpx_sees_the_calls(tmp_path):
    installed("pytest_httpx")

    run_suite(tmp_path, SUITE, "pytest_httpx")


def section_of_page(section: str) -> str:
    """Return the Python of a section of the page as one program."""
    page = text_of("mocking.md")
    if not page:
        pytest.skip("the docs are not part of the sdist")
    text = page.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    blocks = text.split("```python\n")[1:]
    assert text.count("```") == 2 * len(blocks) > 0
    return "\n".join(block.partition("```")[0] for block in blocks)


@pytest.mark.parametrize(
    ("section", "needs"),
    [
        ("The sandbox", "novabilling"),
        ("Frozen time", "time_machine"),
        ("respx", "respx"),
        ("pytest-httpx", "pytest_httpx"),
        ("unittest.mock", "novabilling"),
    ],
)
def test_the_blocks_of_the_page_run(tmp_path, section, needs):
    installed(needs)

    run_suite(tmp_path, section_of_page(section), *{needs} & {"pytest_httpx"})


def test_the_block_about_vcrpy_records_and_plays(tmp_path):
    installed("vcr")
    sandbox = Sandbox()
    code = section_of_page("vcrpy").replace("cassettes", str(tmp_path))

    with serve(sandbox.handle) as url:
        server = f"token={sandbox.token!r}, base_url={url!r}"
        run_suite(tmp_path, code.replace('token="sk_live_..."', server))
    recorded = (tmp_path / "customers.yaml").read_text("utf-8")
    assert "/api/customers" in recorded
    assert sandbox.token not in recorded
    run_suite(tmp_path, code.replace('token="sk_live_..."', server))


def test_every_section_of_the_page_is_run():
    sections = [line[3:] for line in text_of("mocking.md").splitlines() if line[:3] == "## "]

    known = ["The sandbox", "Frozen time", "respx", "pytest-httpx", "vcrpy", "unittest.mock"]
    assert sections in ([], known)
