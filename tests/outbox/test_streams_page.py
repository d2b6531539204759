"""What the page on streams shows is what the example does, and its command sends."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import textwrap
import time
import uuid
from typing import List, get_args

import pytest

from novabilling._outbox.verdicts import Status
from tests.outbox.ledger import serving
from tests.outbox.stream_writer import EXAMPLE, load_example
from tests.pages import DOCS, rows, text_of

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")

PAGE = text_of("streams.md")


def blocks(language: str) -> List[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)


def test_every_block_stands_in_the_example():
    text = dense(EXAMPLE.read_text("utf-8"))
    shown = blocks("python")

    assert len(shown) == 3
    assert len(shown) + len(blocks("text")) == PAGE.count("```") // 2
    for block in shown:
        assert dense(block) in text or dense(textwrap.indent(block, "    ")) in text


def dense(code: str) -> str:
    """Leave empty lines out: methods have fewer of them between each other than functions."""
    return "".join(line for line in code.splitlines(keepends=True) if line.strip())


def test_the_page_has_a_row_for_each_verdict():
    found = " ".join(verdicts for verdicts, _ in rows("streams.md", "## Sending by verdict"))

    assert set(re.findall(r"`(\w+)`", found)) == set(get_args(Status))


def test_the_command_of_the_page_sends_until_it_is_told_to_end(redis_url):
    import redis

    example, stream = load_example(), f"test-{uuid.uuid4().hex}"
    (command,) = blocks("text")
    variable, _, words = command.strip().partition(" python ")
    words = words.replace("redis://127.0.0.1:6379/0", redis_url).replace(
        "--stream usage", f"--stream {stream}"
    )
    program, *options = words.split()
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", **dict([variable.split("=")])}
    with redis.Redis.from_url(redis_url) as db, serving() as server:
        event = example.new_event("usr_1", "calls")
        example.write(db, stream, event)
        process = subprocess.Popen(
            [sys.executable, str(EXAMPLE), *options, "--base-url", server.url],
            env=environment,
        )
        try:
            ends = time.monotonic() + 30
            while db.xlen(stream) and time.monotonic() < ends:
                time.sleep(0.05)
            process.terminate()
            code = process.wait(20)
        finally:
            process.kill()
            db.delete(stream, f"{stream}:dead")

        assert server.ids() == [event.transaction_id]
        assert program == EXAMPLE.name
        assert code == 0
