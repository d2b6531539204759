"""The pages of the documentation, as tests read them."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import List, NamedTuple

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def text_of(name: str) -> str:
    path = ROOT / name if name == "README.md" else DOCS / name
    return path.read_text("utf-8") if path.exists() else ""


def rows(page: str, heading: str) -> List[List[str]]:
    """Read the first table under a heading, without its own."""
    section = text_of(page).partition(f"{heading}\n")[2]
    table = re.search(r"(?:^\|.*\|\n)+", section, re.MULTILINE)
    lines = table[0].splitlines()[2:] if table else []
    return [re.split(r" \| ", line.strip("| ")) for line in lines]


# Blocks

OWN_TESTS = {
    "clients.md#Hooks",
    "clients.md#OpenTelemetry",
    "clients.md#httpx2",
    "company-proxy.md",
    "mocking.md",
    "outbox-postgres.md",
    "outbox.md#Where it runs",
    "sandbox-server.md",
    "sandbox.md",
    "streams.md",
    "webhooks.md",
    "where-it-runs.md",
    "words.md#Words",
}
"""Pages ("page.md") and sections ("page.md#Heading") whose blocks other tests run."""
_CLIENT = "from novabilling.sandbox import Sandbox\nclient = Sandbox().client()\n"
SETUP = {
    "clients.md#Hooks": _CLIENT,
    "clients.md#OpenTelemetry": _CLIENT,
    "clients.md#httpx2": _CLIENT,
    "words.md#Words": _CLIENT
    + """\
plan = client.plans.create(
    name="Pro", code="pro", billing_interval="monthly", prices=[{"currency": "NGN", "amount": 1}]
)
customer = client.customers.create(external_id="u", email="ada@example.com", currency="NGN")
client.subscriptions.create(customer_id=customer.data.id, plan_id=plan.data.id, currency="NGN")
""",
}
"""What stands before the blocks of a section, and is not shown."""
PRINTED = {"clients.md#Hooks": ["GET /customers 200 attempt 1"]}
"""What the blocks of a section print, where no comment behind a `print` says it."""


class Block(NamedTuple):
    """A block of code, and the section and tab that it stands in, if any."""

    section: str
    tab: str
    language: str
    code: str


FENCE = re.compile(
    r'^## (?P<section>[^\n]+)$|^=== "(?P<tab>\w+)"$|'
    r"^(?P<indent> *)```(?P<language>\w*)\n(?P<code>.*?)^(?P=indent)```$",
    re.MULTILINE | re.DOTALL,
)


def all_blocks(page: str) -> List[Block]:
    """Read the blocks of a page; those of a tab are indented."""
    found: List[Block] = []
    section = tab = ""
    for match in FENCE.finditer(text_of(page)):
        if match["code"] is None:
            section = f"#{match['section']}" if match["section"] else section
            tab = match["tab"] or tab
        else:
            code = re.sub(rf"^{match['indent']}", "", match["code"], flags=re.MULTILINE)
            here = tab if match["indent"] else ""
            found.append(Block(section, here, match["language"], code))
    return found


def blocks(page: str) -> List[Block]:
    """Read the blocks of a page but for those that other tests run."""
    return [b for b in all_blocks(page) if not {page, page + b.section} & OWN_TESTS]


def expected(program: str) -> List[str]:
    """Return what a program prints, by the comments behind its prints."""
    return re.findall(r"^ *print\(.*\)  # (.*)$", program, re.MULTILINE)


def code_of(path: Path) -> str:
    """Return the source of an example without its docstring, which its page begins with."""
    source = path.read_text("utf-8")
    end = ast.parse(source).body[0].end_lineno or 0
    return "".join(source.splitlines(keepends=True)[end:]).lstrip("\n")
