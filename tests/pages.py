"""The pages of the documentation, as tests read them."""

from __future__ import annotations

import re
from pathlib import Path
from typing import List

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def text_of(name: str) -> str:
    path = ROOT / name if name == "README.md" else DOCS / name
    return path.read_text("utf-8") if path.exists() else ""


def rows(page: str, heading: str) -> List[List[str]]:
    """Read the first table under a heading, without its own."""
    section = text_of(page).partition(f"{heading}\n")[2]
    table = re.search(r"(?:^\|.*\|\n)+", section, re.MULTILINE)
    lines = table[0].splitlines()[2:] if table else []
    return [re.split(r" \| ", line.strip("| ")) for line in lines]
