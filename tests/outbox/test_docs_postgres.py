"""The programs of the page on the outbox in PostgreSQL, run as they stand there."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
import sys
import uuid
from pathlib import Path
from typing import Any, Dict, Iterator, List

import pytest

from novabilling.outbox import PostgresStore
from tests.pages import DOCS, text_of
from tests.postgres import connected

ROOT = Path(__file__).resolve().parents[2]
PAGE = "outbox-postgres.md"

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")

psycopg = pytest.importorskip("psycopg", reason="psycopg is not installed")

DJANGO = """
import django
from django.conf import settings

settings.configure(DATABASES={{"default": {{
    "ENGINE": "django.db.backends.postgresql",
    **{{key: value for key, value in {database!r}.items()}},
}}}})
django.setup()
from django.db import models


class Order(models.Model):
    customer = models.TextField(primary_key=True)
    total = models.IntegerField()

    class Meta:
        app_label = "shop"
        db_table = "orders"

{program}
place("usr_1", 15000)
try:
    with transaction.atomic():
        place("usr_2", 15000)
        raise ZeroDivisionError
except ZeroDivisionError:
    pass
"""


@pytest.fixture
def shop(postgres_dsn: str) -> Iterator[str]:
    """Make a database with the tables of the page and one of the shop; return its DSN."""
    name = f"shop_{uuid.uuid4().hex[:12]}"
    with connected(postgres_dsn) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        dsn = postgres_dsn.rpartition("/")[0] + f"/{name}"
        try:
            with connected(dsn) as own:
                own.execute(PostgresStore(dsn).schema())
                own.execute("CREATE TABLE orders (customer text, total integer)")
            yield dsn
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def programs(dsn: str) -> List[str]:
    found = re.findall(r"^```python\n(.*?)^```$", text_of(PAGE), re.MULTILINE | re.DOTALL)
    rest = dsn.partition("://")[2]
    return [code.replace("://shop@localhost/shop", f"://{rest}") for code in found]


def program(dsn: str, word: str) -> str:
    (code,) = (code for code in programs(dsn) if word in code)
    return code


def there(dsn: str) -> List[str]:
    """Return whose orders and whose events are committed."""
    with connected(dsn) as connection:
        orders = connection.execute("SELECT customer FROM orders").fetchall()
        events = connection.execute("SELECT body->>'subscriptionId' FROM novabilling_outbox")
        return [*(name for (name,) in orders), *(name for (name,) in events.fetchall())]


def run(code: str) -> Dict[str, Any]:
    names: Dict[str, Any] = {}
    try:
        exec(compile(code, PAGE, "exec"), names)
    finally:
        if "engine" in names:
            names["engine"].dispose()
    return names


def rolled_back(code: str) -> str:
    """Let a program fail at the end of its transaction."""
    return code.rstrip() + "\n    raise ZeroDivisionError\n"


def test_there_are_programs_for_all_that_the_page_names(shop):
    assert len(programs(shop)) == 5


@pytest.mark.parametrize("word", ["psycopg.connect(", "create_engine"])
def test_the_programs_with_a_block_commit_both_or_neither(shop, word):
    if word == "create_engine":
        pytest.importorskip("sqlalchemy", reason="SQLAlchemy is not installed")
    code = program(shop, word)

    with pytest.raises(ZeroDivisionError):
        run(rolled_back(code))
    assert there(shop) == []
    run(code)["outbox"].close()
    assert there(shop) == ["usr_1", "usr_1"]


def test_the_async_program_commits_both(shop):
    asyncio.run(run(program(shop, "AsyncConnection"))["main"]())

    assert there(shop) == ["usr_1", "usr_1"]


def test_the_asyncpg_program_commits_both_or_neither(shop):
    pytest.importorskip("asyncpg", reason="asyncpg is not installed")
    code = program(shop, "asyncpg")
    asyncio.run(run(code)["place"]("usr_1", 15000))
    bad = code.replace("sql, *params)", "sql, *params)\n            raise ZeroDivisionError")
    with pytest.raises(ZeroDivisionError):
        asyncio.run(run(bad)["place"]("usr_2", 15000))

    assert there(shop) == ["usr_1", "usr_1"]


def test_the_django_program_commits_both_or_neither(shop, tmp_path):
    pytest.importorskip("django", reason="Django is not installed")
    given = psycopg.conninfo.conninfo_to_dict(shop)
    names = {"dbname": "NAME", "user": "USER", "password": "PASSWORD", "host": "HOST"}
    database = {names.get(key, key.upper()): value for key, value in given.items()}
    script = tmp_path / "shop.py"
    script.write_text(DJANGO.format(database=database, program=program(shop, "django")))

    subprocess.run(
        [sys.executable, str(script)],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        check=True,
        timeout=60,
    )

    assert there(shop) == ["usr_1", "usr_1"]


def test_the_commands_of_the_page_are_those_of_the_program(shop, capsys, monkeypatch):
    from novabilling.outbox.__main__ import main

    monkeypatch.setenv("SHOP_DSN", shop)
    with pytest.raises(SystemExit):
        main(["send", "--help"])
    known = capsys.readouterr().out
    main(["status", "--postgres-env", "SHOP_DSN"])
    section = (
        text_of(PAGE).partition("\n## The senders\n")[2]
        + text_of(PAGE).partition("\n## Tenants\n")[2]
    )

    for option in set(re.findall(r"--[a-z][a-z-]+", section)):
        assert option in known


def test_the_page_names_every_column(shop):
    with connected(shop) as connection:
        rows = connection.execute(
            "SELECT column_name FROM information_schema.columns "
            "WHERE table_name = 'novabilling_outbox'"
        ).fetchall()
    table = text_of(PAGE).partition("\n## The format\n")[2]
    named = ", ".join(re.findall(r"^\| (`.*?`) \|", table, re.MULTILINE))

    assert set(re.findall(r"`(\w+)`", named)) == {name for (name,) in rows}
