"""Draws the quickstart in a terminal: `python docs/site/terminal.py` writes docs/quickstart.svg."""

from __future__ import annotations

import subprocess
import sys
from html import escape
from pathlib import Path
from typing import List

ROOT = Path(__file__).parents[2]
PICTURE = ROOT / "docs" / "quickstart.svg"
COMMAND = ["examples/quickstart.py"]
FONT = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace"
LINE, CHARACTER, LEFT, TOP = 21, 8.4, 20, 66


def main() -> None:
    """Run the quickstart and draw what it prints."""
    done = subprocess.run(  # our own example
        [sys.executable, *COMMAND], cwd=ROOT, capture_output=True, text=True, check=True
    )
    PICTURE.write_text(drawn(done.stdout.splitlines()), "utf-8")


def drawn(lines: List[str]) -> str:
    """Write a window with the command and these lines."""
    rows = ["", *lines]
    width = round(LEFT * 2 + CHARACTER * max(map(len, rows)))
    height = TOP + LINE * len(rows) - 6
    text = "\n".join(
        f'<text x="{LEFT}" y="{TOP + LINE * number}" xml:space="preserve">{row(line)}</text>'
        for number, line in enumerate(rows)
    )
    dots = "".join(
        f'<circle cx="{LEFT + 4 + 18 * number}" cy="22" r="5.5" fill="{colour}"/>'
        for number, colour in enumerate(("#e5625a", "#e7b53f", "#57b455"))
    )
    return f"""\
<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="img" aria-labelledby="t">
<title id="t">What the quickstart prints in a terminal</title>
<rect x="0.5" y="0.5" width="{width - 1}" height="{height - 1}" rx="9" fill="#fbfbfd" stroke="#d4d6dd"/>
<path d="M0.5 40.5H{width - 0.5}" stroke="#e6e7ec"/>
{dots}
<g font-family="{FONT}" font-size="14" fill="#2b2f3a">
{text}
</g>
</svg>
"""  # noqa: E501  # attributes of one element


def row(line: str) -> str:
    """Colour the name of what a line is about; the first line is the command."""
    if not line:
        command = " ".join(["python", *COMMAND])
        return f'<tspan fill="#8a8f9c">$</tspan> {escape(command)}'
    name, rest = line[:14], line[14:]
    if name.strip() and len(name.split()) == 1:
        return f'<tspan fill="#4051b5">{escape(name)}</tspan>{escape(rest)}'
    return escape(line)


if __name__ == "__main__":
    main()
