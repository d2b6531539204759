"""Results: the score of each module, the survivors, and those that are explained."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Dict, Iterable, List

from tests.mutation.mutants import Mutant
from tests.mutation.running import End, Result
from tests.mutation.tree import SOURCE

EXPLAINED = Path(__file__).with_name("explained.txt")
_NOTICED = (End.KILLED, End.HUNG)


def explained(path: Path = EXPLAINED) -> Dict[str, str]:
    """Read the reasons of mutants that need not be noticed, by their names.

    Each is as a run prints it, with the reason behind it on lines that begin with "=".
    """
    reasons: Dict[str, List[str]] = {}
    lines: List[str] = []
    for line in path.read_text("utf-8").splitlines():
        if line[:1] in ("-", "+", "#", ""):
            continue
        if line[0] == "=":
            lines.append(line[1:].strip())
        else:
            lines = reasons.setdefault(line.split()[0], [])
    return {name: " ".join(reason) for name, reason in reasons.items()}


class Log:
    """The results so far, in a file: a run that is stopped goes on where it was."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self.ends: Dict[str, List[str]] = {}

    def read(self) -> None:
        if self._path.exists():
            rows = map(json.loads, self._path.read_text("utf-8").splitlines())
            self.ends = {row[0]: row[1:] for row in rows}

    def clear(self) -> None:
        self._path.write_text("", "utf-8")
        self.ends = {}

    def add(self, result: Result) -> None:
        row = [result.mutant.id, result.end.value, result.by]
        self.ends[row[0]] = row[1:]
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(row) + "\n")

    def result(self, mutant: Mutant) -> Result:
        end, by = self.ends[mutant.id]
        return Result(mutant, End(end), by, 0.0)


def line_of(result: Result, number: int, count: int) -> str:
    mutant = result.mutant
    where = f"{mutant.module[len(SOURCE) + 1 :]}:{mutant.change.line}"
    return (
        f"{number:4}/{count} {result.end.value:9} {result.seconds:5.1f} s  {mutant.id}  {where}  "
        f"{mutant.change.operator}  {result.by}"
    )


def table(results: Iterable[Result]) -> str:
    """Write the score of each room and of each module in it."""
    rooms: Dict[str, Dict[str, List[End]]] = defaultdict(lambda: defaultdict(list))
    for result in results:
        name = result.mutant.module[len(SOURCE) + 1 :]
        rooms[result.mutant.room][name].append(result.end)
    lines = [f"{'':44}{'mutants':>8}{'killed':>8}{'explained':>11}{'survived':>10}{'score':>8}"]
    every: List[End] = []
    for room in sorted(rooms):
        ends = [end for module in rooms[room].values() for end in module]
        every += ends
        lines.append(_row(room, ends))
        if list(rooms[room]) != [room]:
            lines += [_row(f"  {name}", rooms[room][name]) for name in sorted(rooms[room])]
    return "\n".join([*lines, _row("all", every)])


def _row(name: str, ends: List[End]) -> str:
    """Write one row; the score is what was noticed of all that is not explained."""
    count = Counter(ends)
    noticed = sum(count[end] for end in _NOTICED)
    counted = len(ends) - count[End.EXPLAINED]
    score = f"{100 * noticed / counted:.1f} %" if counted else "-"
    return (
        f"{name:44}{len(ends):8}{noticed:8}{count[End.EXPLAINED]:11}{count[End.SURVIVED]:10}"
        f"{score:>8}"
    )
