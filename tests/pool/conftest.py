from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import trustme

from tests.pool.support import COLOURS
from tests.pool.ways import EVERY, Way, every_way


@pytest.fixture(params=COLOURS)
def colour(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(params=EVERY, ids=lambda way: f"{way.carrier} on {way.colour}")
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Way:
    """Return each way to the network; a proxy is named by the environment."""
    return every_way(request, monkeypatch)


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


def server_side(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


@pytest.fixture(scope="session")
def tls(authority: trustme.CA) -> ssl.SSLContext:
    """Return what a server of 127.0.0.1 needs."""
    return server_side(authority.issue_cert("127.0.0.1"))


@pytest.fixture(scope="session")
def tls_elsewhere(authority: trustme.CA) -> ssl.SSLContext:
    """Return what a server of another name needs."""
    return server_side(authority.issue_cert("elsewhere.example"))


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Trust the authority, by the environment."""
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(str(path))
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
