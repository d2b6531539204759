"""Marks the programs of the pages that run in a browser, and brings what runs them."""

from __future__ import annotations

import json
import re
import sys
from html import unescape
from pathlib import Path
from typing import Any, Iterator

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.pages import Page

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[3])]

import assets  # noqa: E402

from tests.runnable import Program, programs  # noqa: E402

BLOCK = re.compile(r'<div class="language-python highlight">')
CODE = re.compile(BLOCK.pattern + r".*?<code>(.*?)</code>", re.DOTALL)
TAG = re.compile(r"<[^>]*>")
OPEN = {"playground.md"}
"""Pages whose programs stand in editors; Python is loaded at once."""
NO_SCRIPT = "<noscript><p><strong>JavaScript is off here, and nothing runs.</strong></p></noscript>"


def on_page_content(html: str, page: Page, **_: Any) -> str:
    """Mark the blocks of a page with what the script needs to know."""
    found = programs(page.file.src_uri)
    if not found:
        return html
    blocks = [unescape(TAG.sub("", block)).strip() for block in CODE.findall(html)]
    assert blocks == [one.code.strip() for one in found], f"{page.file.src_uri}: other blocks"
    rest: Iterator[Program] = iter(found)
    html = BLOCK.sub(lambda _: marked(next(rest), page.file.src_uri), html)
    return html.replace("</h1>", f"</h1>\n{NO_SCRIPT}", 1) if page.file.src_uri in OPEN else html


def marked(program: Program, page: str) -> str:
    """Return the opening tag of a block."""
    if not program.runs:
        why = f' data-elsewhere="{program.elsewhere}"' if program.elsewhere else ""
        return f'<div class="language-python highlight"{why}>'
    about = {"number": program.number, "before": program.before, "setup": program.setup}
    text = json.dumps(about).replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")
    opened = " data-open" if page in OPEN else ""
    return f'<div class="language-python highlight" data-program="{text}"{opened}>'


def on_post_build(config: MkDocsConfig) -> None:
    """Put Python beside the pages."""
    assets.write(Path(config.site_dir) / "browser")
