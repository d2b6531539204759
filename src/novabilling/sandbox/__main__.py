"""Serve a sandbox over HTTP: `python -m novabilling.sandbox --port 4010`."""

from __future__ import annotations

import argparse
import os
import secrets
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, List, Optional, Set

from ._control.app import ServedApplication
from ._control.guard import Guard
from ._doors.asgi import Application
from ._doors.sandbox import Sandbox
from ._remote.commands import COMMANDS, run_command
from ._remote.process import interrupted_by_sigterm
from ._served.addresses import check_url, host_of, is_loopback
from ._served.keeping import Keeper
from ._served.sandbox import ServedSandbox
from ._served.state import StateError, load

if TYPE_CHECKING:
    from uvicorn import Server

_MISSING = 'The sandbox over HTTP needs uvicorn: pip install "novabilling[sandbox]"'


def main(arguments: Optional[List[str]] = None) -> None:
    """Serve until interrupted, or do one of the other commands."""
    given = sys.argv[1:] if arguments is None else arguments
    if given and given[0] in COMMANDS:
        run_command(given)
        return
    options = _parser().parse_args(given)
    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        raise SystemExit(f"Cannot listen on {options.host}:{options.port}: {error}") from None
    with listener:
        sandbox = _make_sandbox(options)
        guard = _make_guard(options)
        application = ServedApplication(sandbox, guard, options.webhook_url)
        keeper = Keeper(sandbox, options.state)
        server = make_server(sandbox, keeper.watch(application))
        sys.stdout.write(_greeting(sandbox, listener, guard))
        sys.stdout.flush()
        with keeper, suppress(KeyboardInterrupt), interrupted_by_sigterm():
            server.run(sockets=[listener])


def _make_sandbox(options: argparse.Namespace) -> ServedSandbox:
    sandbox = ServedSandbox(
        seed=options.seed,
        rate_limit=options.rate_limit,
        overlap=options.overlap,
        token=options.token,
        webhook_url=options.webhook_url,
        webhook_secret=options.webhook_secret,
    )
    if options.state is not None and options.state.exists():
        try:
            load(sandbox, options.state)
        except (OSError, StateError) as error:
            raise SystemExit(str(error)) from None
    return sandbox


def _make_guard(options: argparse.Namespace) -> Guard:
    """Ask for a token where others than this machine may come."""
    hosts: Set[str] = set(options.allowed_host)
    token: Optional[str] = options.control_token
    if not is_loopback(options.host):
        hosts.add(options.host.lower())
        token = token or secrets.token_urlsafe(24)
    return Guard(frozenset(hosts), token)


def listen(host: str, port: int) -> socket.socket:
    """Open the socket before anybody is told of it, so that nobody comes too early."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.create_server((host, port), family=family)
    # Its connections inherit it. asyncio leaves it out for such a socket, and each answer,
    # which is written in two parts, would wait 40 milliseconds for the client's system.
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listener


def make_server(sandbox: Sandbox, application: Any = None) -> Server:
    """Make a server whose connections behave as the real one's: idle, they last six seconds."""
    try:
        import uvicorn
    except ImportError:
        raise SystemExit(_MISSING) from None
    config = uvicorn.Config(
        application or Application(sandbox),
        http="h11",
        ws="none",
        lifespan="off",
        loop="asyncio",
        log_level="warning",
        access_log=False,
        server_header=False,
        date_header=False,  # it comes from the engine
        proxy_headers=False,
        timeout_keep_alive=6,
        timeout_graceful_shutdown=5,
        # The engine has its own answer to headers that are too long.
        h11_max_incomplete_event_size=1 << 20,
    )
    return uvicorn.Server(config)


def _greeting(sandbox: ServedSandbox, listener: socket.socket, guard: Guard) -> str:
    host, port = listener.getsockname()[:2]
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}"
    page = f"{url}/_sandbox/" + (f"#{guard.token}" if guard.token else "")
    return (
        f"NovaBilling sandbox on {url} (Ctrl+C ends it)\n"
        f"API key: {sandbox.token}\n"
        f"JWT:     {sandbox.jwt}\n"
        f"Webhook secret: {sandbox.tenant['webhookSecret']}\n"
        f"What happens in it: {page}\n"
    )


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 1 << 16:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535, 0 takes a free one")


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if 0 <= float(text) <= 600:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no time: seconds, 0 to 600")


def _key(text: str) -> str:
    if text.startswith("sk_") and text.isascii() and text.isprintable() and " " not in text:
        return text
    raise argparse.ArgumentTypeError("it is no API key: they begin with sk_, such as sk_test_1")


def _secret(text: str) -> str:
    if text:
        return text
    raise argparse.ArgumentTypeError("it is empty, and anybody could sign with that")


def _control_token(text: str) -> str:
    if text.isascii() and text.replace("-", "_").replace("_", "a").isalnum():
        return text
    raise argparse.ArgumentTypeError("it must be of letters, digits, - and _")


def _host(text: str) -> str:
    host = host_of(text)
    if host is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no name of a host, such as box.test")
    return host


def _calls(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) > 0:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no number of calls: 1 or more")


def _url(text: str) -> str:
    try:
        return check_url(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _file(text: str) -> Path:
    path = Path(text)
    if not path.parent.is_dir() or path.is_dir():
        raise argparse.ArgumentTypeError(f"{text!r} is no file in a folder that is there")
    return path


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m novabilling.sandbox",
        description="Serve a NovaBilling server in memory over HTTP, with a page that shows what "
        "happens in it. Its data end with it, unless there is a --state.",
        epilog=f"Other commands, of which each has its --help: {', '.join(sorted(COMMANDS))}",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address (default: %(default)s)")
    add("--port", type=_port, default=4010, help="port (default: %(default)s)")
    add("--seed", help="the same ids, keys and times in every run; time stands still")
    add("--token", type=_key, metavar="KEY", help="API key (default: one that is made up)")
    add("--rate-limit", type=_calls, metavar="N", help="calls per operation and minute")
    add("--webhook-url", type=_url, metavar="URL", help="where webhooks go, as they happen")
    add("--webhook-secret", type=_secret, metavar="SECRET", help="what they are signed with")
    add("--state", type=_file, metavar="FILE", help="go on from this file, and keep it up to date")
    add(
        "--overlap",
        type=_seconds,
        default=0,
        help="seconds in which calls overlap (default: one after the other)",
    )
    add(
        "--allowed-host",
        type=_host,
        action="append",
        default=[],
        metavar="NAME",
        help="another name by which it may be called, such as that of a container",
    )
    add(
        "--control-token",
        type=_control_token,
        default=os.environ.get("NOVABILLING_SANDBOX_TOKEN") or None,
        metavar="TOKEN",
        help="what /_sandbox/ asks for (default: NOVABILLING_SANDBOX_TOKEN; nothing on loopback)",
    )
    return parser


if __name__ == "__main__":
    main()
