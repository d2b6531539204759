"""Runs every block of docs/sandbox.md: programs, tests and commands."""

from __future__ import annotations

import io
import re
import subprocess
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import List, Tuple

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "sandbox.md"
TOKEN = "NOVABILLING_TOKEN"


def blocks() -> List[Tuple[str, str]]:
    """The language and text of each block; none where the page is absent."""
    text = PAGE.read_text("utf-8") if PAGE.exists() else ""
    return re.findall(r"^```(\w*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)


BLOCKS = blocks()
PYTHON = [text for language, text in BLOCKS if language == "python"]
SUITES = [text for text in PYTHON if "def test_" in text]
OVER_HTTP = [text for text in PYTHON if TOKEN in text]
PROGRAMS = [text for text in PYTHON if text not in SUITES and text not in OVER_HTTP]
COMMANDS = [text for language, text in BLOCKS if language == "bash"]


def check(program: str) -> None:
    """Run a program and compare what it prints with the comments behind its print calls."""
    expected = re.findall(r"^ *print\(.*\)  # (.*)$", program, re.MULTILINE)
    assert program.count("print(") == len(expected)
    output = io.StringIO()
    with redirect_stdout(output):
        exec(compile(program, str(PAGE), "exec"), {"__name__": "__main__"})
    printed = output.getvalue().splitlines()
    # A program that runs its main function twice prints everything twice.
    assert printed in (expected, expected * 2)


def test_there_is_no_block_that_nobody_runs() -> None:
    assert not PAGE.exists() or (len(SUITES), len(OVER_HTTP), len(COMMANDS)) == (1, 1, 1)
    assert len(PROGRAMS) + 3 == len(BLOCKS) or not BLOCKS


@pytest.mark.parametrize("program", PROGRAMS)
def test_programs_print_what_their_comments_say(program: str) -> None:
    check(program)


@pytest.mark.parametrize("suite", SUITES)
def test_tests_pass(suite: str, tmp_path: Path) -> None:
    path = tmp_path / "test_page.py"
    path.write_text(suite, "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(path)]
    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stdout
    assert "4 passed" in done.stdout


@pytest.mark.parametrize("program", OVER_HTTP)
def test_the_command_serves_the_program(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, *arguments = COMMANDS[0].split()
    assert (name, arguments[-1]) == ("python", "4010")
    command = [sys.executable, *arguments[:-1], "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout
            address, key = (server.stdout.readline().split() for _ in range(2))
            monkeypatch.setenv(TOKEN, key[-1])
            base_url = next(word for word in address if word.startswith("http://"))
            check(program.replace("http://127.0.0.1:4010", base_url))
        finally:
            server.terminate()
