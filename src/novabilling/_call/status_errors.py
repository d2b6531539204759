"""Where an answer that is no success becomes an error: its class, message and field errors."""

from __future__ import annotations

import json
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Any, Dict, List, Optional, Type

import msgspec

from .._runtime.lazy_httpx import httpx
from .._runtime.real_time import real_datetime
from .._runtime.secrets import MASK, Secret
from .._words.decoders import UNREADABLE, decoder, without_bom
from .errors import (
    MAX_MESSAGE,
    APIStatusError,
    BadRequestError,
    ConflictError,
    FieldError,
    ForbiddenError,
    NotFoundError,
    RateLimitError,
    ServerError,
    UnauthorizedError,
    UnprocessableEntityError,
)
from .redirects import leads_to_https
from .retries import retry_after

if TYPE_CHECKING:
    from .._network.answer import Answer
    from .call import Call

SHORTEST_ECHO = 6
"""Characters of a secret that is masked: fewer stand in many a text by chance."""

STATUS_ERRORS: Dict[int, Type[APIStatusError]] = {
    400: BadRequestError,
    401: UnauthorizedError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    422: UnprocessableEntityError,
    429: RateLimitError,
}


class _Item(msgspec.Struct):
    field: object = None
    message: object = None


class _Body(msgspec.Struct):
    message: object = None
    errors: msgspec.Raw = msgspec.Raw(b"[]")
    path: object = None
    timestamp: object = None


_decode_body = decoder(_Body).decode
_decode_items = decoder(List[_Item]).decode


_KEY_TAKEN = "Unique constraint failed"


def error_from(response: httpx.Response, keys_first: bool = False) -> APIStatusError:
    """Make the error of an answer that is not a success.

    With `keys_first`, a 500 for a key that is taken is a conflict: nothing was written before.
    """
    status = response.status_code
    cls = STATUS_ERRORS.get(status, ServerError if 500 <= status < 600 else APIStatusError)
    body = _read(response.content)
    message = _message(response, body)
    if keys_first and status == 500 and message.startswith(_KEY_TAKEN):
        cls, message = ConflictError, f"{message} (this attempt wrote nothing)"
    error = cls(
        message,
        http=response,
        errors=_field_errors(body.errors),
        path=body.path if isinstance(body.path, str) else None,
        timestamp=_timestamp(body.timestamp),
    )
    error.retry_after = retry_after(response.headers.get("retry-after"))
    return error


def mask_echoes(answer: Answer, call: Call, token: Optional[Secret[Any]]) -> None:
    """Mask in an answer what was sent in secret: a server may repeat what it refuses."""
    from .._reconcile.record import secrets_in  # it brings hashlib

    sent: Any = None if call.body is None else msgspec.json.decode(call.body.reveal())
    texts = {*secrets_in(sent), *secrets_in(token and token.reveal(), hidden=True)}
    for text in sorted(texts, key=len, reverse=True):  # one may be part of another
        if len(text) < SHORTEST_ECHO:
            continue
        for written in (text, json.dumps(text)[1:-1], json.dumps(text, ensure_ascii=False)[1:-1]):
            raw = written.encode("utf-8", "surrogatepass")
            if raw in answer.content:
                answer.content = answer.content.replace(raw, MASK.encode())


def has_no_route(method: str, content: bytes) -> bool:
    """Say whether a 404 is of a router or a gateway, and so says nothing of any object."""
    return content.lstrip()[:1] == b"<" or f'"Cannot {method} /'.encode() in content


def no_route_hint(address: str, path: str) -> str:
    """Say what to do about a 404 to an operation that every server has."""
    root = re.split(r"[?#]", address, maxsplit=1)[0]
    end = f"/api{path}"
    root = root[: -len(end)] if root.endswith(end) else root
    return f"there is no such route, which says nothing of any object: is base_url right? {root}"


def _read(content: bytes) -> _Body:
    # A gateway in front of the server may answer anything at all: HTML, text, other JSON.
    try:
        return _decode_body(without_bom(content))
    except UNREADABLE:
        return _Body()


def _message(response: httpx.Response, body: _Body) -> str:
    status = response.status_code
    if 300 <= status < 400 and "location" in response.headers:
        return _not_followed(response, response.headers["location"])
    message = body.message
    if isinstance(message, list):
        message = "; ".join(str(part) for part in message)  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]
    if not isinstance(message, str) or not message.strip():
        return response.reason_phrase or "the server gave no reason"
    # A 500 of this server is database text of many lines; only the last one says something.
    text = message.strip().splitlines()[-1] if status >= 500 else " ".join(message.split())
    return text.strip()[:MAX_MESSAGE]


def _not_followed(response: httpx.Response, location: str) -> str:
    message = f"the redirect to {_target(location)} was not followed"
    if leads_to_https(httpx.URL(str(response.request.url)), location):
        message += "; base_url should begin with https://"
    return message


def _target(location: str) -> str:
    bare = re.split(r"[?#]", location, maxsplit=1)[0]
    bare = re.sub(r"//[^/@]*@", "//", bare)
    return repr(bare[:MAX_MESSAGE])


def _timestamp(value: object) -> Optional[datetime]:
    try:
        moment = msgspec.convert(value, real_datetime())
        return moment.astimezone(timezone.utc) if moment.tzinfo else None
    except (msgspec.ValidationError, OverflowError):  # or of no year from 1 to 9999 in UTC
        return None


def _field_errors(items: msgspec.Raw) -> List[FieldError]:
    try:
        rows = _decode_items(items)
    except UNREADABLE:
        return []
    return [FieldError(_field_name(row), str(row.message)) for row in rows]


_UNKNOWN = r"^(?P<at>(?:\S+\.)?)property (?P<name>.+) should not exist$"
_NESTED = r"^(?:(?P<at>\S+)\.)?each value in nested property (?P<name>\S+) "
_EACH = r"^(?P<at>(?:\S+\.)?)each value in (?P<name>\S+) "


def _field_name(row: _Item) -> str:
    """Read the real field name; the server gives the first word of its message instead."""
    message = str(row.message)
    nested = re.match(_NESTED, message)
    if nested:
        return nested.group("at") or nested.group("name")
    inner = re.match(_UNKNOWN, message) or re.match(_EACH, message)
    if inner:
        return inner.group("at") + inner.group("name")
    field = str(row.field)
    return field[:1].lower() + field[1:]  # a message of their own starts with a capital: "Code"
