"""An answer as it came; httpx's form of it is made when somebody looks at it."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any, Dict, List, Optional, Sequence, Tuple, Union

from .._runtime.lazy_httpx import httpx

RawHeaders = Sequence[Tuple[bytes, bytes]]

_KNOWN_EXTENSIONS = ("http_version", "reason_phrase")
_DROPPED_WITH_ENCODING = ("content-encoding", "content-length")
_PDF = "application/pdf"
_FILE_TYPES = (_PDF, "application/octet-stream")


class Answer:
    """Status, headers and decoded content of one answer."""

    __slots__ = (
        "_extensions",
        "_family",
        "_http",
        "_method",
        "_url",
        "content",
        "elapsed",
        "hides_query",
        "history",
        "raw_headers",
        "request_id",
        "status_code",
    )

    status_code: int
    content: bytes
    raw_headers: RawHeaders

    def __init__(
        self,
        method: str,
        url: Union[str, httpx.URL],
        status_code: int,
        headers: RawHeaders,
        content: bytes,
        extensions: Dict[str, Any],
        family: Any = httpx,
    ) -> None:
        self.status_code = status_code
        self.content = content
        self.history: List[Answer] = []
        self.hides_query: bool = False
        """Whether the server named its address: what is signed there opens a file for anybody."""
        self.request_id: Optional[str] = None
        self.elapsed: float = 0.0
        """Seconds from the request to the end of the answer."""
        self._method = method
        self._url = url
        self.raw_headers = headers
        self._extensions = extensions
        self._family = family
        self._http: Optional[httpx.Response] = None

    @property
    def is_success(self) -> bool:
        return 200 <= self.status_code < 300

    @property
    def url(self) -> httpx.URL:
        return httpx.URL(self._url)

    @property
    def headers(self) -> httpx.Headers:
        return httpx.Headers(self.raw_headers)

    @property
    def http(self) -> httpx.Response:
        """The answer that users see: its request has only method and URL, no token, no body."""
        if self._http is None:
            self._http = self._make_http()
        return self._http

    def _make_http(self) -> httpx.Response:
        headers = self._family.Headers(self.raw_headers)
        if "content-encoding" in headers:  # the content is decoded already
            for name in _DROPPED_WITH_ENCODING:
                headers.pop(name, None)
        known = self._extensions
        url = self.url.copy_with(query=None, fragment=None) if self.hides_query else self._url
        url = url if self._family is httpx else str(url)
        http: httpx.Response = self._family.Response(
            self.status_code,
            headers=headers,
            content=self.content,
            request=self._family.Request(self._method, url),
            extensions={key: known[key] for key in _KNOWN_EXTENSIONS if key in known},
            history=[answer._followed() for answer in self.history],
        )
        http.elapsed = timedelta(seconds=self.elapsed)
        return http

    def _followed(self) -> httpx.Response:
        http = self.http
        if "location" in http.headers:
            http.headers["location"] = re.split("[?#]", http.headers["location"])[0]
        return http


def header(headers: RawHeaders, name: bytes) -> str:
    """Return the value of a header, "" if there is none; several are joined."""
    size = len(name)
    found = [value for key, value in headers if len(key) == size and key.lower() == name]
    return b", ".join(found).decode("latin-1") if found else ""


def says_pdf(headers: RawHeaders) -> bool:
    """Say whether an answer is a PDF by its type; other files are known by their first bytes."""
    return header(headers, b"content-type").lower().startswith(_PDF)


def is_file(headers: RawHeaders) -> bool:
    """Say whether an answer is a file, and neither JSON nor a page of HTML."""
    return header(headers, b"content-type").lower().startswith(_FILE_TYPES)
