"""Let atheris look for answers that run other lines of the parser: see docs/development.md."""

from __future__ import annotations

import random
import sys

import atheris

with atheris.instrument_imports(include=["novabilling._network.http1"]):
    from tests.chaos.differential import check
    from tests.chaos.http_answers import generate, split


def one_input(data: bytes) -> None:
    """Take a byte that says how to split, and an answer."""
    dice = random.Random(data[:1])
    check(data[1:], split(dice, data[1:]))


def one_change(data: bytes, most: int, seed: int) -> bytes:
    """Change bytes as the fuzzer does, or take an answer that is nearly valid."""
    dice = random.Random(seed)
    if dice.random() < 0.02:
        return (data[:1] + generate(dice, 0.05))[:most]
    return bytes(atheris.Mutate(data, most))


if __name__ == "__main__":
    atheris.Setup(sys.argv, one_input, custom_mutator=one_change)
    atheris.Fuzz()
