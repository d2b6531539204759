"""From a value that an operation returns to an HTTP response: JSON, its ETag, 304, HEAD."""

from __future__ import annotations

import base64
import hashlib
from typing import Any, List, NamedTuple, Tuple, cast

from ..._runtime.lazy_httpx import httpx
from .._javascript import values as js
from .request import Request

Headers = List[Tuple[str, str]]


class Raw(NamedTuple):
    """An answer that is not JSON."""

    content: bytes
    content_type: str
    headers: Tuple[Tuple[str, str], ...] = ()


def _etag(content: bytes) -> str:
    digest = base64.b64encode(hashlib.sha1(content).digest()).decode()[:27]  # noqa: S324 -- not a secret
    return f'W/"{len(content):x}-{digest}"'


def respond(
    request: Request, status: int, value: Any, headers: Headers, raw: httpx.Request
) -> httpx.Response:
    if isinstance(value, Raw):
        content, kind = value.content, value.content_type
        headers = headers + list(value.headers)
    else:
        content, kind = js.stringify(value).encode(), "application/json; charset=utf-8"
        headers = [*headers, ("ETag", _etag(content))]
    if status == 200 and _is_fresh(request, dict(headers).get("ETag", "")):
        return _Answer(304, headers=headers, request=raw)
    headers = [("Content-Type", kind), ("Content-Length", str(len(content))), *headers]
    stream = httpx.ByteStream(b"" if request.method == "HEAD" else content)
    answer = _Answer(status, headers=headers, stream=stream, request=raw)
    answer.read()
    return answer


class _Answer(httpx.Response):
    """A response whose content is there, in one piece and without a coding."""

    def read(self) -> bytes:
        if not hasattr(self, "_content"):
            self._content = b"".join(cast("httpx.SyncByteStream", self.stream))
            self._num_bytes_downloaded = len(self._content)
            self.is_stream_consumed = self.is_closed = True
        return self._content


def _is_fresh(request: Request, etag: str) -> bool:
    known = request.headers.get("if-none-match", "")
    if request.method not in ("GET", "HEAD") or not known:
        return False
    if "no-cache" in request.headers.get("cache-control", ""):
        return False
    tags = [tag.strip().replace("W/", "", 1) for tag in known.split(",")]
    return known.strip() == "*" or etag.replace("W/", "", 1) in tags
