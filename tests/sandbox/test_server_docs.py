"""Does what docs/sandbox-server.md says, in the order in which a reader would."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List

import httpx
import pytest

import novabilling
from novabilling import webhooks
from novabilling.sandbox._control import app as loads_all
from novabilling.sandbox._control.control import ROUTER
from novabilling.sandbox._remote.client import SandboxServer
from novabilling.sandbox._served.triggers import NOT_POSSIBLE, TRIGGERS
from tests.pages import DOCS, ROOT, rows, text_of

PAGE = "sandbox-server.md"
EXAMPLE = ROOT / "examples" / "app_process"

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")

assert loads_all  # all operations are registered


def blocks(language: str) -> List[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text_of(PAGE), re.MULTILINE | re.DOTALL)


def start(*arguments: str, **settings: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **settings},
    )


def line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline().strip()


@pytest.fixture
def running() -> Iterator[List[subprocess.Popen[str]]]:
    started: List[subprocess.Popen[str]] = []
    yield started
    for process in started:
        process.terminate()
        process.communicate()


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(novabilling.__file__).parents[1]))


def test_a_stranger_follows_the_first_section(running: List[subprocess.Popen[str]], tmp_path: Path):
    install, serve, run, trigger, listen, curl = blocks("bash")
    (code, _) = blocks("python")
    (printed,) = blocks("text")
    assert install == 'pip install "novabilling[sandbox]"\n'

    # The sandbox, on a port that is free.
    server = start(*serve.split()[1:], "--port", "0")
    running.append(server)
    url = line(server).split()[3]

    # The app, as it stands there.
    exported = dict(re.findall(r"^export (\w+)=(\S+)$", run, re.MULTILINE))
    assert exported["NOVABILLING_BASE_URL"] == "http://127.0.0.1:4010"
    (tmp_path / "app.py").write_text(code, "utf-8")
    shop = start(str(tmp_path / "app.py"), **{**exported, "NOVABILLING_BASE_URL": url, "PORT": "0"})
    running.append(shop)
    address = line(shop).split()[-1]

    def here(command: str) -> List[str]:
        return command.replace("http://127.0.0.1:8000", address).split()[1:]

    # Let an invoice be paid.
    settings = {"NOVABILLING_SANDBOX_URL": url}
    triggered = start(*here(trigger), **settings)
    said = triggered.communicate()[0]
    assert triggered.returncode == 0
    expected = printed.replace("http://127.0.0.1:8000", address)
    assert re.sub(r"\d+(\.\d+)? ms", "12 ms", said) == expected
    paid = line(shop)
    assert f"`{paid}`" in text_of(PAGE)

    # What the app does itself arrives as well, and the page is there.
    listening = start(*here(listen), **settings)
    running.append(listening)
    assert line(listening).startswith("Forwarding")
    assert line(listening) == "Webhook secret: whsec_shop"
    with SandboxServer(url) as control:
        control.trigger("invoice.paid")
    assert line(listening) == "--> customer.created [3]"
    page = httpx.get(f"{url}/_sandbox/", trust_env=False)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")

    # The API by hand.
    words = re.findall(r"'([^']*)'|(\S+)", curl.strip())
    arguments = [quoted or plain for quoted, plain in words]
    name, value = arguments[arguments.index("-H") + 1].split(": ")
    body = arguments[arguments.index("-d") + 1]
    target = arguments[-1].replace("http://127.0.0.1:4010", url)
    answer = httpx.post(target, headers={name: value}, content=body, trust_env=False)
    assert answer.status_code == 200
    assert set(answer.json()) == {"now", "nights"}


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node.js")
def test_a_stranger_has_an_app_in_another_language(
    running: List[subprocess.Popen[str]], tmp_path: Path
):
    server = start("-m", "novabilling.sandbox", "--port", "0", "--webhook-secret", "whsec_shop")
    running.append(server)
    url = line(server).split()[3]
    (code,) = blocks("js")
    (tmp_path / "app.mjs").write_text(code, "utf-8")
    with SandboxServer(url) as control:
        settings = {
            "NOVABILLING_BASE_URL": url,
            "NOVABILLING_TOKEN": control.token,
            "NOVABILLING_WEBHOOK_SECRET": "whsec_shop",
            "PORT": "0",
        }
        shop = subprocess.Popen(
            ["node", str(tmp_path / "app.mjs")],
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **settings},
        )
        running.append(shop)
        address = line(shop).split()[-1]

        assert control.trigger("invoice.paid", to=address)["statuses"] == [204]
        assert line(shop) == "trigger_1@example.com has paid INV-00001"

    old = b'{"event":"invoice.paid","data":{},"timestamp":"2026-01-01T00:00:00.000Z"}'
    for signature in ("", "00", webhooks.sign(old, "another"), webhooks.sign(old, "whsec_shop")):
        headers = {"X-Webhook-Signature": signature}
        answer = httpx.post(address, content=old, headers=headers, trust_env=False)
        assert answer.status_code == 400


def test_the_app_is_the_example():
    assert blocks("python")[0] == (EXAMPLE / "app.py").read_text("utf-8")


def test_the_suite_passes(tmp_path: Path):
    path = tmp_path / "test_page.py"
    path.write_text(blocks("python")[1], "utf-8")

    assert "2 passed" in pytest_says(path)


def test_the_suite_of_the_example_passes():
    assert "3 passed" in pytest_says(EXAMPLE)


def pytest_says(path: Path) -> str:
    options = ["-q", "-n", "0", "-p", "no:cacheprovider", "-W", "error"]
    command = [sys.executable, "-m", "pytest", *options, str(path)]
    done = subprocess.run(command, capture_output=True, text=True, cwd=path.parent)
    assert done.returncode == 0, done.stdout
    return done.stdout


def test_the_page_names_every_operation():
    named = {name.strip("`") for name, *_ in rows(PAGE, "## The control API")}
    known = {
        f"{method} {'/'.join(parts)}"
        for method, parts in ROUTER.operations
        if parts[-1] not in ("", "page.js", "page.css")
    }

    assert named == known


def test_the_page_names_every_option(capsys: pytest.CaptureFixture[str]):
    from novabilling.sandbox.__main__ import main

    with pytest.raises(SystemExit):
        main(["--help"])
    known = set(re.findall(r"^  (--[\w-]+)", capsys.readouterr().out, re.MULTILINE))
    named = {re.findall(r"--[\w-]+", name)[0] for name, _ in rows(PAGE, "## Options")}

    assert named == known


def test_the_page_names_every_method():
    methods = {
        name for name in vars(SandboxServer) if not name.startswith("_") and name not in PROPERTIES
    }
    section = text_of(PAGE).partition("## In your tests")[2].partition("\n## ")[0]

    assert methods <= set(re.findall(r"`(\w+)`", section))


PROPERTIES = {"close", "jwt", "request", "token", "webhook_secret"}


def test_the_number_of_events_is_right():
    assert f"all {len(TRIGGERS)} that" in text_of(PAGE)
    assert all(event in text_of(PAGE) for event in NOT_POSSIBLE)


# What is in the wheel, and what is not


def test_the_page_is_three_small_files():
    folder = Path(loads_all.__file__).parent / "page"
    sizes: Dict[str, int] = {path.name: path.stat().st_size for path in folder.iterdir()}

    assert set(sizes) == {"index.html", "page.css", "page.js"}
    assert sum(sizes.values()) <= 60_000


def test_the_page_writes_text_only():
    script = (Path(loads_all.__file__).parent / "page" / "page.js").read_text("utf-8")

    for word in (
        "innerHTML",
        "outerHTML",
        "insertAdjacent",
        "document.write",
        "eval(",
        "Function(",
    ):
        assert word not in script
    assert "http" not in script.replace("http://127.0.0.1:8000/webhooks", "")


def test_the_pictures_are_small_and_shown():
    sizes = {path.name: path.stat().st_size for path in (DOCS / "pictures").glob("sandbox-*")}

    assert sum(sizes.values()) <= 150_000
    assert set(re.findall(r"pictures/([\w.-]+)", text_of(PAGE))) == set(sizes)
    alternatives = re.findall(r"!\[([^\]]*)\]", text_of(PAGE))
    assert all(len(text) > 20 for text in alternatives)


@pytest.mark.skipif(not shutil.which("node"), reason="there is no Node")
def test_the_script_is_correct_javascript(tmp_path: Path):
    script = Path(loads_all.__file__).parent / "page" / "page.js"
    done = subprocess.run(["node", "--check", str(script)], capture_output=True, text=True)

    assert done.returncode == 0, done.stderr
