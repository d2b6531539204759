"""Deliveries on their way: to a URL, or straight into an ASGI or WSGI application."""

from __future__ import annotations

from datetime import datetime, timedelta
from inspect import iscoroutinefunction
from typing import Any, Callable, Iterable, Iterator, List, Optional, Tuple, Type, Union

from novabilling._runtime.secrets import Secret

from ..._runtime.lazy_httpx import httpx
from .._world.deliveries import Delivery, Status, signed_again

# When the server tries; here nobody waits.
ATTEMPTS = tuple(timedelta(seconds=seconds) for seconds in (0, 2, 6))
TIMEOUT = 10.0

Application = Callable[..., Any]
Target = Union[str, Application, None]


def check(target: object, at: Optional[datetime]) -> None:
    """Refuse what nothing can be sent to, and times that may be any hour."""
    if not (target is None or isinstance(target, str) or callable(target)):
        raise TypeError(f"the target must be a URL or an application, not {target!r}")
    if at is not None and at.utcoffset() is None:
        raise ValueError("at has no time zone: datetime.now(timezone.utc) has one")


def attempts(
    delivery: Delivery, secret: Secret[str], target: Target, at: datetime
) -> Iterator[httpx.Request]:
    """Yield a request for each attempt, with a timestamp and signature of its own."""
    url = target if isinstance(target, str) else delivery.url
    for wait in ATTEMPTS:
        signed = signed_again(delivery, secret, at + wait)
        yield httpx.Request("POST", url, headers=signed.headers, content=signed.body)


def is_asgi(target: Target) -> bool:
    """Tell ASGI applications, which are coroutine functions, from WSGI ones."""
    if not callable(target):
        return False
    return iscoroutinefunction(target) or iscoroutinefunction(type(target).__call__)


def post(target: Target, requests: Iterable[httpx.Request]) -> Tuple[Status, ...]:
    """Send one request after the other to a URL or a WSGI application, up to a success."""
    transport = None if target is None or isinstance(target, str) else httpx.WSGITransport(target)
    lost = _lost(transport)
    statuses: List[Status] = []
    with httpx.Client(transport=transport, timeout=TIMEOUT, follow_redirects=True) as client:
        for request in requests:
            try:
                statuses.append(client.send(request).status_code)
            except lost:
                statuses.append(None)
            if _is_success(statuses[-1]):
                break
    return tuple(statuses)


async def apost(target: Target, requests: Iterable[httpx.Request]) -> Tuple[Status, ...]:
    """Send one request after the other to a URL or an ASGI application, up to a success."""
    transport = None if target is None or isinstance(target, str) else httpx.ASGITransport(target)
    lost = _lost(transport)
    statuses: List[Status] = []
    async with httpx.AsyncClient(
        transport=transport, timeout=TIMEOUT, follow_redirects=True
    ) as client:
        for request in requests:
            try:
                statuses.append((await client.send(request)).status_code)
            except lost:
                statuses.append(None)
            if _is_success(statuses[-1]):
                break
    return tuple(statuses)


def _lost(transport: object) -> Tuple[Type[Exception], ...]:
    """Return what means that no answer came; what an application lets out is its own."""
    return (httpx.RequestError,) if transport is None else (httpx.TooManyRedirects,)


def _is_success(status: Status) -> bool:
    return status is not None and 200 <= status <= 299
