"""`trigger` and `listen`, the options of the server, and the fixtures for another process."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Iterator, List

import pytest

import novabilling
from novabilling import NovaBilling, webhooks
from novabilling.sandbox.__main__ import main
from novabilling.sandbox._served.sandbox import ServedSandbox
from novabilling.testing import SandboxError, SandboxServer, serve_sandbox
from tests.sandbox.serving import App, app, serve

pytest_plugins = ["pytester"]

ADA = {"external_id": "usr_1", "email": "ada@example.com", "currency": "NGN"}


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with serve(ServedSandbox(seed="commands")) as made:
        yield made


@pytest.fixture
def shop() -> Iterator[App]:
    with app() as made:
        yield made


@pytest.fixture(autouse=True)
def at_the_server(server: SandboxServer, monkeypatch: pytest.MonkeyPatch) -> None:
    server.reset()
    monkeypatch.setenv("NOVABILLING_SANDBOX_URL", server.url)
    monkeypatch.setenv("PYTHONPATH", str(Path(novabilling.__file__).parents[1]))


def test_trigger_shows_what_was_sent(shop: App, capsys: pytest.CaptureFixture[str]):
    main(["trigger", "invoice.paid", "--to", shop.url])

    sent, answered = capsys.readouterr().out.splitlines()
    assert sent == "--> invoice.paid [2]"
    assert answered.startswith("<-- 200 in ")
    assert answered.endswith(f" ms from {shop.url}")
    assert shop.events == ["invoice.paid"]


def test_trigger_lists_what_can_happen(capsys: pytest.CaptureFixture[str]):
    main(["trigger"])

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) == 27
    assert "invoice.paid" in lines
    assert lines[-1].startswith("not payment.retry.succeeded: ")


def test_trigger_says_that_nobody_listens(capsys: pytest.CaptureFixture[str]):
    main(["trigger", "invoice.paid"])

    assert "say where by --to URL" in capsys.readouterr().out


def test_trigger_fails_where_the_app_does(shop: App, capsys: pytest.CaptureFixture[str]):
    shop.statuses = [500, 500, 500]
    with pytest.raises(SystemExit) as ended:
        main(["trigger", "invoice.paid", "--to", shop.url])

    assert ended.value.code == 1
    assert capsys.readouterr().out.count("<-- 500") == 3


def test_a_server_that_is_not_there(monkeypatch: pytest.MonkeyPatch):
    with pytest.raises(SystemExit, match="no sandbox answers at"):
        main(["trigger", "invoice.paid", "--url", "http://127.0.0.1:9"])


def test_an_address_of_a_server_that_is_none():
    with pytest.raises(SystemExit, match="no sandbox answers at"):
        main(["trigger", "invoice.paid", "--url", "http://127.0.0.1:port"])


def test_a_server_that_is_something_else(shop: App):
    with pytest.raises(SystemExit, match="is no sandbox"):
        main(["trigger", "invoice.paid", "--url", shop.url])


def test_listen_forwards_until_it_is_interrupted(
    server: SandboxServer,
    shop: App,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    from novabilling.sandbox._remote import commands

    steps: List[float] = []

    def step(seconds: float) -> None:
        """Let something happen at each look, and interrupt in the end."""
        steps.append(seconds)
        if len(steps) == 1:
            server.trigger("customer.created")
        elif len(steps) == 2:
            server.reset()
            server.forward(shop.url)
        elif len(steps) == 3:
            server.trigger("wallet.created")
        elif len(steps) == 5:
            raise KeyboardInterrupt
        time.sleep(0)

    monkeypatch.setattr(commands, "time", type("Time", (), {"sleep": staticmethod(step)}))
    with pytest.raises(SystemExit) as ended:
        main(["listen", "--to", shop.url])

    assert ended.value.code == 130
    out = capsys.readouterr().out
    assert f"Webhook secret: {server.webhook_secret}" in out
    assert "--> customer.created [1]" in out
    assert "--> wallet.created [2]" in out
    assert server.request("GET", "/status")["forward_to"] is None


def test_listen_goes_on_when_the_sandbox_is_reset(
    server: SandboxServer,
    shop: App,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
):
    from novabilling.sandbox._remote import commands

    steps: List[float] = []

    def step(seconds: float) -> None:
        steps.append(seconds)
        if len(steps) == 1:
            server.trigger("customer.created")
        elif len(steps) == 2:
            server.reset()
        elif len(steps) == 4:
            server.trigger("wallet.updated")
        elif len(steps) == 6:
            raise KeyboardInterrupt

    monkeypatch.setattr(commands.time, "sleep", step)
    with pytest.raises(SystemExit):
        main(["listen", "--to", shop.url])

    expected = ["customer.created", "customer.created", "wallet.created", "wallet.updated"]
    assert shop.events == expected
    shown = [line.split()[1] for line in capsys.readouterr().out.splitlines() if "-->" in line]
    assert shown == expected


def test_the_commands_as_programs(shop: App):
    with serve_sandbox(["--webhook-secret", "whsec_1"]) as server:
        command = [sys.executable, "-m", "novabilling.sandbox", "listen", "--to", shop.url]
        listening = subprocess.Popen(
            [*command, "--url", server.url], stdout=subprocess.PIPE, text=True
        )
        lines = listening.stdout
        assert lines is not None
        assert lines.readline().startswith(f"Forwarding webhooks to {shop.url}")
        assert lines.readline() == "Webhook secret: whsec_1\n"
        with NovaBilling(token=server.token, base_url=server.url) as client:
            client.customers.create(**ADA)
        assert lines.readline() == "--> customer.created [1]\n"
        assert lines.readline().startswith("<-- 200 in ")
        listening.terminate()
        listening.communicate()
        assert server.request("GET", "/status")["forward_to"] is None
    (request,) = shop.got
    webhooks.verify(request.content, request.headers["x-webhook-signature"], "whsec_1")


# The options of the server


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--token", "mine"], "begin with sk_"),
        (["--rate-limit", "0"], "no number of calls"),
        (["--webhook-url", "hooks"], "is no URL"),
        (["--state", "/nowhere/at/all.json"], "no file in a folder"),
        (["--overlap", "-1"], "is no time"),
        (["--overlap", "inf"], "is no time"),
        (["--webhook-secret", ""], "it is empty"),
        (["--control-token", "é"], "of letters, digits"),
        (["--allowed-host", "http://box.test"], "is no name of a host"),
        (["listen"], "--to"),
    ],
)
def test_options_that_make_no_sense(
    arguments: List[str], complaint: str, capsys: pytest.CaptureFixture[str]
):
    with pytest.raises(SystemExit) as ended:
        main(arguments)

    assert ended.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_file_that_is_no_state_ends_it(tmp_path: Path):
    file = tmp_path / "state.json"
    file.write_text("{}")

    with pytest.raises(SystemExit, match="no state of a sandbox"):
        main(["--port", "0", "--state", str(file)])


def test_all_options_at_once(shop: App, tmp_path: Path):
    options = ["--seed", "s", "--token", "sk_test_1", "--rate-limit", "3", "--webhook-url"]
    options += [shop.url, "--webhook-secret", "whsec_2", "--state", str(tmp_path / "s.json")]
    with serve_sandbox([*options, "--control-token", "t"]) as guarded:
        with pytest.raises(SandboxError, match="wants its token"):
            guarded.reset()
        with SandboxServer(guarded.url, control_token="t") as server:
            assert server.token == "sk_test_1"
            assert server.now().isoformat() == "2026-06-01T12:00:00+00:00"
            assert server.request("GET", "/faults")["rate_limit"] == 3
            server.trigger("invoice.paid")
    assert shop.events == ["customer.created", "invoice.paid"]


# The fixtures

SUITE = """
    import pytest

    from novabilling import NovaBilling

    urls = []

    @pytest.mark.parametrize("number", [1, 2])
    def test_the_server_is_the_same_and_empty(novabilling_server, number):
        with NovaBilling(
            token=novabilling_server.token, base_url=novabilling_server.url
        ) as client:
            assert client.customers.list().meta.total == 0
            client.customers.create(external_id="u1", email="a@b.co", currency="NGN")
        urls.append(novabilling_server.url)
        assert len(set(urls)) == 1
        assert novabilling_server.token == "sk_test_mine"
