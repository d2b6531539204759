"""Who may do what: no page of another site, no name that was bound to this machine, no stranger."""

from __future__ import annotations

from secrets import compare_digest
from typing import Collection, Dict, List, Optional, Tuple

from novabilling._runtime.secrets import Secret

from .._served.addresses import host_of, is_loopback

RawHeaders = List[Tuple[bytes, bytes]]

READS = ("GET", "HEAD")
TOKEN_HEADER = "X-Sandbox-Token"  # noqa: S105 -- a name


class Refusal(Exception):
    """A request that is not answered, and why."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


class Guard:
    """What requests must have.

    `hosts` are the names by which the server may be called beside those of loopback; `token`, if
    there is one, is asked of everybody who uses the control API.
    """

    def __init__(self, hosts: Collection[str] = (), token: Optional[str] = None) -> None:
        self._hosts = hosts
        self._token = None if token is None else Secret(token)

    @property
    def token(self) -> Optional[str]:
        """Return what the control API asks for."""
        return None if self._token is None else self._token.reveal()

    def check_host(self, headers: RawHeaders) -> None:
        """Refuse names that were not given: a page of theirs would be of the same origin."""
        values = [value.decode("latin-1") for name, value in headers if name.lower() == b"host"]
        host = host_of(values[0]) if len(values) == 1 else None
        if host is None or not (is_loopback(host) or host in self._hosts):
            said = "is missing" if not values else f"is {', '.join(values)[:100]!r}"
            raise Refusal(
                403,
                f"The Host of this request {said}. This server answers to localhost, 127.0.0.1 "
                "and the names that --allowed-host has given.",
            )

    def check_control(self, method: str, headers: RawHeaders) -> None:
        """Refuse who has no token, and what a page of another site could send."""
        known = _by_name(headers)
        if self._token is not None and not compare_digest(
            known.get(TOKEN_HEADER.lower(), "").encode(), self._token.reveal().encode()
        ):
            raise Refusal(401, f"The control API wants its token in the header {TOKEN_HEADER}")
        if method in READS:
            return
        origin = known.get("origin")
        if origin is not None and origin not in _origins(known["host"]):
            raise Refusal(403, "Pages of other sites may not steer the sandbox")
        if known.get("sec-fetch-site", "none") not in ("none", "same-origin"):
            raise Refusal(403, "Pages of other sites may not steer the sandbox")
        kind = known.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise Refusal(415, "The control API wants Content-Type: application/json")


def _by_name(headers: RawHeaders) -> Dict[str, str]:
    """Read headers; of one that is repeated, all values count together."""
    known: Dict[str, str] = {}
    for raw, value in headers:
        name, text = raw.decode("latin-1").lower(), value.decode("latin-1")
        known[name] = f"{known[name]}, {text}" if name in known else text
    return known


def _origins(host: str) -> Tuple[str, str]:
    return (f"http://{host}", f"https://{host}")
