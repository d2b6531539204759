"""A list of 100 customers beside the SDKs of other billing platforms, each in its own format.

They are pointed at the same server, without retries and telemetry: `benchmarks/requirements.txt`.
"""

from __future__ import annotations

from importlib.util import find_spec
from statistics import median
from typing import Any, Callable, Dict, Tuple

from benchmarks.calls import TOKEN
from benchmarks.payloads import ANSWERS
from benchmarks.server import Server, answer
from benchmarks.timing import OURS, in_turn, say, show, title
from novabilling import NovaBilling

TARGET = 0.20  # of the fastest of those that count
COUNT = ("stripe", "orb", "metronome")


def stripe(server: Server) -> Callable[[], Any]:
    import stripe

    stripe.enable_telemetry = False
    client = stripe.StripeClient(
        TOKEN, base_addresses={"api": f"{server.http}/stripe"}, max_network_retries=0
    )
    return lambda: client.v1.customers.list({"limit": 100}).data


def orb(server: Server) -> Callable[[], Any]:
    from orb import Orb

    client = Orb(api_key=TOKEN, base_url=f"{server.http}/orb", max_retries=0)
    return lambda: client.customers.list(limit=100).data


def metronome(server: Server) -> Callable[[], Any]:
    from metronome import Metronome

    client = Metronome(bearer_token=TOKEN, base_url=f"{server.http}/metronome", max_retries=0)
    return lambda: client.v1.customers.list(limit=100).data


def polar(server: Server) -> Callable[[], Any]:
    from polar.v2026_10 import Polar

    client = Polar(TOKEN, base_url=f"{server.http}/polar")
    return lambda: client.customers.list(limit=100).items


PEERS: Dict[str, Tuple[str, Callable[[Server], Callable[[], Any]]]] = {
    "stripe": ("stripe", stripe),
    "orb": ("orb", orb),
    "metronome": ("metronome", metronome),
    "polar": ("polar", polar),
}
PATHS = {
    "stripe": "/stripe/v1/customers",
    "orb": "/orb/customers",
    "metronome": "/metronome/v1/customers",
    "polar": "/polar/v1/customers/",
}


def print_peers(server: Server, quick: bool) -> None:
    """Print the CPU of each peer's list, and ours over the fastest."""
    title("CPU of a list of 100", "novabilling", "other", "ratio", "p10-p90", "target")
    with NovaBilling(token=TOKEN, base_url=server.http) as client:
        calls: Dict[str, Callable[[], Any]] = {OURS: lambda: client.customers.list(limit=100).data}
        for name, (module, make) in PEERS.items():
            if find_spec(module) is None:
                say(name, "not installed")
            else:
                calls[name] = make(server)
        for call in calls.values():
            assert len(call()) == 100
        samples = in_turn(calls, 5 if quick else 20, 9 if quick else 25)
    for name in list(samples)[1:]:
        kilobytes = len(answer(ANSWERS["GET", PATHS[name]])) / 1000
        show(f"{name} ({kilobytes:.0f} kB; ours {ours_kilobytes():.0f} kB)", samples, name)
    rivals = [name for name in COUNT if name in samples]
    if rivals:
        fastest = min(rivals, key=lambda name: median(samples[name]))
        show(f"fastest of {', '.join(rivals)}", samples, fastest, TARGET)


def ours_kilobytes() -> float:
    return len(answer(ANSWERS["GET", "/api/customers"])) / 1000
