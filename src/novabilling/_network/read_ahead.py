"""What httpx has read beyond an answer: it would be taken for the answer to the next request."""

from __future__ import annotations

import ssl
from contextlib import suppress
from typing import Any

# What is still in the socket is seen by httpx itself before it uses the connection again.

# From the content of an answer to the state of its connection. Nothing of this is promised to
# anybody; where a name is another one, what was read ahead is not seen.
_INWARDS = ("_h11_state", "_connection", "_httpcore_stream", "_stream")


def end_if_unclean(response: Any) -> None:
    """Let no other request have the connection of a whole answer, if more has come behind it.

    After 204 and 304 it is ended in any case: whoever sends content there is not understood.
    """
    network = response.extensions.get("network_stream")
    if network is None or response.extensions.get("http_version") == b"HTTP/2":
        return
    if (
        response.status_code in (204, 304)
        or _was_read_ahead(response.stream)
        or _was_decrypted_ahead(network.get_extra_info("ssl_object"))
    ):
        _shut_down(network.get_extra_info("socket"))


def _was_read_ahead(stream: Any) -> bool:
    for _ in range(2 * len(_INWARDS)):
        inner = next((getattr(stream, name) for name in _INWARDS if hasattr(stream, name)), None)
        stream = stream if inner is None else inner
    return bool(getattr(stream, "trailing_data", (b"",))[0])


def _was_decrypted_ahead(tls: Any) -> bool:
    if not isinstance(
        tls, ssl.SSLObject
    ):  # another kind leaves what it does not need in the socket
        return False
    try:
        tls.read(1)
    except ssl.SSLWantReadError:
        return False
    except ssl.SSLError:
        return True
    return True


def _shut_down(sock: Any) -> None:
    """End both directions: httpx finds it at its end when it looks for an idle connection."""
    with suppress(OSError, AttributeError):
        sock.shutdown(2)
