"""A client of the control API of a served sandbox."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import Any, Collection, Dict, List, Optional, Type

import httpx

from novabilling._runtime.secrets import Secret

Row = Dict[str, Any]

TIMEOUT = 60.0


class SandboxError(Exception):
    """Raised when a served sandbox refuses something, or is not there."""


class SandboxServer:
    """A sandbox that `python -m novabilling.sandbox` serves, for tests in another process.

    Args:
        url: Its address, as it prints it.
        control_token: What its control API asks for; on loopback it usually asks for nothing.

    Raises:
        SandboxError: Every method raises it where the server refuses or is not there.
    """

    def __init__(
        self, url: str = "http://127.0.0.1:4010", *, control_token: Optional[str] = None
    ) -> None:
        self.url: str = url.rstrip("/")
        self._token = Secret(control_token or "")
        # No proxy of the environment: the server is here.
        self._http = httpx.Client(timeout=TIMEOUT, trust_env=False)

    def __repr__(self) -> str:
        return f"SandboxServer({self.url!r})"

    def __enter__(self) -> SandboxServer:
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        traceback: Optional[TracebackType],
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections; the server goes on."""
        self._http.close()

    def request(self, verb: str, path: str, /, **body: Any) -> Row:
        """Call an operation of the control API: `request("POST", "/jobs", jobs=["billing"])`."""
        headers = {"Content-Type": "application/json", "X-Sandbox-Token": self._token.reveal()}
        given: Row = {"params": body} if verb == "GET" else {"json": body}
        try:
            answer = self._http.request(
                verb, f"{self.url}/_sandbox{path}", headers=headers, **given
            )
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise SandboxError(
                f"no sandbox answers at {self.url} ({error}): "
                "start one by `python -m novabilling.sandbox`"
            ) from None
        try:
            row: Row = answer.json()
        except ValueError:
            raise SandboxError(f"{self.url} is no sandbox") from None
        if not answer.is_success:
            raise SandboxError(str(row.get("error", row)))
        return row

    # Keys

    @property
    def token(self) -> str:
        """Return the API key of the tenant that is there from the start."""
        key: str = self._credentials()["token"]
        return key

    @property
    def jwt(self) -> str:
        """Return a fresh login token of that tenant."""
        jwt: str = self._credentials()["jwt"]
        return jwt

    @property
    def webhook_secret(self) -> str:
        """Return what its webhooks are signed with."""
        secret: str = self._credentials()["webhook_secret"]
        return secret

    def _credentials(self) -> Row:
        return self.request("GET", "/credentials")

    # Time

    def now(self) -> datetime:
        """Return the sandbox's time."""
        return _moment(self.request("GET", "/clock", limit=1)["now"])

    def advance(self, *, jobs: Optional[Collection[str]] = None, **parts: float) -> List[Row]:
        """Move the time on by days, hours, minutes, seconds; return what each night did.

        `Sandbox.advance()` says which jobs the server does on the way.
        """
        chosen: Row = {} if jobs is None else {"jobs": list(jobs)}
        nights: List[Row] = self.request("POST", "/clock/advance", **parts, **chosen)["nights"]
        return nights

    def advance_period(self) -> List[Row]:
        """Move the time on until the next period or trial is over and its renewal done."""
        nights: List[Row] = self.request("POST", "/clock/advance_period")["nights"]
        return nights

    def run_jobs(self, *jobs: str) -> List[Row]:
        """Do jobs now: `billing`, `renewals`, `reminders`, `finalizing`; without any, all."""
        nights: List[Row] = self.request("POST", "/jobs", jobs=list(jobs))["nights"]
        return nights

    # Faults

    def fail_next(self, status: int = 503, **options: Any) -> None:
        """Answer the next requests with an error; the options are those of `Sandbox`."""
        self.request("POST", "/faults/fail_next", status=status, **options)

    def drop_next(self, **options: Any) -> None:
        """Break the connection of the next requests; the options are those of `Sandbox`."""
        self.request("POST", "/faults/drop_next", **options)

    def set_faults(self, **values: Optional[float]) -> None:
        """Set `latency` or `overlap` in seconds, or `rate_limit` in calls a minute."""
        self.request("POST", "/faults", **values)

    def clear_faults(self) -> None:
        """Plan no fault any more, without latency and overlap."""
        self.request("POST", "/faults/clear")

    # Webhooks

    def forward(self, to: Optional[str], *, signed_at: str = "real") -> None:
        """Send webhooks to a URL as they happen from now on; None ends it.

        They are signed with the real time, or with that of the `sandbox`.
        """
        self.request("POST", "/forward", to=to, signed_at=signed_at)

    def trigger(self, event: str, *, to: Optional[str] = None) -> Row:
        """Make an event happen, send its webhook, and return the delivery with the answers.

        Args:
            event: Its type, such as `invoice.paid`.
            to: Where to; the default is where webhooks go anyway.
        """
        return self.request("POST", "/trigger", event=event, to=to)

    def deliveries(self, *, after: int = 0, limit: int = 100) -> List[Row]:
        """List the deliveries, the newest first; those with an id greater than `after`."""
        rows: List[Row] = self.request("GET", "/deliveries", after=after, limit=limit)["data"]
        return rows

    def wait_for_deliveries(self) -> List[Row]:
        """Wait until what has happened so far is delivered; return as `deliveries()` does."""
        self.request("POST", "/deliveries/wait")
        return self.deliveries()

    def send_again(self, delivery_id: int, *, to: Optional[str] = None) -> Row:
        """Send a delivery once more, and return it with the answers."""
        return self.request("POST", f"/deliveries/{delivery_id}/send", to=to)

    # What was seen, and states

    def requests(self, *, text: str = "", status: str = "", limit: int = 100) -> List[Row]:
        """List the requests of the app, the newest first.

        Args:
            text: One that stands in the line or in a body.
            status: One such as `404`, a class such as `4xx`, or `errors`.
            limit: How many, at most 500.
        """
        rows: List[Row] = self.request("GET", "/requests", text=text, status=status, limit=limit)[
            "data"
        ]
        return rows

    def snapshot(self, name: str) -> None:
        """Keep the state under a name, as long as the server runs."""
        self.request("POST", f"/snapshots/{name}")

    def restore(self, name: str) -> None:
        """Bring a state back, as often as you like."""
        self.request("POST", f"/snapshots/{name}/restore")

    def reset(self) -> None:
        """Start over: empty, with the same keys; nobody listens and no fault waits."""
        self.request("POST", "/reset")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text.replace("Z", "+00:00"))
