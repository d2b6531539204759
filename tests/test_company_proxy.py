"""The programs of the page on company proxies, through one that opens TLS."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List

import pytest
import trustme

from novabilling.sandbox import Sandbox
from tests.intercepting import Proxy, intercept
from tests.pages import DOCS, text_of

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")

PAGE = text_of("company-proxy.md")
SERVER = "api.novabilling.com:443"
ASYNC = "import asyncio\n\nasync def main():\n{}\n\nasyncio.run(main())"


def programs(section: str) -> List[str]:
    """Return the programs of a section, those of its tabs without their indent."""
    text = PAGE.partition(f"\n## {section}\n")[2].partition("\n## ")[0]
    found = re.findall(r"^( *)```python\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", code, flags=re.MULTILINE) for indent, code in found]


@pytest.fixture
def authority(tmp_path: Path) -> trustme.CA:
    made = trustme.CA()
    made.cert_pem.write_to_path(str(tmp_path / "company-ca.pem"))
    return made


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.fixture
def proxy(sandbox: Sandbox, authority: trustme.CA) -> Iterator[Proxy]:
    with intercept(sandbox.handle, authority) as made:
        yield made


def run(
    program: str, proxy: Proxy, sandbox: Sandbox, folder: Path, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run a program as it stands on the page, in an environment without proxies but those given."""
    program = program.replace("sk_live_...", sandbox.token)
    program = program.replace("http://proxy.example.com:3128", proxy.url)
    if "await " in program:
        program = ASYNC.format(re.sub(r"^(?=.)", "    ", program, flags=re.MULTILINE))
    inherited: Dict[str, str] = {
        name: value
        for name, value in os.environ.items()
        if not name.lower().endswith("_proxy") and not name.startswith("SSL_CERT")
    }
    return subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**inherited, **environment},
    )


def test_the_variables_alone_are_enough(proxy, sandbox, tmp_path):
    (program,) = programs("By the environment")
    trusted = str(tmp_path / "company-ca.pem")

    done = run(program, proxy, sandbox, tmp_path, HTTPS_PROXY=proxy.url, SSL_CERT_FILE=trusted)

    assert (done.stdout, done.stderr) == ("0\n", "")
    assert proxy.asked == [SERVER]


@pytest.mark.parametrize("program", programs("In the program"))
def test_a_client_of_httpx_is_told_both(program, proxy, sandbox, tmp_path):
    done = run(program, proxy, sandbox, tmp_path)

    assert (done.stdout, done.stderr) == ("0\n", "")
    assert proxy.asked == [SERVER]


@pytest.mark.skipif(sys.platform != "linux", reason="where the system keeps its certificates")
@pytest.mark.parametrize("program", programs("The certificates of the operating system"))
def test_the_certificates_of_the_operating_system_serve(program, proxy, sandbox, tmp_path):
    pytest.importorskip("truststore", reason="truststore needs Python 3.10")
    system = str(tmp_path / "company-ca.pem")  # what OpenSSL takes for the system's

    done = run(program, proxy, sandbox, tmp_path, HTTPS_PROXY=proxy.url, SSL_CERT_FILE=system)

    assert (done.stdout, done.stderr) == ("0\n", "")
    assert proxy.asked == [SERVER]


def test_without_the_authority_the_error_says_what_to_do(proxy, sandbox, tmp_path):
    (program,) = programs("By the environment")

    done = run(program, proxy, sandbox, tmp_path, HTTPS_PROXY=proxy.url)

    assert f"the certificate of {SERVER} is not trusted" in done.stderr
    assert "SSL_CERT_FILE" in done.stderr


def test_no_proxy_leads_past_the_proxy(proxy, sandbox, tmp_path):
    (program,) = programs("By the environment")
    program = program.replace('"sk_live_..."', '"sk_live_...", base_url="https://localhost:1"')

    done = run(
        program, proxy, sandbox, tmp_path, HTTPS_PROXY=proxy.url, NO_PROXY="localhost,127.0.0.1"
    )

    assert "no answer from localhost:1" in done.stderr
    assert proxy.asked == []


def test_every_program_of_the_page_is_run():
    sections = ["By the environment", "In the program", "The certificates of the operating system"]

    assert sum(len(programs(section)) for section in sections) == PAGE.count("```python")
