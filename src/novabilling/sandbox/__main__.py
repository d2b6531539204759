"""Serve a sandbox over HTTP: `python -m novabilling.sandbox --port 4010`."""

from __future__ import annotations

import argparse
import socket
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, List, Optional

from ._doors.asgi import Application
from ._doors.sandbox import Sandbox

if TYPE_CHECKING:
    from uvicorn import Server

_MISSING = 'The sandbox over HTTP needs uvicorn: pip install "novabilling[sandbox]"'


def main(arguments: Optional[List[str]] = None) -> None:
    """Serve until interrupted."""
    options = _parser().parse_args(arguments)
    try:
        listener = listen(options.host, options.port)
    except OSError as error:
        raise SystemExit(f"Cannot listen on {options.host}:{options.port}: {error}") from None
    sandbox = Sandbox(overlap=options.overlap)
    with listener:
        server = make_server(sandbox)
        sys.stdout.write(_greeting(sandbox, listener))
        sys.stdout.flush()
        with suppress(KeyboardInterrupt):
            server.run(sockets=[listener])


def listen(host: str, port: int) -> socket.socket:
    """Open the socket before anybody is told of it, so that nobody comes too early."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def make_server(sandbox: Sandbox) -> Server:
    """Make a server whose connections behave as the real one's: idle, they last six seconds."""
    try:
        import uvicorn
    except ImportError:
        raise SystemExit(_MISSING) from None
    config = uvicorn.Config(
        Application(sandbox),
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
        # The engine has its own answer to headers that are too long.
        h11_max_incomplete_event_size=1 << 20,
    )
    return uvicorn.Server(config)


def _greeting(sandbox: Sandbox, listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    return (
        f"NovaBilling sandbox on http://{shown}:{port} (Ctrl+C ends it)\n"
        f"API key: {sandbox.token}\n"
        f"JWT:     {sandbox.jwt}\n"
    )


def _port(text: str) -> int:
    if text.isascii() and text.isdigit() and int(text) < 1 << 16:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no port: 0 to 65535, 0 takes a free one")


def _seconds(text: str) -> float:
    with suppress(ValueError):
        if float(text) >= 0:
            return float(text)
    raise argparse.ArgumentTypeError(f"{text!r} is no time: seconds, 0 or more")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m novabilling.sandbox",
        description="Serve a NovaBilling server in memory over HTTP. Its data end with it.",
    )
    parser.add_argument("--host", default="127.0.0.1", help="address (default: %(default)s)")
    parser.add_argument("--port", type=_port, default=4010, help="port (default: %(default)s)")
    parser.add_argument(
        "--overlap",
        type=_seconds,
        default=0,
        help="seconds in which calls overlap (default: one after the other)",
    )
    return parser


if __name__ == "__main__":
    main()
