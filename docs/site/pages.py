"""Adds the reference and the changelog to the site: pages made from the source, not written."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict, List, Tuple, Union

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "src" / "novabilling"

KINDS = {
    "_inputs": "inputs",
    "checks": "inputs",
    "_webhook_data": "deliveries",
    "_webhook_events": "deliveries",
    "literals": "words",
}
"""The page of the types of a module; all others are results."""
OWN = '["!^_", "!^(to_dict|to_json|from_dict)$"]'
"""What a type has that others have not: the three methods of all are shown once."""
BREAKS = re.compile(r"(?<=[a-z_])\.(?=[a-z_])|(?<=[\w}])/(?=[\w{])")
VERIFY = "\n`client.webhooks.verify` is [`novabilling.webhooks.verify`](receiving.md).\n"
SERIALIZABLE = """Every class here has `to_dict()`, `to_json()` and `from_dict()`, pages and
answers without the last: [JSON and pydantic](../json.md) shows what they write and read.

"""
LITERALS = """An argument takes one of the words listed here, and a result may hold a newer one;
both are a `str`. [The server's words](../words.md) tells how they are translated.

"""
ASYNC = "`AsyncNovaBilling` has the same methods, and you await them"


def on_config(config: MkDocsConfig) -> None:
    """Put the made pages into the navigation, before the section about the project itself."""
    reference = [{name: f"{page}.md"} for page, (name, _) in reference_pages().items()]
    config.nav.insert(-1, {"Reference": reference})
    config.nav[-1]["Project"].insert(0, {"Changelog": "changelog.md"})


def on_files(files: Files, config: MkDocsConfig) -> None:
    """Make the pages."""
    made = {"changelog": (ROOT / "CHANGELOG.md").read_text("utf-8")}
    for page, (name, text) in reference_pages().items():
        title = name.replace(".", ".<wbr>")  # a phone is narrower than the name of a module
        made[page] = f"# {title}\n\n{text}"
    for page, text in made.items():
        files.append(File.generated(config, f"{page}.md", content=text))


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Mend what is right in the repository and not on the site."""
    if page.file.src_uri == "resources.md":
        row = re.compile(r"^\| `(\w+)` \|", re.MULTILINE)
        markdown = row.sub(r"| [`\1`](reference/\1.md) |", markdown)
    if page.file.src_uri.startswith("reference/"):
        return markdown
    return re.sub(r"\[([^]]+)\]\(\.\./[^)]+\)", r"`\1`", markdown)  # files beside the docs


def on_page_content(html: str, **_: Any) -> str:
    """Take away the dash behind a field that has no description, and let long names break."""
    html = re.sub(r'\s+\u2013\s+<div class="doc-md-description">\s*</div>', "", html)
    html = re.sub(r"<p>PYTEST_DONT_REWRITE.*?</p>", "", html, flags=re.DOTALL)  # for pytest
    return re.sub(r"(?<=<td>).*?(?=</td>)", breakable, html, flags=re.DOTALL)


def breakable(cell: re.Match[str]) -> str:
    """Let the names and addresses in a cell go on in the next line after a dot or a slash."""
    code = re.compile(r"(?<=<code>)[^<]+")
    return code.sub(lambda text: BREAKS.sub(r"\g<0><wbr>", text[0]), cell[0])


def reference_pages() -> Dict[str, Tuple[str, str]]:
    """Return the title and text of each page of the reference by its path."""
    made = {"client": ("The client", client())}
    made.update(
        (name, (f"client.{name}", resource(name, cls))) for name, cls in resources().items()
    )
    made["errors"] = "Errors", directives("novabilling", errors(), show_bases=True)
    made["receiving"] = "novabilling.webhooks", directive("novabilling.webhooks")
    for name in ("fastapi", "flask", "django"):
        made[name] = f"novabilling.contrib.{name}", directive(f"novabilling.contrib.{name}")
    made["sandbox"] = "novabilling.sandbox", directives("novabilling.sandbox", sandbox())
    made["outbox"] = "novabilling.outbox", directives("novabilling.outbox", outbox())
    made["otel"] = "novabilling.otel", directive("novabilling.otel")
    made["tables"] = "novabilling.tables", directive("novabilling.tables")
    made["testing"] = "novabilling.testing", directive("novabilling.testing")
    for kind, names in types_by_kind().items():
        listed = directives("novabilling.types", names, inherited_members=True, filters=OWN)
        made[kind] = f"Types: {kind}", f"{LITERALS if kind == 'words' else SERIALIZABLE}{listed}"
    title, text = made["results"]
    made["results"] = title, text.replace(SERIALIZABLE, f"{SERIALIZABLE}{written()}\n")
    return {f"reference/{name}": page for name, page in made.items()}


def resources() -> Dict[str, str]:
    """Return the class of each resource, in the order of the client's attributes."""
    source = (PACKAGE / "_sync" / "resources" / "__init__.py").read_text("utf-8")
    return dict(re.findall(r"^    def (\w+)\(self\) -> (\w+):", source, re.MULTILINE))


def types_by_kind() -> Dict[str, List[str]]:
    """Return the names of all types by the page that they are on."""
    source = (PACKAGE / "types" / "__init__.py").read_text("utf-8")
    found: Dict[str, List[str]] = {}
    for module, name in re.findall(r"from \.[.\w]*?(\w+) import (\w+) as", source):
        found.setdefault(KINDS.get(module, "results"), []).append(name)
    return found


def errors() -> List[str]:
    """Return the error classes and the warning, the base before what derives from it."""
    source = (PACKAGE / "_call" / "errors.py").read_text("utf-8")
    classes = re.findall(r"^class ([A-Z]\w+)\(", source, re.MULTILINE)
    return [*classes, "NovaBillingWarning"]


def sandbox() -> List[str]:
    """Return the names of the sandbox, itself first."""
    source = (PACKAGE / "sandbox" / "__init__.py").read_text("utf-8")
    names = re.findall(r'"(\w+)"', source.partition("__all__")[2])
    return sorted(names, key=lambda name: name != "Sandbox")


def outbox() -> List[str]:
    """Return the names of the outbox but for its errors, itself first."""
    source = (PACKAGE / "outbox" / "__init__.py").read_text("utf-8")
    names = re.findall(r'"(\w+)"', source.partition("__all__")[2])
    found = [name for name in names if not name.endswith("Error")]
    return sorted(found, key=lambda name: name != "Outbox")


def client() -> str:
    return f"""{ASYNC}; its `close()` is called `aclose()`, and `token` and `http_client` may be
async ones.

{directive("novabilling.NovaBilling")}
{directive("novabilling.LoginSession", show_root_heading=True)}
{directive("novabilling.AttemptInfo", show_root_heading=True)}
{directive("novabilling.Outcome", show_root_heading=True, inherited_members=True)}
{directive("novabilling.CallRecord", show_root_heading=True, inherited_members=True)}
{directive("novabilling.TrackedCalls", show_root_heading=True)}"""


def written() -> str:
    """Show what every type has, once."""
    members = '["to_dict", "to_json", "from_dict"]'
    path = "novabilling._serialization.serializable.Serializable"
    return directive(path, inherited_members=True, members=members)


def resource(name: str, cls: str) -> str:
    path = f"novabilling._sync.resources.{name}.{cls}"
    note = VERIFY if name == "webhooks" else ""
    options = {"docstring_section_style": "table"}
    return f"""??? note "What holds for all methods"
    {ASYNC}. What is `UNSET` is not sent. Besides the errors that
    a method names, any may raise those of [every call](../errors.md), and a bad argument is a
    `ValueError` or `TypeError` before anything is sent. In the examples, names such as
    `customer_id` are ids of what is there already; "Run" makes one of everything first.

{directive(path, **options)}{note}"""


def directives(module: str, names: List[str], **options: Union[bool, str]) -> str:
    options = {"show_root_heading": True, **options}
    return "\n".join(directive(f"{module}.{name}", **options) for name in names)


def directive(path: str, **options: Union[bool, str]) -> str:
    lines = [f"::: {path}", *("    options:" for _ in range(bool(options)))]
    lines += [
        f"      {name}: {value if isinstance(value, str) else str(value).lower()}"
        for name, value in options.items()
    ]
    return "\n".join(lines) + "\n"
