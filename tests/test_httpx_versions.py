"""Beside httpx 1.0, which is another library, and without httpx: httpx2 instead, or a clear error.

`HTTPX_1` is a folder that the real one was installed to; without it there is a stand-in.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import novabilling
from tests.loopback import serve

SOURCES = str(Path(novabilling.__file__).parents[1])
STAND_IN = """
__version__ = "1.0.dev6"


class Client:
    def get(self, url): ...


class URL:
    def __init__(self, url): ...


Headers = Request = Response = URL
"""
WITHOUT_HTTPX2 = "import sys; sys.modules['httpx2'] = None\n"
WITHOUT_HTTPX = "import sys; sys.modules['httpx'] = None\n"
DOORS = {
    "client": "novabilling.NovaBilling(token='sk_live_x')",
    "async client": "novabilling.AsyncNovaBilling(token='sk_live_x')",
    "http_client": "import httpx; novabilling.NovaBilling(http_client=httpx.Client())",
    "sandbox": "from novabilling.sandbox import Sandbox; Sandbox().client().customers.list()",
}
CALLS = """
import sys
import novabilling
from novabilling.sandbox import Sandbox

sandbox = Sandbox()
made = sandbox.client().customers.create(external_id="u", email="ada@example.com", currency="NGN")
with novabilling.NovaBilling(token=sys.argv[2], base_url=sys.argv[1]) as client:
    assert client.customers.list().data == []
    try:
        client.customers.get("cus_none")
    except novabilling.NotFoundError as error:
        print(type(made.http).__module__, type(error.http).__module__, error.http.request.url.path)
"""


@pytest.fixture
def beside_httpx_1(tmp_path):
    folder = os.environ.get("HTTPX_1")
    if folder is None:
        (tmp_path / "httpx").mkdir()
        (tmp_path / "httpx" / "__init__.py").write_text(STAND_IN)
    return {**os.environ, "PYTHONPATH": os.pathsep.join([folder or str(tmp_path), SOURCES])}


def run(program, *arguments, **options):
    command = [sys.executable, "-c", program, *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


@pytest.mark.parametrize("door", DOORS)
def test_httpx_1_is_a_clear_error_before_any_call(beside_httpx_1, door):
    program = f"{WITHOUT_HTTPX2}import novabilling\nprint('imported')\n{DOORS[door]}"

    done = run(program, env=beside_httpx_1)

    assert done.stdout == "imported\n"
    (said,) = (line for line in done.stderr.splitlines() if line.startswith("ImportError: "))
    assert said.startswith("ImportError: novabilling needs httpx 0.28, and httpx 1.0")
    assert said.endswith("(Python 3.11 and newer)")
    assert 'pip install "httpx>=0.28,<0.29"' in said


@pytest.mark.parametrize("door", [door for door in DOORS if door != "http_client"])
def test_no_httpx_at_all_is_a_clear_error(door):
    done = run(f"{WITHOUT_HTTPX}{WITHOUT_HTTPX2}import novabilling\n{DOORS[door]}")

    assert "\nImportError: novabilling needs httpx 0.28, and no httpx is installed" in done.stderr


@pytest.mark.parametrize("first", ["", WITHOUT_HTTPX])
def test_httpx2_takes_the_place_of_another_httpx_or_of_none(beside_httpx_1, first):
    pytest.importorskip("httpx2", reason="httpx2 needs Python 3.11")
    from novabilling.sandbox import Sandbox

    sandbox = Sandbox()
    with serve(sandbox.handle) as url:
        done = run(first + CALLS, url, sandbox.token, env=beside_httpx_1)

    assert done.stdout == "httpx2 httpx2 /api/customers/cus_none\n", done.stderr


def test_a_client_of_httpx_1_is_refused(beside_httpx_1):
    pytest.importorskip("httpx2", reason="httpx2 needs Python 3.11")

    done = run(f"import novabilling\n{DOORS['http_client']}", env=beside_httpx_1)

    assert "\nTypeError: http_client must be an httpx.Client" in done.stderr


def test_what_httpx_itself_lacks_is_named_as_it_is(tmp_path):
    (tmp_path / "httpx.py").write_text("import no_such_module")
    path = os.pathsep.join([str(tmp_path), SOURCES])

    done = run(f"import novabilling\n{DOORS['client']}", env={**os.environ, "PYTHONPATH": path})

    assert "\nModuleNotFoundError: No module named 'no_such_module'" in done.stderr
