"""Let atheris look for bytes that run other lines of what reads them: see docs/development.md.

python -m tests.fuzz answers -max_total_time=600
python -m tests.fuzz --keep
"""

from __future__ import annotations

import hashlib
import os
import random
import sys
from pathlib import Path
from types import FrameType
from typing import Any, Callable, Dict, List, Set, Tuple

Read = Callable[[bytes], None]

CORPUS = Path(__file__).parent / "corpus"
FOUND = Path(__file__).parents[2] / "build" / "fuzz"
MOST = 2000
"""Bytes of an input that is kept."""


def fuzz(name: str, options: List[str]) -> None:
    """Run a target until it fails or its time is over; what runs other lines goes to build/fuzz."""
    import atheris

    with atheris.instrument_imports(include=["novabilling"]):
        from tests.fuzz.targets import TARGETS

        target = TARGETS[name]
        folder = FOUND / name
        folder.mkdir(parents=True, exist_ok=True)
        for data in target.seeds():
            target.read(data)  # what is imported by the first of them is instrumented as well
            write(folder, data)

    def change(data: bytes, most: int, seed: int) -> bytes:
        dice = random.Random(seed)
        if dice.random() < 0.1:
            return target.change(dice, data)[:most]
        return bytes(atheris.Mutate(data, most))

    def one_input(data: bytes) -> None:
        try:
            target.read(data)
        except Exception:
            print("this input is kept as", write(FOUND, data), flush=True)
            raise

    folders = [str(folder), str(CORPUS / name)]
    atheris.Setup(["fuzz", *folders, "-timeout=5", *options], one_input, custom_mutator=change)
    atheris.Fuzz()


def keep(read: Read, folder: Path, found: Path) -> str:
    """Leave in a folder the smallest inputs, also of those found, that run all the branches."""
    folder.mkdir(parents=True, exist_ok=True)
    files = [path for place in (folder, found) for path in place.glob("*")]
    inputs = sorted({path.read_bytes() for path in files}, key=lambda data: (len(data), data))
    for path in folder.glob("*"):
        path.unlink()
    seen: Set[Tuple[str, int, int]] = set()
    for data in inputs:
        new = branches(read, data) - seen if len(data) <= MOST else set()
        if new:
            seen |= new
            write(folder, data)
    return f"{len(list(folder.iterdir()))} of {len(inputs)} inputs run {len(seen)} branches"


def branches(read: Read, data: bytes) -> Set[Tuple[str, int, int]]:
    """Return the steps from line to line within the package while an input is read."""
    steps: Set[Tuple[str, int, int]] = set()
    last: Dict[int, int] = {}

    def trace(frame: FrameType, event: str, _: object) -> Any:
        file = frame.f_code.co_filename
        if f"{os.sep}novabilling{os.sep}" not in file:
            return None
        if event == "line":
            steps.add((file, last.get(id(frame), 0), frame.f_lineno))
        last[id(frame)] = frame.f_lineno
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        read(data)
    finally:
        sys.settrace(before)
    return steps


def write(folder: Path, data: bytes) -> Path:
    path = folder / hashlib.sha256(data).hexdigest()[:16]
    path.write_bytes(data)
    return path


if __name__ == "__main__":
    if sys.argv[1:] == ["--keep"]:
        from tests.fuzz.targets import TARGETS

        for name, target in TARGETS.items():
            print(name, keep(target.read, CORPUS / name, FOUND / name))
    else:
        fuzz(sys.argv[1], sys.argv[2:])
