"""A server in a process of its own that counts events and keeps a ledger, and fails as it is told.

`python -m tests.outbox.ledger` prints its address and serves until its input ends. `POST /faults`
sets how likely each fault is, `GET /ledger` tells how often each event was counted.
"""

from __future__ import annotations

import asyncio
import json
import random
import subprocess
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional
from urllib.request import Request, urlopen

from tests.samples import body_of

ROOT = Path(__file__).resolve().parents[2]
METRIC = {**body_of("metric-create-count"), "code": "calls", "aggregationType": "COUNT"}


class Ledger:
    """What was counted, and what is to go wrong."""

    def __init__(self) -> None:
        self.counted: Dict[str, int] = {}
        self.duplicates = 0
        self.batches = 0
        self.refused = 0
        self.faults: Dict[str, float] = {}
        """The share of requests that end so: 429, 503, 500, reset, lost, cut, slow."""
        self.limit: Optional[int] = None
        self.window = 60.0
        self.hits: List[float] = []
        self.blocked_until = 0.0

    def take(self, events: List[Any]) -> bytes:
        results = []
        for event in events:
            key = event["transactionId"]
            if key in self.counted:
                self.duplicates += 1
                status = "duplicate"
            else:
                self.counted[key] = 1
                status = "created"
            results.append({"transactionId": key, "status": status})
        created = sum(result["status"] == "created" for result in results)
        body = {
            "total": len(results),
            "created": created,
            "duplicates": len(results) - created,
            "errors": 0,
            "results": results,
        }
        return json.dumps(body).encode()

    def fault(self) -> str:
        drawn = random.random()
        for name, share in self.faults.items():
            drawn -= share
            if drawn < 0:
                return name
        return "ok"

    def hit(self, now: float) -> Optional[int]:
        """Count a call as the real server does; return what remains, None beyond the limit."""
        assert self.limit is not None
        if self.blocked_until and self.blocked_until <= now:
            self.blocked_until = 0.0
            self.hits.clear()
        while self.hits and self.hits[0] <= now - self.window:
            self.hits.pop(0)
        if not self.blocked_until:
            self.hits.append(now)
            if len(self.hits) > self.limit:
                self.blocked_until = now + self.window
        return None if self.blocked_until else self.limit - len(self.hits)


def answer(status: int, body: bytes, *more: str) -> bytes:
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", *more]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "", ""]).encode() + body


async def serve_one(ledger: Ledger, reader: Any, writer: Any) -> None:
    try:
        while True:
            top = await reader.readuntil(b"\r\n\r\n")
            method, path, _ = top.split(b" ", 2)
            _, _, length = top.lower().partition(b"\r\ncontent-length:")
            body = await reader.readexactly(int(length.partition(b"\r\n")[0] or 0))
            await respond(ledger, writer, path.decode(), method.decode(), body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


async def respond(ledger: Ledger, writer: Any, path: str, method: str, body: bytes) -> None:
    if path == "/faults":
        told = json.loads(body)
        ledger.limit = told.pop("limit", None)
        ledger.window = told.pop("window", 60.0)
        ledger.faults = told
        return writer.write(answer(200, b"{}"))
    if path == "/ledger":
        told = {
            "counted": len(ledger.counted),
            "duplicates": ledger.duplicates,
            "batches": ledger.batches,
            "refused": ledger.refused,
        }
        return writer.write(answer(200, json.dumps(told).encode()))
    if path == "/ids":
        return writer.write(answer(200, "\n".join(ledger.counted).encode()))
    if method == "GET":
        return writer.write(answer(200, json.dumps([METRIC]).encode()))
    await batch(ledger, writer, body)
    return None


async def batch(ledger: Ledger, writer: Any, body: bytes) -> None:
    ledger.batches += 1
    more: List[str] = []
    if ledger.limit is not None:
        remaining = ledger.hit(asyncio.get_running_loop().time())
        if remaining is None:
            ledger.refused += 1
            after = ledger.blocked_until - asyncio.get_running_loop().time()
            return writer.write(answer(429, b"{}", f"Retry-After: {int(after) + 1}"))
        more = [
            f"X-RateLimit-Limit: {ledger.limit}",
            f"X-RateLimit-Remaining: {remaining}",
            f"X-RateLimit-Reset: {int(ledger.window)}",
        ]
    fault = ledger.fault()
    if fault == "reset":
        writer.transport.abort()
        raise ConnectionResetError
    if fault.isdigit():
        return writer.write(answer(int(fault), b"{}", *(["Retry-After: 0"] * (fault == "429"))))
    if fault == "slow":
        await asyncio.sleep(random.uniform(0.05, 0.5))
    content = answer(201, ledger.take(json.loads(body)["events"]), *more)
    if fault == "lost":
        writer.transport.abort()
        raise ConnectionResetError
    if fault == "cut":
        writer.write(content[: len(content) // 2])
        await writer.drain()
        raise ConnectionResetError
    return writer.write(content)


async def main() -> None:
    ledger = Ledger()
    server = await asyncio.start_server(
        lambda r, w: serve_one(ledger, r, w), "127.0.0.1", 0, limit=1 << 24, backlog=512
    )
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


class Server:
    """The server as tests see it."""

    def __init__(self, url: str, process: subprocess.Popen[bytes]) -> None:
        self.url = url
        self.process = process

    def faults(self, **shares: Any) -> None:
        body = json.dumps(shares).encode()
        with urlopen(Request(f"{self.url}/faults", data=body, method="POST"), timeout=30):
            pass

    def outage(self) -> None:
        self.faults(**{"503": 1.0})

    def ledger(self) -> Dict[str, int]:
        with urlopen(f"{self.url}/ledger", timeout=60) as found:
            told: Dict[str, int] = json.loads(found.read())
        return told

    def ids(self) -> List[str]:
        with urlopen(f"{self.url}/ids", timeout=60) as found:
            return list(filter(None, found.read().decode().split("\n")))


@contextmanager
def serving() -> Iterator[Server]:
    """Run the server in another process while the block lasts."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.outbox.ledger"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            port = int(process.stdout.readline())
            yield Server(f"http://127.0.0.1:{port}", process)
        finally:
            process.stdin.close()


if __name__ == "__main__":
    asyncio.run(main())
