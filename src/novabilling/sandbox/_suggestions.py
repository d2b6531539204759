"""The ORM's words for an argument it does not know, with the name it takes it for."""

from __future__ import annotations

from typing import List

FURTHEST = 3


def unknown_argument(name: str, known: List[str]) -> str:
    distances = [(_distance(name, other), other) for other in known]
    nearest = min(distances, key=lambda pair: pair[0])
    hint = f"Did you mean `{nearest[1]}`? " if nearest[0] <= FURTHEST else ""
    return f"Unknown argument `{name}`. {hint}Available options are marked with ?."


def _distance(left: str, right: str) -> int:
    """Count the number of single-letter changes between two words."""
    row = list(range(len(right) + 1))
    for index, char in enumerate(left, 1):
        previous, row[0] = row[0], index
        for column, other in enumerate(right, 1):
            changed = previous + (char != other)
            previous, row[column] = row[column], min(row[column] + 1, row[column - 1] + 1, changed)
    return row[-1]
