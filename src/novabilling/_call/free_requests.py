"""Calls that this version has no method for, as `client.request` makes them: checks and answers."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from typing import Any, Callable, Dict, Mapping, Optional, cast, get_args
from urllib.parse import quote, unquote

import msgspec

from .._runtime.secrets import Secret
from .._words.arguments import NO_ARGUMENTS
from .._words.checks import plain, timestamp
from .._words.encoding import encode, query_text
from .._words.numbers import python_number, type_of
from .._words.routes import Route
from .call import Call
from .configuration import Needs
from .envelopes import decode_list, decode_object, prepare_list, prepare_object
from .retries import Repeat

_BY_LOGIN = re.compile(r"/(tenants|payment-methods)(/|\Z)")
_WITHOUT = re.compile(
    r"/(auth/(register|login|refresh|forgot-password|reset-password)|currencies)\Z"
)
_METHODS = ("DELETE", "GET", "PATCH", "POST", "PUT")
_REFUSED = re.compile(r"[\x00-\x20\x7f-\xa0\ud800-\udfff\\?#]")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")

Decode = Callable[[bytes, str], Any]
"""Read the content of an answer, given the root of its server."""


def free_call(
    method: object, path: object, query: object, body: object, repeat: object, of: object
) -> Call:
    """Make the call of arguments that nothing else has checked."""
    if not isinstance(method, str) or method.upper() not in _METHODS:
        raise ValueError(f"method must be one of {', '.join(_METHODS)}; not {method!r}")
    verb = method.upper()
    if repeat not in ("once", "safe"):
        raise ValueError(f"repeat must be 'once' or 'safe', not {repeat!r}")
    if body is not None and verb == "GET":
        raise ValueError("body: a GET has none; give query=")
    again: Repeat = "read" if verb == "GET" else "idempotent" if repeat == "safe" else "once"
    accept = "*/*" if of is bytes else None
    return Call(verb, _route(path), again, _query(query), _body(body, verb), accept, is_known=False)


def needs_of(path: str) -> Needs:
    """Return the credential that a path asks for; one that nobody knows takes the token."""
    if _BY_LOGIN.match(path):
        return "login"
    return "nothing" if _WITHOUT.match(path) else "token"


def _body(body: object, verb: str) -> Optional[Secret[bytes]]:
    if body is not None:
        return encode(plain("body", body))
    return NO_ARGUMENTS.body() if verb == "POST" else None  # some routes answer 500 without one


def _query(query: object) -> Optional[Dict[str, str]]:
    if query is None:
        return None
    if not isinstance(query, Mapping):
        raise TypeError(f"query must be a dict, not {type_of(query)}")
    given = cast("Mapping[object, object]", query)
    return {
        _query_name(name): _query_value(f"query[{name!r}]", value)
        for name, value in given.items()
        if value is not None
    }


def _query_name(name: object) -> str:
    if not isinstance(name, str):
        raise TypeError(f"query: keys must be str, not {type_of(name)}")
    return query_text("query", name)


def _query_value(name: str, value: object) -> str:
    if isinstance(value, date):
        return timestamp(name, value)
    value = python_number(name, value)
    if not isinstance(value, (str, bool, int, float, Decimal)):
        raise TypeError(f"{name} must be a text, number, flag or time, not {type_of(value)}")
    plain(name, value)  # neither NaN nor infinite
    return query_text(name, format(value, "f") if isinstance(value, Decimal) else value)


def _route(path: object) -> Route:
    """Check a path: what could lead to another server or another place is refused."""
    if not isinstance(path, str):
        raise TypeError(f"path must be a str, not {type_of(path)}")
    if not path.startswith("/") or path.startswith("//"):
        raise ValueError("path must begin with one slash, as in '/customers': no address, no host")
    if path == "/api" or path.startswith("/api/"):
        raise ValueError("path is written without /api, as in '/customers'")
    if _REFUSED.search(path) or _BAD_ESCAPE.search(path):
        raise ValueError(
            "path must not hold spaces, control characters, backslashes, ? or #, "
            "and % only before two hex digits; give query= for a query"
        )
    segments = path[1:].split("/")
    for segment in segments:
        meant = unquote(segment)
        if meant in ("", ".", "..") or re.search(r"[\x00-\x1f\x7f/\\]", meant):
            raise ValueError(
                "path must not hold empty parts, parts of dots only, or escaped slashes"
            )
    route = Route("/" + "/".join("{id}" if re.search("[0-9]", s) else s for s in segments))
    route.path = quote(path, safe="/%:@!$&'()*+,;=~")
    return route


_decode_plain = msgspec.json.Decoder(Any, float_hook=Decimal).decode


def decoding(of: Any, root: str) -> Decode:
    """Make what reads an answer as a type, or refuse the type: before the request is sent."""
    if of is None:
        return lambda content, _: _decode_plain(content) if content.strip() else None
    if of is bytes:
        return lambda content, _: content
    if getattr(of, "__origin__", None) is list:
        (item,) = get_args(of)
        prepare_list(_struct(item), root)
        return lambda content, _: decode_list(content, item, root)[0]
    prepare_object(_struct(of), root)
    return lambda content, _: decode_object(content, of, root)


def _struct(of: Any) -> Any:
    is_sent = getattr(of, "__is_sent__", False)  # what is read has the server's names
    if is_sent or not isinstance(of, type) or not issubclass(of, msgspec.Struct):
        raise TypeError(
            "of must be a type of results such as Customer, List[Customer] for a list or a page, "
            f"or bytes; not {of!r}"
        )
    return cast("Any", of)
