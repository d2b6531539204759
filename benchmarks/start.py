"""A process that starts, makes one call and ends, beside the same in plain httpx."""

from __future__ import annotations

import os
import subprocess
import sys
from statistics import median
from tempfile import TemporaryDirectory
from typing import Dict

from benchmarks.calls import HEADERS, ONE, TOKEN
from benchmarks.server import Server
from benchmarks.timing import OURS, Samples, ratios, say, spread, title, turns, verdict

HTTPX = "httpx"
TARGETS = {"http": 0.40, "https": 0.50}
MODULES = "import sys; print(len(sys.modules))"


def programs(url: str) -> Dict[str, str]:
    return {
        OURS: f"""
from novabilling import NovaBilling
client = NovaBilling(token={TOKEN!r}, base_url={url!r})
assert client.customers.get("cus_1").data.currency == "NGN"
""",
        HTTPX: f"""
import httpx
client = httpx.Client(base_url={url!r}, headers={HEADERS!r})
assert client.get({ONE!r}).json()["currency"] == "NGN"
""",
    }


def cpu_of(program: str, environment: Dict[str, str]) -> float:
    """Return the CPU seconds of a process, user and system."""
    process = subprocess.Popen([sys.executable, "-c", program], env=environment)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = status
    assert status == 0
    return usage.ru_utime + usage.ru_stime


def modules_of(program: str, environment: Dict[str, str]) -> int:
    command = [sys.executable, "-c", program + MODULES]
    return int(subprocess.run(command, env=environment, stdout=subprocess.PIPE, check=True).stdout)


def measure(url: str, environment: Dict[str, str], rounds: int) -> Samples:
    found: Samples = {}
    calls = programs(url)
    for number in range(rounds + 1):
        for name in turns(calls, number):
            seconds = cpu_of(calls[name], environment)
            if number:  # the first round compiles the modules
                found.setdefault(name, []).append(seconds)
    return found


def print_start(server: Server, quick: bool) -> None:
    """Print the CPU of a cold start over http and https, and the modules that it imports."""
    title("Cold start and one call", "novabilling", "httpx", "ratio", "p10-p90", "target")
    with TemporaryDirectory() as compiled:  # of all modules, whatever the environment says
        environment = {
            **os.environ,
            "SSL_CERT_FILE": server.authority,
            "PYTHONDONTWRITEBYTECODE": "",
            "PYTHONPYCACHEPREFIX": compiled,
        }
        for scheme, url in (("http", server.http), ("https", server.https)):
            print_scheme(scheme, url, environment, 7 if quick else 25)


def print_scheme(scheme: str, url: str, environment: Dict[str, str], rounds: int) -> None:
    samples = measure(url, environment, rounds)
    found = ratios(samples, OURS, HTTPX)
    low, high = spread(found)
    say(
        f"{scheme}, CPU",
        *(f"{median(samples[name]) * 1e3:.0f} ms" for name in (OURS, HTTPX)),
        f"{median(found):.2f}",
        f"{low:.2f}-{high:.2f}",
        *verdict(median(found), TARGETS[scheme]),
    )
    counts = [modules_of(program, environment) for program in programs(url).values()]
    say(f"{scheme}, modules", *counts)
