"""A server that answers from a script and remembers what it was asked."""

from __future__ import annotations

import json
from datetime import datetime, tzinfo
from typing import Any, Callable, Dict, List, Optional, Union

import httpx

TOKEN = "sk_live_canary_0123456789abcdef"
BASE_URL = "https://billing.example"

Answer = Union[httpx.Response, Exception, Callable[[httpx.Request], httpx.Response]]

CUSTOMER: Dict[str, Any] = {
    "id": "cus_1",
    "externalId": "usr_1",
    "email": "ada@example.com",
    "name": "Ada",
    "country": "NG",
    "currency": "NGN",
    "netPaymentTerms": None,
    "metadata": None,
    "createdAt": "2026-11-22T18:54:51.406Z",
    "updatedAt": "2026-11-22T18:54:51.406Z",
}


class Server:
    """Give the scripted answers in order, the last one again and again."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: List[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers[min(len(self.requests), len(self.answers)) - 1]
        if isinstance(answer, Exception):
            raise answer
        if callable(answer):
            return answer(request)
        # A new object each time: httpx changes the one that it is given.
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    @property
    def request(self) -> httpx.Request:
        """Return the only request."""
        assert len(self.requests) == 1
        return self.requests[0]

    @property
    def paths(self) -> List[str]:
        return [f"{r.method} {r.url.raw_path.decode()}" for r in self.requests]

    @property
    def body(self) -> Any:
        return json.loads(self.request.content)


class Nowhere(tzinfo):
    """A time zone that does not know its offset."""

    def utcoffset(self, moment: Optional[datetime]) -> None:
        return None

    dst = tzname = utcoffset


def page(rows: List[Any], **meta: int) -> httpx.Response:
    """Answer with a page; by default it is the only one."""
    whole = {"total": len(rows), "page": 1, "limit": 20, "totalPages": 1, **meta}
    return httpx.Response(200, json={"data": rows, "meta": whole})


def problem(status: int, message: str = "No", **more: Any) -> httpx.Response:
    """Answer with an error in the server's envelope."""
    body = {
        "statusCode": status,
        "message": message,
        "errors": None,
        "timestamp": "2026-11-22T18:54:48.747Z",
        "path": "/api/x",
        **more,
    }
    return httpx.Response(status, json=body)


def two_pages(row: Any) -> Server:
    """Make a server that answers with a row in each of two pages; their ids are "1" and "2"."""
    pages = [page([{**row, "id": str(n)}], total=2, page=n, totalPages=2) for n in (1, 2)]
    return Server(*pages)