"""
CONFTEST = """
    import pytest

    pytest_plugins = ["novabilling.testing"]

    @pytest.fixture(scope="session")
    def novabilling_server_options():
        return ["--token", "sk_test_mine"]
"""


def test_the_fixtures_start_a_process(pytester: pytest.Pytester):
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(SUITE)

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")

    result.assert_outcomes(passed=2)


def test_a_server_that_does_not_start(capfd: pytest.CaptureFixture[str]):
    with pytest.raises(SandboxError, match="did not start"), serve_sandbox(["--port", "x"]):
        pass
    assert "'x' is no port" in capfd.readouterr().err


def test_a_sandbox_in_this_process_loads_nothing_of_it():
    program = (
        "import sys, novabilling, novabilling.sandbox as s; s.Sandbox().client();"
        "print([m for m in sys.modules if '_control' in m or '_served' in m or '_remote' in m])"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)

    assert done.stdout.strip() == b"[]"


def test_threads_may_use_it_meanwhile(server: SandboxServer):
    def work(number: int) -> None:
        with NovaBilling(token=server.token, base_url=server.url) as client:
            client.customers.create(**{**ADA, "external_id": f"usr_{number}"})

    threads = [threading.Thread(target=work, args=[number]) for number in range(8)]
    for thread in threads:
        thread.start()
    server.advance(days=30)
    for thread in threads:
        thread.join()

    assert server.request("GET", "/tables/customer")["total"] == 8
