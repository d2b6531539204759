"""A copy of the checkout in `build/mutation`, where the mutants are written."""

from __future__ import annotations

import os
import shutil
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import Iterator, List

ROOT = Path(__file__).resolve().parents[2]
WORK = ROOT / "build" / "mutation"
SOURCE = "src/novabilling"


class Tree:
    """The files of git, and those that it does not ignore, at a second place."""

    def __init__(self, work: Path = WORK, origin: Path = ROOT) -> None:
        self.work = work
        self.root = work / "tree"
        self._origin = origin
        self._time = 1_000_000_000  # of 2001: archives know none before 1980

    def refresh(self) -> None:
        """Make the copy equal to the checkout; what has not changed keeps its compiled files."""
        names = set(self._names())
        for name in names:
            source, target = self._origin / name, self.root / name
            if not target.exists() or target.read_bytes() != source.read_bytes():
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
        for path in list(self.root.rglob("*.py")):
            if path.relative_to(self.root).as_posix() not in names:
                path.unlink()

    def _names(self) -> List[str]:
        command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        listed = subprocess.check_output(command, cwd=self._origin, text=True)
        return [name for name in listed.split("\0") if (self._origin / name).is_file()]

    def modules(self, folder: str = SOURCE) -> List[str]:
        """Name the modules below a folder, as paths in the tree."""
        found = (self.root / folder).rglob("*.py")
        return sorted(path.relative_to(self.root).as_posix() for path in found)

    def read(self, name: str) -> str:
        return (self.root / name).read_text("utf-8")

    @contextmanager
    def changed(self, name: str, text: str) -> Iterator[None]:
        """Let a module read otherwise for a while.

        Each text has a time of its own, so that no compiled file is taken for that of another.
        """
        path = self.root / name
        original, times = path.read_bytes(), path.stat()
        self._time += 1
        try:
            path.write_text(text, "utf-8")
            os.utime(path, (self._time, self._time))
            yield
        finally:
            path.write_bytes(original)
            os.utime(path, ns=(times.st_atime_ns, times.st_mtime_ns))
