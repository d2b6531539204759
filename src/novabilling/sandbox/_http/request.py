"""An HTTP request as the server's framework reads it: path, query and body."""

from __future__ import annotations

import codecs
import zlib
from typing import Any, Dict, List, Tuple, Union
from urllib.parse import parse_qsl

from ..._runtime.lazy_httpx import httpx
from .._errors import HttpError, bad_request
from .._javascript import json

Query = Dict[str, Union[str, List[str]]]

BODY_LIMIT = 102400
HEADER_LIMIT = 16384


class Request:
    """The parts of a request that routes see; `body` is None where none was read."""

    def __init__(self, request: httpx.Request) -> None:
        self.method = request.method
        raw = request.headers.raw
        self.headers = _headers(raw)
        # httpx repairs what is malformed in a URL; who has the target as it was sent, passes it.
        target: bytes = request.extensions.get("target", request.url.raw_path)
        self.target = target.decode("latin-1")
        path, _, query = self.target.partition("?")
        self.path = path
        self.query = _collect(query) if query else {}
        self._content = request.read()
        # What the request line and headers take of Node's 16 KiB.
        self.head_size = len(self.target) + sum(len(name) + len(value) + 4 for name, value in raw)

    def body(self) -> Any:
        """Parse the body. Only JSON and forms are read; anything else is as good as none."""
        kind, _, parameters = self.headers.get("content-type", "").partition(";")
        kind = kind.strip().lower()
        if kind not in ("application/json", "application/x-www-form-urlencoded"):
            return None
        if not self._content and self.headers.get("content-length") is None:
            return None
        text = self._text(_charset(parameters))
        if not text:
            return {}
        if kind != "application/json":
            return _collect(text)
        try:
            return json.parse(text)
        except json.JsonSyntaxError as error:
            raise bad_request(str(error)) from None

    def _text(self, charset: str) -> str:
        # The framework has statuses for these refusals; the server answers 500 to them all.
        if not charset.startswith("utf-") or not _is_known(charset):
            raise HttpError(500, f'unsupported charset "{charset.upper()}"')
        content = self._content
        if len(content) <= BODY_LIMIT:
            content = _inflate(content, self.headers.get("content-encoding", "identity").lower())
        if len(content) > BODY_LIMIT:
            raise HttpError(500, "request entity too large")
        text = content.decode(charset, "replace")
        return text[1:] if text.startswith("\ufeff") else text


def _headers(raw: List[Tuple[bytes, bytes]]) -> Dict[str, str]:
    """Read headers by their names in lower case; one that is repeated is one list."""
    headers: Dict[str, str] = {}
    for name, value in raw:
        key, text = name.decode("latin-1").lower(), _decoded(value)
        headers[key] = f"{headers[key]}, {text}" if key in headers else text
    return headers


def _decoded(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value.decode("latin-1")


def _is_known(charset: str) -> bool:
    try:
        codecs.lookup(charset)
    except LookupError:
        return False
    return True


def _charset(parameters: str) -> str:
    for part in parameters.split(";"):
        name, _, value = part.strip().partition("=")
        if name.lower() == "charset":
            return value.strip('"').lower()
    return "utf-8"


def _inflate(content: bytes, encoding: str) -> bytes:
    if encoding == "identity":
        return content
    if encoding not in ("gzip", "deflate"):
        raise HttpError(500, f'unsupported content encoding "{encoding}"')
    window = 31 if encoding == "gzip" else 15
    try:
        return zlib.decompressobj(window).decompress(content, BODY_LIMIT + 1)
    except zlib.error as error:
        raise bad_request(str(error)) from None


def _collect(text: str) -> Query:
    """Names to values; a name that is repeated has a list."""
    query: Query = {}
    for name, value in _pairs(text):
        known = query.get(name)
        if known is None:
            query[name] = value
        else:
            query[name] = [*known, value] if isinstance(known, list) else [known, value]
    return query


def _pairs(text: str) -> List[Tuple[str, str]]:
    return parse_qsl(text, keep_blank_values=True)
