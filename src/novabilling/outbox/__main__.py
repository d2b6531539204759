"""Send what a store has, and look at it: `python -m novabilling.outbox --help`."""

from __future__ import annotations

import argparse
import json
import logging
import os
import signal
import sys
import threading
import time
from pathlib import Path
from typing import Any, Callable, Iterator, List, Optional

from msgspec import structs

from .._call.errors import OutboxError
from .._call.server import DEFAULT_BASE_URL
from .._outbox.entries import OutboxStats
from .._outbox.meter import stats_of
from .._outbox.postgres.tables import DEFAULT_TABLE, schema
from .._sync.client import NovaBilling
from .._sync.outbox.outbox import Outbox
from ._stores import AnyStore, add_arguments, check_arguments, store_to_send, stores

logger: logging.Logger = logging.getLogger("novabilling")

LINE_EVERY = 60.0
PAGE = 200
WIDTH = 30
OF_WRITERS = "that of the programs that record; default: %(default)s"


def main(arguments: Optional[List[str]] = None) -> None:
    """Run a command."""
    options = _parser().parse_args(arguments)
    if hasattr(options, "folder"):
        check_arguments(options)
    try:
        options.run(options)
    except BrokenPipeError:  # `| head` has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise SystemExit(1) from None
    except (OutboxError, ValueError, OSError) as error:
        raise SystemExit(str(error)) from None


# send


def send(options: Any) -> None:
    """Send until SIGTERM or Ctrl+C, or until nothing is left."""
    logging.basicConfig(format="%(asctime)s %(levelname)s %(message)s", level=logging.INFO)
    logging.getLogger("httpx").setLevel(logging.WARNING)
    stop = threading.Event()

    def end(*_: object) -> None:
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)
    client = NovaBilling(token=_token(options), base_url=options.base_url)
    store = store_to_send(options)
    outbox = Outbox(
        client, store, check_codes=options.check_codes, give_up_after=options.give_up_after
    )
    with client, outbox:
        logger.info("Sending what is recorded for %s in %r", store.base_url, store)
        next_line = time.monotonic() + LINE_EVERY
        while not stop.wait(0.5):
            if options.until_empty and outbox.flush(0.5) and not outbox.stats().depth:
                break
            if time.monotonic() >= next_line:
                next_line += LINE_EVERY
                logger.info(_line_of(outbox.stats))
    logger.info("Ended: %s", _line_of(lambda: stats_of(store.counts(), store.reported())))


def _line_of(look: Callable[[], OutboxStats]) -> str:
    try:
        return line(look())
    except OutboxError as error:  # a sender goes on when it passes
        return str(error)


def _token(options: Any) -> Callable[[], str]:
    """Return what reads the token before each attempt, so that it may be replaced."""
    if options.token_file is not None:
        path = Path(options.token_file)
        if not path.is_file():
            raise SystemExit(f"there is no file {options.token_file!r} with a token")
        return lambda: _read_token(path)
    name: str = options.token_env
    if not os.environ.get(name):
        raise SystemExit(f"the variable {name} holds no token; or name a file by --token-file")
    return lambda: os.environ[name]


def _read_token(path: Path) -> str:
    try:
        return path.read_text("utf-8").strip()
    except UnicodeDecodeError:  # its repr shows what it was read from
        raise ValueError(f"the file {str(path)!r} holds no token: it is no text") from None


