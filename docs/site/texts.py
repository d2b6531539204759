"""Writes llms.txt, an index of the site, and llms-full.txt, its whole text, for language models."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import Any, Dict, Iterator, List, Tuple

ROOT = Path(__file__).parents[2]
RESOURCES = ROOT / "src" / "novabilling" / "_sync" / "resources"

_pages: Dict[str, Tuple[str, str]] = {}
"""Title and text of each page that somebody wrote, by its path."""


def on_page_markdown(markdown: str, page: Any, **_: Any) -> None:
    """Keep what a page says, before it becomes HTML, and describe it by its first sentence."""
    if not page.file.src_uri.startswith("reference/"):
        page.meta.setdefault("description", first_sentence(markdown).replace("`", ""))
        title = re.search(r"^# (.+)$", markdown, re.MULTILINE)
        _pages[page.file.src_uri] = (title[1] if title else page.title, markdown)


def on_post_build(config: Any) -> None:
    """Write both files beside the pages."""
    site = Path(config.site_dir)
    project = re.search(r"^# .*\n\n((?:.+\n)+)", _pages["index.md"][1], re.MULTILINE)
    about = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", project[1]) if project else ""
    head = f"# {config.extra['title']}: {config.site_name}\n\n> {' '.join(about.split())}\n"
    (site / "llms.txt").write_text(head + index(config), "utf-8")
    texts = [text.strip() for text in ordered(config)]
    full = "\n\n".join([head.strip(), *texts, reference()])
    (site / "llms-full.txt").write_text(f"{full}\n", "utf-8")


def ordered(config: Any) -> Iterator[str]:
    """Yield the text of each page that somebody wrote, in the order of the navigation."""
    for _, _, path in entries(config.nav, ""):
        if path in _pages:
            yield _pages[path][1]


def entries(nav: List[Any], section: str) -> Iterator[Tuple[str, str, str]]:
    """Yield section, name and path of each page in the navigation."""
    for entry in nav:
        for name, inner in entry.items():
            if isinstance(inner, list):
                yield from entries(inner, name)
            else:
                yield section, name, inner


def index(config: Any) -> str:
    """List the pages by section, each with its first sentence."""
    site = config.site_url or ""
    lines: List[str] = []
    here = ""
    for section, name, path in entries(config.nav, ""):
        if section != here:
            lines.append(f"\n## {section}\n")
            here = section
        title, text = _pages.get(path, (name, ""))
        address = re.sub(r"(?:index)?\.md$", "/", f"{site}{path}").lstrip("/") or "./"
        about = first_sentence(text)
        lines.append(f"- [{title}]({address}){f': {about}' if about else ''}")
    full = f"{site}llms-full.txt"
    return "\n".join([*lines, f"\n## All text\n\n- [{full}]({full}): every page and method\n"])


def first_sentence(markdown: str) -> str:
    """Return the first sentence below the title, without its links."""
    body = re.sub(r"^---\n.*?^---\n|^( *)```.*?^\1```$", "", markdown, flags=re.M | re.S)
    for paragraph in body.split("\n\n"):
        if re.match(r"\w|`", paragraph.strip()):
            plain = re.sub(r"\[([^]]+)\]\([^)]+\)", r"\1", " ".join(paragraph.split()))
            return re.sub(r":$", ".", re.split(r"(?<=[.?])\s", plain.replace("**", ""))[0])
    return ""


def reference() -> str:
    """Write each method of each resource with its signature and its docstring."""
    source = (RESOURCES / "__init__.py").read_text("utf-8")
    parts = [
        "# All methods\n\nOf `NovaBilling`; `AsyncNovaBilling` has the same, and they are awaited."
    ]
    for name in re.findall(r"^    def (\w+)\(self\) -> \w+:", source, re.MULTILINE):
        tree = ast.parse((RESOURCES / f"{name}.py").read_text("utf-8"))
        classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
        parts += [
            described(name, method)
            for method in classes[-1].body
            if isinstance(method, ast.FunctionDef) and not method.name.startswith("_")
        ]
    return "\n\n".join(parts)


def described(resource: str, method: ast.FunctionDef) -> str:
    method.args.args = method.args.args[1:]  # without self
    signature = f"client.{resource}.{method.name}({ast.unparse(method.args)})"
    returns = f" -> {ast.unparse(method.returns)}" if method.returns else ""
    return f"## {signature}{returns}\n\n{ast.get_docstring(method) or ''}".strip()
