"""The programs of the page on where the SDK runs, in those places."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List

import httpx
import pytest

from novabilling.sandbox import Sandbox
from tests.loopback import serve
from tests.pages import DOCS, ROOT, text_of

pytestmark = [
    pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist"),
    pytest.mark.skipif(sys.platform == "win32", reason="these places fork"),
]

PAGE = text_of("where-it-runs.md")
USED_BEFORE = "\nclient.currencies.list()\n"
"""Lets a module use its client before the fork."""


def program(section: str) -> str:
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    (found,) = re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return str(found)


class Shop:
    """A folder for a program of the page, a server for it, and a customer there."""

    def __init__(self, folder: Path, url: str, sandbox: Sandbox) -> None:
        self.folder = folder
        self.url = url
        self.token = sandbox.token
        made = sandbox.client().customers.create(
            external_id="usr_1", email="ada@example.com", currency="NGN"
        )
        self.customer = made.data.id

    def write(self, code: str) -> None:
        """Put a program in the folder, as the module `shop`."""
        own = f"token={self.token!r}, base_url={self.url!r}"
        code = code.replace('token="sk_live_..."', own).replace("cus_...", self.customer)
        code = code.replace('token=os.environ["NOVABILLING_TOKEN"]', own)
        (self.folder / "shop.py").write_text(code.replace("/tmp/results", str(self.folder)))

    def start(self, *arguments: str, **options: Any) -> subprocess.Popen[str]:
        path = os.pathsep.join([str(self.folder), str(ROOT), *sys.path])
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", *arguments],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": path, "NO_PROXY": "127.0.0.1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            **options,
        )


@pytest.fixture
def shop(tmp_path: Path) -> Iterator[Shop]:
    sandbox = Sandbox()
    with serve(sandbox.handle) as url:
        yield Shop(tmp_path, url, sandbox)


@contextmanager
def running(process: subprocess.Popen[str]) -> Iterator[None]:
    """End a program at the end of a block; show what it said if the block fails."""
    failed = True
    try:
        yield
        failed = False
    finally:
        process.send_signal(signal.SIGTERM)
        said, _ = process.communicate(timeout=30)
        if failed:
            sys.stdout.write(said)


@pytest.mark.parametrize("options", [[], ["--preload"]], ids=["each", "preload"])
def test_gunicorn(shop, options):
    pytest.importorskip("gunicorn", reason="gunicorn is not installed")
    shop.write(program("gunicorn") + USED_BEFORE)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bind = ["--bind", f"127.0.0.1:{port}", "--workers", "2"]
    found: List[str] = []

    with running(shop.start("-m", "gunicorn", *options, *bind, "shop:app")):
        for _ in range(6):  # each over a connection of its own, so that both workers have some
            found.append(answer_of(f"http://127.0.0.1:{port}/"))

    assert found == ["1"] * 6


def answer_of(url: str) -> str:
    """Ask until somebody listens."""
    ends = time.monotonic() + 30
    while True:
        try:
            return httpx.get(url, trust_env=False, timeout=30).text
        except httpx.ConnectError:
            if time.monotonic() > ends:
                raise
            time.sleep(0.05)  # another process starts


CALL = """
import sys
from shop import app, email_of

print(email_of.delay(sys.argv[1]).get(timeout=30, interval=0.05))
try:
    email_of.delay("unknown").get(timeout=30, interval=0.05)
except Exception as error:
    print(type(error).__module__, type(error).__name__)
"""


def test_celery(shop):
    pytest.importorskip("celery", reason="Celery is not installed")
    folder = f"{shop.folder}/queue"
    os.mkdir(folder)
    options = {"data_folder_in": folder, "data_folder_out": folder, "polling_interval": 0.05}
    there = f"\napp.conf.broker_transport_options = {options}\n"
    shop.write(program("Celery") + there + USED_BEFORE)
    worker = ["--app", "shop", "worker", "--pool", "prefork", "--concurrency", "2"]
    quiet = ["--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "ERROR"]

    with running(shop.start("-m", "celery", *worker, *quiet)):
        said, _ = shop.start("-c", CALL, shop.customer).communicate(timeout=60)

    assert said.splitlines() == ["ada@example.com", "novabilling NotFoundError"]


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
def test_process_pools(shop, method):
    shop.write(program("Process pools").replace("spawn", method))

    said, _ = shop.start("shop.py").communicate(timeout=60)

    assert said == "['ada@example.com']\n"


RUNTIME = """
import json, sys
from shop import handler

for line in sys.stdin:
    print(json.dumps(handler(json.loads(line), None)), flush=True)
"""


def test_aws_lambda(shop):
    """The runtime imports the handler in a fresh process and calls it for each event."""
    shop.write(program("AWS Lambda"))
    event = json.dumps({"customer_id": shop.customer}) + "\n"

    said, _ = shop.start("-c", RUNTIME, stdin=subprocess.PIPE).communicate(event * 2, timeout=60)

    assert said.splitlines() == ['{"email": "ada@example.com"}'] * 2


def test_jupyter(capsys):
    """A cell with `await` at its top is compiled so, and run in the loop of the kernel."""
    cell = compile(program("Jupyter"), "cell", "exec", ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    names: Dict[str, Any] = {}

    async def kernel() -> None:
        await eval(cell, names)
        await names["client"].aclose()

    asyncio.run(kernel())

    assert capsys.readouterr().out == "0\n"


def test_every_program_of_the_page_is_run():
    sections = ["gunicorn", "Celery", "Process pools", "AWS Lambda", "Jupyter"]

    assert [program(section) for section in sections]
    assert PAGE.count("```python") == len(sections)