def line(stats: OutboxStats) -> str:
    """Write how an outbox stands in one line."""
    parts = [
        f"{stats.depth:,} to send",
        f"{stats.held:,} of them held",
        f"{stats.dead:,} dead",
        f"{stats.sent:,} sent",
        f"{stats.duplicates:,} duplicates",
        f"{stats.rate:,.0f}/s",
    ]
    if stats.oldest is not None:
        parts.append(f"the oldest is {duration(stats.oldest)} old")
    if stats.seconds_left:
        parts.append(f"empty in {duration(stats.seconds_left)}")
    if stats.problem is not None:
        parts.append(f"waiting: {stats.problem}")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Write seconds as people say them."""
    if seconds < 120:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 7200 else f"{seconds / 3600:.1f} h"


# status


def status(options: Any) -> None:
    """Show how a store stands; on a terminal, until it is drained."""
    most, found = 0, False
    for store in stores(options):
        found = True
        while True:
            stats = stats_of(store.counts(), store.reported())
            most = max(most, stats.depth)
            if options.json:
                fields = {"base_url": store.base_url, "label": store.label, **structs.asdict(stats)}
                _say(json.dumps(fields))
                break
            drains = stats.rate > 0 and stats.depth > stats.held and sys.stdout.isatty()
            end = "\r" if drains else "\n"
            _say(f"{store.target}: {bar(stats.depth, most)} {line(stats)}", end)
            if not drains:
                break
            time.sleep(options.every)
    if not (found or options.json):
        _say(f"{options.folder or options.table}: nothing to send, and no dead letters")


def bar(left: int, most: int) -> str:
    """Draw how much of the most is done."""
    done = WIDTH if not most else round(WIDTH * (most - left) / most)
    return f"[{'#' * done}{'.' * (WIDTH - done)}]"


# Dead letters


def dead(options: Any) -> None:
    """List the dead letters, or write them to a file."""
    if options.export is None:
        for _, letter in _letters(options):
            at = letter.at.isoformat(timespec="seconds")
            _say(f"{at} {letter.event.transaction_id} {letter.event.code}: {letter.reason}")
        return
    lines = [letter.to_json() + b"\n" for _, letter in _letters(options)]
    descriptor = os.open(options.export, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "wb") as file:
        file.writelines(lines)
    _say(f"{len(lines):,} written to {options.export}")


def requeue(options: Any) -> None:
    """Send dead letters once more."""
    _say(f"{_with_letters(options, 'requeue'):,} to be sent again")


def discard(options: Any) -> None:
    """Remove dead letters for good."""
    _say(f"{_with_letters(options, 'discard'):,} discarded")


def _with_letters(options: Any, act: str) -> int:
    if options.ids and options.all:
        raise SystemExit("name the transaction ids or take --all, not both")
    if not options.ids and not options.all:
        raise SystemExit("name the transaction ids after the folder or the database, or take --all")
    wanted = set(options.ids)
    count = 0
    for store in stores(options):
        letters = [
            letter
            for _, letter in _letters_of(store)
            if options.all or letter.event.transaction_id in wanted
        ]
        count += getattr(store, act)(letters)
    return count


def _letters(options: Any) -> Iterator[Any]:
    for store in stores(options):
        yield from _letters_of(store)


def _letters_of(store: AnyStore) -> Iterator[Any]:
    after = None
    while True:
        page = store.dead_letters(after, PAGE)
        for letter in page:
            after = letter.place
            yield store, letter
        if len(page) < PAGE:
            return


# schema


def print_schema(options: Any) -> None:
    """Print the statements that make the tables of a PostgresStore."""
    _say(schema(options.table), "")


def _say(text: str, end: str = "\n") -> None:
    sys.stdout.write(text + end)
    sys.stdout.flush()


# The command line


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m novabilling.outbox", description=__doc__)
    commands = parser.add_subparsers(required=True, metavar="command")
    _send_parser(_command(commands, "send", send))
    found = _command(commands, "status", status)
    found.add_argument("--json", action="store_true", help="one line of JSON for each tenant")
    found.add_argument("--every", type=float, default=1.0, help="seconds between two looks")
    found = _command(commands, "dead", dead)
    found.add_argument("--export", metavar="FILE", help="write them as JSON Lines")
    _command(commands, "schema", print_schema)
    for name, run in (("requeue", requeue), ("discard", discard)):
        found = _command(commands, name, run)
        found.add_argument("ids", nargs="*", metavar="transaction_id", help="of a dead letter")
        found.add_argument("--all", action="store_true", help="all dead letters of the store")
    return parser


def _command(commands: Any, name: str, run: Callable[[Any], None]) -> argparse.ArgumentParser:
    about = str(run.__doc__)
    found: argparse.ArgumentParser = commands.add_parser(name, help=about, description=about)
    found.set_defaults(run=run)
    if run is print_schema:
        found.add_argument("--table", default=DEFAULT_TABLE, help="default: %(default)s")
        return found
    add_arguments(found)
    found.add_argument("--label", default="" if name == "send" else None, help="of the store")
    return found


def _send_parser(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--base-url", default=DEFAULT_BASE_URL, help=OF_WRITERS)
    parser.add_argument("--token-file", metavar="FILE", help="read before each attempt")
    parser.add_argument(
        "--token-env", metavar="NAME", default="NOVABILLING_TOKEN", help="default: %(default)s"
    )
    parser.add_argument("--until-empty", action="store_true", help="end when nothing is left")
    parser.add_argument(
        "--no-check-codes", dest="check_codes", action="store_false", help="see check_codes"
    )
    parser.add_argument(
        "--give-up-after",
        type=float,
        default=3600.0,
        metavar="SECONDS",
        help="of an event that the server refuses; default: %(default)s",
    )


if __name__ == "__main__":
    main()
