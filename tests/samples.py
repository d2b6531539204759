"""Answers of the real server, by the id of their recorded exchange, and what tests ask of calls."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any, Callable, Dict, List, NamedTuple, Optional, Tuple, Union

import httpx

from tests.support import Server

DATA = Path(__file__).parent / "data"
PDF = b"%PDF-1.3 made up"


@lru_cache(maxsize=None)
def _exchanges() -> Dict[str, str]:
    lines = (DATA / "exchanges.jsonl").read_text("utf-8").splitlines()
    return {json.loads(line)["id"]: line for line in lines}


def exchange(name: str) -> Dict[str, Any]:
    """Return a recorded exchange."""
    found: Dict[str, Any] = json.loads(_exchanges()[name])
    return found


def body_of(name: str) -> Any:
    """Return the recorded answer as parsed JSON, a new copy each time."""
    return exchange(name)["response_body"]


def recorded(name: str) -> httpx.Response:
    """Answer as the real server did."""
    return httpx.Response(exchange(name)["status"], json=body_of(name))


def answers_of(operation: str) -> List[str]:
    """Return the names of the recorded successes of an operation."""
    rows = [json.loads(line) for line in _exchanges().values()]
    return [r["id"] for r in rows if r["operation"] == operation and r["status"] < 300]


def pdf(content: bytes = PDF) -> httpx.Response:
    """Answer with a file."""
    return httpx.Response(200, headers={"content-type": "application/pdf"}, content=content)


class CutOff(httpx.SyncByteStream, httpx.AsyncByteStream):
    """A body that breaks off after some chunks; for both colours."""

    def __init__(self, *chunks: bytes) -> None:
        self._chunks = chunks

    def __iter__(self) -> Any:
        yield from self._chunks
        raise httpx.ReadError("connection lost")

    async def __aiter__(self) -> Any:
        for chunk in self._chunks:
            yield chunk
        raise httpx.ReadError("connection lost")


def cut_off_pdf(*chunks: bytes) -> Callable[[httpx.Request], httpx.Response]:
    """Answer with a file whose connection is lost in the middle."""
    headers = {"content-type": "application/pdf"}
    return lambda _: httpx.Response(200, headers=headers, stream=CutOff(*chunks))


class Case(NamedTuple):
    """A call, the request that it sends, a recorded answer to it, and what it returns."""

    call: Callable[[Any], Any]
    sends: str
    body: Any
    answer: str
    returns: Union[type, List[type]]
    """The type of `data`; in a list if `data` is one."""


def name_of(case: Any) -> Optional[str]:
    """Name the test of a case."""
    return case.sends if isinstance(case, Case) else None


def sent(server: Server) -> Tuple[str, Any]:
    """Return the only request: verb and path, and the JSON body or None."""
    return server.paths[0], json.loads(server.request.content or b"null")


def shape(result: Any) -> Union[type, List[type]]:
    """Return the type of the data of a result; in a list if it is a list."""
    if not isinstance(result.data, list):
        return type(result.data)
    (one,) = {type(item) for item in result.data}
    return [one]
