"""The stores that a command names: a folder, or a table of PostgreSQL."""

from __future__ import annotations

import argparse
import os
from contextlib import suppress
from pathlib import Path
from typing import Any, Iterator, Union

from .._outbox.postgres.store import PostgresStore
from .._outbox.postgres.tables import DEFAULT_TABLE
from .._outbox.sqlite.folder import targets
from .._outbox.sqlite.store import SQLiteStore

AnyStore = Union[SQLiteStore, PostgresStore]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Let a command name a store; a DSN holds a password, so it stands in no argument."""
    parser.add_argument("folder", nargs="?", help="the folder of the SQLiteStore")
    parser.add_argument(
        "--postgres-env",
        metavar="NAME",
        help="the variable that holds the DSN of the PostgresStore",
    )
    parser.add_argument("--postgres-file", metavar="FILE", help="the file that holds it")
    parser.add_argument("--table", default=DEFAULT_TABLE, help="default: %(default)s")


def check_arguments(options: Any) -> None:
    """Say what is missing; with a table, what stands where a folder does is an id."""
    named = [options.postgres_env, options.postgres_file]
    if named == [None, None] and options.folder is None:
        raise SystemExit("name a folder, or a database by --postgres-env or --postgres-file")
    if named != [None, None] and options.folder is not None:
        if not hasattr(options, "ids"):
            raise SystemExit("name a folder or a database, not both")
        options.ids.insert(0, options.folder)
        options.folder = None


def store_to_send(options: Any) -> AnyStore:
    """Return the store of one tenant."""
    if options.folder is not None:
        return SQLiteStore(options.folder, label=options.label)
    return PostgresStore(_dsn(options), label=options.label, table=options.table)


def stores(options: Any) -> Iterator[AnyStore]:
    """Give a store for each tenant, or for the one that is named, and close it."""
    if options.folder is not None:
        if not os.path.isdir(options.folder):
            raise SystemExit(f"there is no folder {options.folder!r}")
        found = targets(options.folder)
    else:
        first = PostgresStore(_dsn(options), table=options.table)
        try:
            found = first.targets()
        finally:
            first.close()
    for target in found:
        if options.label in (None, target.label):
            options_of_one = argparse.Namespace(**{**vars(options), "label": target.label})
            store = store_to_send(options_of_one)
            store.bind(target.base_url)
            try:
                yield store
            finally:
                store.close()


def _dsn(options: Any) -> str:
    if options.postgres_file is not None:
        path = Path(options.postgres_file)
        if not path.is_file():
            raise SystemExit(f"there is no file {options.postgres_file!r} with a DSN")
        return _read_dsn(path)
    if "=" in options.postgres_env or "://" in options.postgres_env:  # and is shown to nobody
        raise SystemExit("--postgres-env takes the name of a variable that holds the DSN")
    dsn = os.environ.get(options.postgres_env)
    if not dsn:
        raise SystemExit(f"the variable {options.postgres_env} holds no DSN")
    return dsn


def _read_dsn(path: Path) -> str:
    with suppress(UnicodeDecodeError):  # its repr shows what it was read from
        found = path.read_text("utf-8").strip()
        if found:
            return found
    raise ValueError(f"the file {str(path)!r} holds no DSN")
