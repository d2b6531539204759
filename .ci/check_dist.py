"""Check what a wheel and an sdist hold, and what the bill of materials of a wheel names."""

from __future__ import annotations

import json
import sys
import tarfile
import zipfile
from pathlib import Path
from typing import Any, Dict, List

MAX_WHEEL = 760_000
NEEDED: Dict[str, List[str]] = {
    ".whl": ["novabilling/py.typed", "novabilling/_sync/client.py", "licenses/LICENSE", "METADATA"],
    ".gz": ["src/novabilling/py.typed", "tests/conftest.py", "README.md", "LICENSE", "PKG-INFO"],
}
BROUGHT = {"anyio", "httpx", "msgspec"}
"""What every wheel brings along."""
NOT_BROUGHT = {"novabilling", "pip", "pytest", "setuptools"}


def main() -> None:
    paths = [Path(argument) for argument in sys.argv[1:]]
    if not paths:
        raise SystemExit("name the wheel and the sdist")
    found = [f"{path.name}: {problem}" for path in paths for problem in problems(path)]
    if found:
        raise SystemExit("\n".join(found))


def problems(path: Path) -> List[str]:
    """Return what is wrong with a distribution, or with a bill of materials."""
    if path.suffix == ".json":
        return problems_of_bill(json.loads(path.read_text("utf-8")))
    names = names_in(path)
    needed = [end for end in NEEDED[path.suffix] if not any(n.endswith(end) for n in names)]
    found = [f"{name} is missing" for name in needed]
    found += [f"{name} does not belong there" for name in names if is_litter(name)]
    if path.suffix == ".whl":
        own = ("novabilling/", path.name.rsplit("-", 3)[0] + ".dist-info/")
        found += [f"{name} does not belong there" for name in names if not name.startswith(own)]
        size = path.stat().st_size
        found += [f"{size:,} bytes are more than {MAX_WHEEL:,}"] if size > MAX_WHEEL else []
    return found


def problems_of_bill(bill: Dict[str, Any]) -> List[str]:
    of = bill["metadata"]["component"]
    names = {component["name"] for component in bill["components"]}
    found = [f"{name} is missing" for name in sorted(BROUGHT - names)]
    found += [f"{name} does not belong there" for name in sorted(NOT_BROUGHT & names)]
    if of["name"] != "novabilling" or not of.get("version"):
        found.append("it does not say of which version it is")
    return found


def names_in(path: Path) -> List[str]:
    if path.suffix == ".whl":
        with zipfile.ZipFile(path) as wheel:
            return wheel.namelist()
    with tarfile.open(path) as sdist:
        return sdist.getnames()


def is_litter(name: str) -> bool:
    return "__pycache__" in name or name.endswith((".pyc", ".orig", ".rej", ".DS_Store"))


if __name__ == "__main__":
    main()
