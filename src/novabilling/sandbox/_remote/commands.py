"""The commands beside serving: `trigger` makes an event happen, `listen` forwards webhooks."""

from __future__ import annotations

import argparse
import os
import sys
import time
from typing import Any, Callable, Dict, List

from .client import Row, SandboxError, SandboxServer
from .process import interrupted_by_sigterm

POLL = 0.25
"""Seconds from one look at the deliveries to the next."""


def run_command(arguments: List[str]) -> None:
    """Do a command of `COMMANDS`; the process ends with 1 where it fails."""
    name = arguments[0]
    make, run = COMMANDS[name]
    options = make(argparse.ArgumentParser(prog=f"python -m novabilling.sandbox {name}"))
    given = options.parse_args(arguments[1:])
    try:
        with interrupted_by_sigterm(), SandboxServer(
            given.url, control_token=given.control_token
        ) as server:
            run(server, given)
    except SandboxError as error:
        raise SystemExit(str(error)) from None
    except KeyboardInterrupt:
        raise SystemExit(130) from None


def _add_server(parser: argparse.ArgumentParser) -> None:
    url = os.environ.get("NOVABILLING_SANDBOX_URL", "http://127.0.0.1:4010")
    parser.add_argument("--url", default=url, help="the sandbox (default: %(default)s)")
    parser.add_argument(
        "--control-token",
        default=os.environ.get("NOVABILLING_SANDBOX_TOKEN"),
        metavar="TOKEN",
        help="that of the server, if it has one (default: NOVABILLING_SANDBOX_TOKEN)",
    )


def _trigger_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.description = "Make an event happen, and send its webhook."
    parser.add_argument("event", nargs="?", help="such as invoice.paid (default: list them)")
    parser.add_argument("--to", metavar="URL", help="where to (default: where webhooks go anyway)")
    _add_server(parser)
    return parser


def _trigger(server: SandboxServer, given: argparse.Namespace) -> None:
    if given.event is None:
        known = server.request("GET", "/trigger")
        _say("\n".join(known["events"]))
        for event, reason in known["not_possible"].items():
            _say(f"not {event}: {reason}")
        return
    delivery = server.trigger(given.event, to=given.to)
    _show(delivery)
    if delivery["state"] == "not sent":
        _say("It was not sent: say where by --to URL, or run listen --to URL")
    if delivery["state"] == "failed":
        raise SystemExit(1)


def _listen_options(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.description = "Forward webhooks to your app as they happen, until interrupted."
    parser.add_argument("--to", metavar="URL", required=True, help="where your app takes webhooks")
    _add_server(parser)
    return parser


def _listen(server: SandboxServer, given: argparse.Namespace) -> None:
    last = _take_over(server, given.to)
    _say(f"Forwarding webhooks to {given.to} (Ctrl+C ends it)")
    _say(f"Webhook secret: {server.webhook_secret}")
    try:
        while True:
            last = _show_new(server, last)
            if server.request("GET", "/status")["forward_to"] is None:
                # The sandbox was reset, or another who listened has ended.
                last = _take_over(server, given.to)
            time.sleep(POLL)
    finally:
        server.forward(None)


def _take_over(server: SandboxServer, to: str) -> int:
    """Let webhooks come to this URL; return the id of the last one before."""
    server.forward(to)
    last: int = server.request("GET", "/deliveries", limit=1)["total"]
    return last


def _show_new(server: SandboxServer, last: int) -> int:
    """Show what was sent after the delivery with this id; return that of the last one shown."""
    answer = server.request("GET", "/deliveries", after=last, limit=1000)
    if answer["total"] < last:
        return 0  # the sandbox was reset
    for delivery in reversed(answer["data"]):
        if delivery["state"] == "not sent":
            break
        _show(delivery)
        last = delivery["id"]
    return last


def _show(delivery: Row) -> None:
    """Print what was sent, and what came back."""
    _say(f"--> {delivery['event']} [{delivery['id']}]")
    for attempt in delivery["attempts"]:
        status = attempt["status"] or attempt["answer"]
        _say(f"<-- {status} in {attempt['milliseconds']:g} ms from {attempt['url']}")


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


Options = Callable[[argparse.ArgumentParser], argparse.ArgumentParser]
Run = Callable[[SandboxServer, Any], None]

COMMANDS: Dict[str, Any] = {
    "listen": (_listen_options, _listen),
    "trigger": (_trigger_options, _trigger),
}
