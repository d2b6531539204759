"""The page about resources names them all, and its programs print what their comments say."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Dict

import pytest

from novabilling.sandbox import Sandbox
from tests.operations import IDS

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "resources.md"

pytestmark = pytest.mark.skipif(not PAGE.exists(), reason="the docs are not part of the sdist")


def test_the_page_names_every_resource_and_method():
    rows = re.findall(r"^\| `(\w+)` \| (.+) \| (.+) \|$", PAGE.read_text("utf-8"), re.MULTILINE)

    assert {name: re.findall(r"\w+", methods) for name, _, methods in rows} == {
        name: list(methods) for name, methods in IDS.items()
    }
    assert all(about.endswith(".") for _, about, _ in rows)


def test_the_readme_names_every_resource_and_the_page():
    text = (ROOT / "README.md").read_text("utf-8")

    listed = text[text.index("Resources: ") :].partition(".")[0]
    assert sorted(re.findall(r"`(\w+)`", listed)) == sorted(IDS)
    assert "docs/resources.md" in text


def test_the_programs_of_the_page_print_what_their_comments_say():
    text = PAGE.read_text("utf-8")
    program = "\n".join(re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL))
    expected = re.findall(r"^ *print\(.*\)  # (.*)$", program, re.MULTILINE)
    output = io.StringIO()
    names: Dict[str, Any] = {}

    with redirect_stdout(output):
        exec(compile(program, str(PAGE), "exec"), names)

    assert len(expected) == program.count("print(") == 2
    assert output.getvalue().splitlines() == expected


@pytest.mark.parametrize(
    ("section", "needs", "printed"),
    [
        ("Hooks", "novabilling", "GET /customers 200 attempt 1\n"),
        ("OpenTelemetry", "opentelemetry", ""),
        ("httpx2", "httpx2", ""),
    ],
)
def test_the_programs_about_clients_run(section, needs, printed):
    pytest.importorskip(needs, reason=f"{needs} is not installed")
    text = (ROOT / "docs" / "clients.md").read_text("utf-8")
    page = text.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    program = "".join(re.findall(r"^```python\n(.*?)^```$", page, re.MULTILINE | re.DOTALL))
    output = io.StringIO()

    with redirect_stdout(output):
        exec(compile(program, section, "exec"), {"client": Sandbox().client()})

    assert program
    assert output.getvalue() == printed
