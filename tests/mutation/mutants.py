"""Mutants: a change of a module, with a name that stays the same when lines move."""

from __future__ import annotations

import difflib
import fnmatch
import hashlib
import random
from collections import Counter, defaultdict
from pathlib import PurePosixPath
from typing import Dict, Iterable, List, NamedTuple, Set, Tuple

from tests.mutation.finder import changes, compiles
from tests.mutation.operators import Change, apply
from tests.mutation.tree import SOURCE, Tree


class Mutant(NamedTuple):
    id: str
    module: str
    """The path in the tree."""
    change: Change
    before: str
    after: str

    @property
    def room(self) -> str:
        return self.module[len(SOURCE) + 1 :].partition("/")[0]

    @property
    def lines(self) -> Tuple[List[str], List[str]]:
        """Return the lines that are replaced, and those that replace them."""
        old, new = self.before.splitlines(), self.after.splitlines()
        matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
        blocks = [block for block in matcher.get_opcodes() if block[0] != "equal"]
        first, last = blocks[0], blocks[-1]
        return old[first[1] : last[2]], new[first[3] : last[4]]

    def diff(self) -> str:
        old, new = self.lines
        where = f"{self.module}:{self.change.line} {self.change.scope or '(module)'}"
        body = [f"-{line}" for line in old] + [f"+{line}" for line in new]
        return "\n".join([f"{self.id}  {where}  {self.change.operator}", *body])


def mutants_of(tree: Tree, module: str) -> List[Mutant]:
    source = tree.read(module)
    seen: Dict[str, int] = Counter()
    found = []
    for change in changes(source):
        data = source.encode()
        start = data.rfind(b"\n", 0, change.start) + 1
        end = data.find(b"\n", change.end)
        line = data[start:end].strip()
        text = f"{module} {change.scope} {change.operator} {line!r} {change.text}"
        seen[text] += 1  # the same change twice in one line, or in a line that is there twice
        name = hashlib.sha256(f"{text} {seen[text]}".encode()).hexdigest()[:10]
        found.append(Mutant(name, module, change, source, apply(source, change)))
    return found


def sample(tree: Tree, pattern: str, count: int, seed: int) -> List[Mutant]:
    """Draw mutants; the more code a module has, the more, and all operators alike.

    One line is changed once. Which mutants a module has by a seed depends on that module alone.
    """
    names = [name for name in tree.modules() if matches(name, pattern)]
    lines = {name: _changeable_lines(tree.read(name)) for name in names}
    shares = _shares({name: number for name, number in lines.items() if number}, count)
    drawn: List[Mutant] = []
    for name, share in shares.items():
        drawn += _draw(mutants_of(tree, name), share, random.Random(f"{seed} {name}"))
    return drawn


def matches(module: str, pattern: str) -> bool:
    """Say whether a module is meant: `_call`, `_async/caller.py` or `sandbox/*/invoices.py`."""
    path = PurePosixPath(module[len(SOURCE) + 1 :])
    names = [path, *path.parents][:-1]
    return any(fnmatch.fnmatchcase(name.as_posix(), pattern) for name in names)


def _changeable_lines(source: str) -> int:
    return len({change.line for change in changes(source)})


def _shares(lines: Dict[str, int], count: int) -> Dict[str, int]:
    """Divide a count among modules by their lines; each gets one at least."""
    total = sum(lines.values())
    done, given, shares = 0, 0, {}
    for name, number in sorted(lines.items()):
        done += number
        shares[name] = max(1, round(count * done / total) - given)
        given += shares[name]
    return shares


def _draw(mutants: Iterable[Mutant], count: int, chance: random.Random) -> List[Mutant]:
    by_operator: Dict[str, List[Mutant]] = defaultdict(list)
    for mutant in mutants:
        by_operator[mutant.change.operator].append(mutant)
    drawn: List[Mutant] = []
    taken: Set[int] = set()
    while by_operator and len(drawn) < count:
        operator = chance.choice(sorted(by_operator))
        choices = by_operator[operator]
        mutant = choices.pop(chance.randrange(len(choices)))
        if not choices:
            del by_operator[operator]
        if mutant.change.line not in taken and compiles(mutant.after):
            taken.add(mutant.change.line)
            drawn.append(mutant)
    return sorted(drawn, key=lambda drawn: drawn.change.start)
