"""gevent and eventlet, which put sockets and waits of their own in place of those of Python."""

from __future__ import annotations

import pytest

from tests.pool.servers import serve
from tests.pool.support import python

PATCH = {
    "gevent": "from gevent import monkey; monkey.patch_all()",
    "eventlet": "import eventlet; eventlet.monkey_patch()",
}
PROGRAM = """
import socket, sys
from novabilling import NovaBilling, NovaBillingTimeoutError

look_up = socket.getaddrinfo


def getaddrinfo(host, port, *args, **kwargs):
    if host not in ("many.example", b"many.example"):
        return look_up(host, port, *args, **kwargs)
    hosts = ("127.0.0.3", "127.0.0.1")
    return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, int(port))) for ip in hosts]


socket.getaddrinfo = getaddrinfo
url = sys.argv[1].replace("127.0.0.1", "many.example")
client = NovaBilling(token="sk", base_url=url, timeout=5, max_retries=0)
for number in range(3):  # over one connection
    print(client.customers.get(f"cus_{number}").data.id)
client.auth.forgot_password(email="ada@example.com")
client.close()
print("closed")
"""


@pytest.mark.parametrize("library", PATCH)
def test_calls_go_over_patched_sockets(library):
    pytest.importorskip(library)

    with serve() as server:
        done = python(
            "-W", "ignore::DeprecationWarning", "-c", PATCH[library] + PROGRAM, server.url
        )

    assert done.stdout.split() == ["cus_0", "cus_1", "cus_2", "closed"], done.stderr
    assert done.returncode == 0
    assert server.accepted == 1
