"""CPU time of things that take turns, and how it is shown.

The candidates alternate in short rounds, so that whatever else the machine does meets all of them.
A ratio is the median of the ratios within the rounds; beside it stand the 10th and 90th percentile.
"""

from __future__ import annotations

import time
from statistics import median
from typing import Any, Awaitable, Callable, Dict, List, Optional, Tuple

import anyio

Samples = Dict[str, List[float]]
OURS = "novabilling"


def per_call(call: Callable[[], Any], count: int) -> float:
    """Return the CPU seconds of one call of many."""
    started = time.process_time()
    for _ in range(count):
        call()
    return (time.process_time() - started) / count


async def per_async_call(call: Callable[[], Awaitable[Any]], count: int, width: int = 1) -> float:
    """Return the CPU seconds of one call of many, `width` at a time."""
    left = count

    async def worker() -> None:
        nonlocal left
        while left > 0:
            left -= 1
            await call()

    started = time.process_time()
    async with anyio.create_task_group() as tasks:
        for _ in range(width):
            tasks.start_soon(worker)
    return (time.process_time() - started) / count


def in_turn(calls: Dict[str, Callable[[], Any]], count: int, rounds: int) -> Samples:
    """Measure each candidate in every round; a first round warms up and does not count."""
    samples: Samples = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name in turns(calls, number):
            samples[name].append(per_call(calls[name], count))
    return without_first(samples)


async def in_turn_async(
    calls: Dict[str, Callable[[], Awaitable[Any]]], count: int, rounds: int, width: int = 1
) -> Samples:
    """Do the same with calls that are awaited, `width` at a time."""
    samples: Samples = {name: [] for name in calls}
    for number in range(rounds + 1):
        for name in turns(calls, number):
            samples[name].append(await per_async_call(calls[name], count, width))
    return without_first(samples)


def turns(calls: Dict[str, Any], number: int) -> List[str]:
    """Let another one begin in every other round."""
    names = list(calls)
    return names[::-1] if number % 2 else names


def without_first(samples: Samples) -> Samples:
    return {name: found[1:] for name, found in samples.items()}


def ratios(samples: Samples, name: str, other: str) -> List[float]:
    """Return what one cost of the other, round by round."""
    return [a / b for a, b in zip(samples[name], samples[other])]


def spread(values: List[float]) -> Tuple[float, float]:
    """Return the 10th and the 90th percentile."""
    ordered = sorted(values)
    last = len(ordered) - 1
    return ordered[round(last * 0.1)], ordered[round(last * 0.9)]


def say(*cells: object) -> None:
    """Print a row: a wide first cell, then narrow ones."""
    print(*(f"{cell:>14}" if n else f"{cell:<36}" for n, cell in enumerate(cells)), flush=True)


def title(text: str, *cells: str) -> None:
    print()
    say(text, *cells)


def verdict(value: float, target: Optional[float]) -> Tuple[str, ...]:
    """Say whether a value is within its target, in words for the end of a row."""
    if target is None:
        return ()
    return (f"<= {target:.2f}", "ok" if value <= target else "MISSED")


def show(
    name: str, samples: Samples, other: str, target: Optional[float] = None, ours: str = OURS
) -> None:
    """Print a row: what a call cost, what it cost the other, and the ratio."""
    found = ratios(samples, ours, other)
    low, high = spread(found)
    say(
        name,
        f"{median(samples[ours]) * 1e6:.0f} us",
        f"{median(samples[other]) * 1e6:.0f} us",
        f"{median(found):.2f}",
        f"{low:.2f}-{high:.2f}",
        *verdict(median(found), target),
    )
