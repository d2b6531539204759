"""Decoding alone: the content of a list as objects, beside `json.loads` and msgspec by hand."""

from __future__ import annotations

import json

from benchmarks.calls import read_page
from benchmarks.payloads import page_of
from benchmarks.server import Server
from benchmarks.timing import OURS, in_turn, show, title
from novabilling._call.envelopes import decode_list
from novabilling.types import Customer


def print_decoding(_: Server, quick: bool) -> None:
    """Print the CPU of decoding a page of 100 and one of 10,000."""
    title("Decoding a list", "novabilling", "other", "ratio", "p10-p90")
    for size, count in ((100, 100), (10_000, 1)):
        content = page_of(size)
        samples = in_turn(
            {
                OURS: lambda content=content: decode_list(content, Customer, "http://x"),
                "json.loads": lambda content=content: json.loads(content),
                "msgspec": lambda content=content: read_page(content),
            },
            count,
            9 if quick else 25,
        )
        for other in ("json.loads", "msgspec"):
            show(f"{size} customers: {other}", samples, other)
