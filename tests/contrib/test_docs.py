"""Runs every block of docs/webhooks.md, and delivers to its endpoints."""

from __future__ import annotations

import io
import re
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Dict, List, Tuple, get_args

import pytest
from msgspec.structs import fields as fields_of

from novabilling import types, webhooks
from tests.contrib.frameworks import Answer, configure_django, post_to_asgi, post_to_flask, routed

PAGE = Path(__file__).parents[2] / "docs" / "webhooks.md"
TEXT = PAGE.read_text("utf-8") if PAGE.exists() else ""

pytestmark = pytest.mark.skipif(not TEXT, reason="the docs are not part of the sdist")


def blocks() -> List[Tuple[str, str]]:
    """Return each block with the heading that it stands under."""
    sections = re.split(r"^#+ (.*)$", TEXT, flags=re.MULTILINE)[1:]
    return [
        (heading, code)
        for heading, text in zip(sections[::2], sections[1::2])
        for code in re.findall(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    ]


def run(*headings: str) -> Tuple[Dict[str, Any], List[str]]:
    """Run the blocks under these headings; return their names, and what they printed."""
    names: Dict[str, Any] = {"__name__": "page"}
    output = io.StringIO()
    with redirect_stdout(output):
        for heading, code in blocks():
            if heading in headings:
                exec(compile(code, f"<{heading}>", "exec", dont_inherit=True), names)
    return names, output.getvalue().splitlines()


RESOURCES = ("customer", "subscription", "invoice", "payment", "credit_note", "wallet")
IDS = {f"{name}_id" for name in (*RESOURCES, "plan", "old_plan", "new_plan")}
BASICS = ["Receiving webhooks", "Verify", "Events"]
RECIPES = ["Handlers that may run twice", "Changing the secret", "Testing your handlers"]


def test_the_programs_print_what_their_comments_say():
    pytest.importorskip("flask", reason="Flask is not installed")
    _, printed = run(*BASICS, *RECIPES)

    programs = "".join(code for heading, code in blocks() if heading in BASICS + RECIPES)
    assert printed == re.findall(r"^ *print\(.*\)  # (.*)$", programs, re.MULTILINE)
    assert len(printed) == programs.count("print(")


def test_every_block_is_run():
    adapters = ["FastAPI and Starlette", "Flask", "Django"]

    assert {heading for heading, _ in blocks()} == {*BASICS, *RECIPES, *adapters}
    assert len(blocks()) == TEXT.count("```") // 2


@pytest.mark.parametrize("framework", ["FastAPI and Starlette", "Flask", "Django"])
def test_the_endpoints_of_the_page_take_a_delivery_and_refuse_another(framework):
    pytest.importorskip(framework.split()[0].lower(), reason=f"{framework} is not installed")
    names, _ = run(*BASICS, framework)
    output = io.StringIO()

    with redirect_stdout(output):
        accepted = post(framework, names, names["headers"])
        refused = post(framework, names, {"X-Webhook-Signature": "0" * 64})

    assert (accepted.status, refused.status) == (204, 400)
    assert output.getvalue() == "paid: NGN 1200.5\n"


def post(framework: str, names: Dict[str, Any], headers: Dict[str, str]) -> Answer:
    path = "/webhooks/novabilling"
    if framework == "Django":
        configure_django()
        from django.test import Client

        with routed(names["deliver"], path, NOVABILLING_WEBHOOK_SECRET=names["secret"]):
            answer = Client().post(path, names["body"], "application/json", headers=headers)
        return Answer(answer.status_code, "")
    send = post_to_flask if framework == "Flask" else post_to_asgi
    return send(names["app"], path)(names["body"], headers)


def test_the_table_has_all_events_with_their_fields():
    rows = re.findall(r"^\| (`.*`) \| `(\w+)` \| (.*) ?\|$", TEXT, re.MULTILINE)
    listed = {
        word: (of, set(re.findall(r"`(\w+)`", fields)) - {"immediate"})
        for words, of, fields in rows
        for word in re.findall(r"`([^`]+)`", words)
    }

    expected = {}
    for of in get_args(types.AnyWebhookEvent):
        hints = {field.name: field.type for field in fields_of(of)}
        for word in get_args(hints["type"]):
            fields = {field.name for field in fields_of(hints["data"])}
            expected[word] = (of.__mro__[1].__name__, fields - IDS)
    assert listed == expected


def test_the_page_says_the_limits_that_hold():
    assert f"more than {webhooks.DEFAULT_TOLERANCE:.0f} seconds old" in TEXT
    assert webhooks.MAX_PAYLOAD == 1_000_000
    assert "at most a megabyte" in TEXT
