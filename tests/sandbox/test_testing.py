"""The fixtures for users' tests: loaded on request, one sandbox a test, the example's suite."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

import novabilling

pytest_plugins = ["pytester"]

EXAMPLE = Path(__file__).parents[2] / "examples" / "app_tests"
SUITE = """
    import pytest

    tokens = []

    def test_a_client_is_connected(novabilling_client, novabilling_sandbox):
        novabilling_client.customers.create(external_id="u1", email="a@b.co", currency="NGN")
        assert novabilling_sandbox.client().customers.list().meta.total == 1
        tokens.append(novabilling_sandbox.token)

    def test_the_next_test_starts_empty_but_with_the_same_keys(
        novabilling_client, novabilling_sandbox
    ):
        assert novabilling_client.customers.list().meta.total == 0
        assert tokens == [novabilling_sandbox.token]

    @pytest.mark.anyio
    async def test_an_async_client_sees_the_same(async_novabilling_client, novabilling_client):
        novabilling_client.customers.create(external_id="u1", email="a@b.co", currency="NGN")
        assert (await async_novabilling_client.customers.list()).meta.total == 1
"""


@pytest.fixture(autouse=True)
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let processes that run elsewhere find the package."""
    monkeypatch.setenv("PYTHONPATH", str(Path(novabilling.__file__).parents[1]))


def test_the_fixtures_come_with_the_plugin(pytester: pytest.Pytester):
    pytester.makeconftest('pytest_plugins = ["novabilling.testing"]')
    pytester.makepyfile(SUITE)

    # In a process of its own: one within this would leave two copies of Trio behind.
    result = pytester.runpytest_subprocess("-p", "no:cacheprovider", "-W", "error")

    # The last one runs on asyncio and on Trio.
    result.assert_outcomes(passed=4)


def test_the_plugin_can_be_named_on_the_command_line(pytester: pytest.Pytester):
    pytester.makepyfile(SUITE)

    result = pytester.runpytest_subprocess("-p", "novabilling.testing", "-p", "no:cacheprovider")

    result.assert_outcomes(passed=4)


def test_nothing_is_there_unless_it_is_asked_for(pytester: pytest.Pytester):
    pytester.makepyfile(SUITE)

    result = pytester.runpytest_subprocess("-p", "no:cacheprovider")

    result.assert_outcomes(errors=4)
    result.stdout.fnmatch_lines("*fixture 'novabilling_client' not found*")


def test_the_fixtures_say_what_they_are(pytester: pytest.Pytester):
    result = pytester.runpytest_subprocess("-p", "novabilling.testing", "--fixtures")

    result.stdout.fnmatch_lines(
        [
            "novabilling_sandbox*",
            "    Make an empty server in memory*",
            "novabilling_client*",
            "    Make a client of the sandbox*",
            "async_novabilling_client*",
            "    Make an asynchronous client*",
        ]
    )


def test_pytest_is_not_imported_by_anything_else():
    program = (
        "import sys, novabilling, novabilling.sandbox, novabilling.webhooks;"
        "print('pytest' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", program], stdout=subprocess.PIPE, check=True)

    assert done.stdout.split() == [b"False"]


@pytest.mark.skipif(not EXAMPLE.exists(), reason="the examples are not part of the sdist")
def test_the_suite_of_the_example_passes():
    options = ["-q", "-n", "0", "-p", "no:cacheprovider"]
    command = [sys.executable, "-m", "pytest", *options, str(EXAMPLE)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True)

    assert done.returncode == 0, done.stdout
    assert "6 passed" in done.stdout
