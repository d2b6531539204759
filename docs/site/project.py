"""Says on the site what pyproject.toml says: the version, and the project's public addresses."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, Dict

import tomllib

ROOT = Path(__file__).parents[2]
FOUND_FIRST = {
    "company-proxy.md",
    "json.md",
    "troubleshooting.md",
    "web-services.md",
    "where-it-runs.md",
}
"""Pages whose words are on others as well, which say less about them."""
FOUND_LAST = {"reference/deliveries.md", "reference/inputs.md", "reference/results.md"}
"""Pages of types: a method, and what it does, is asked for more often than the fields."""


def on_config(config: Any) -> None:
    """Set the title, the canonical address, and the links to the repository, if it has any."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    config.extra["version"] = version()
    config.site_name = f"{config.site_name} {version()}"
    config.copyright = project["authors"][0]["name"]
    for name, value in addresses(project.get("urls", {})).items():
        config[name] = value
    if not config.repo_url:
        config.theme["features"] = [
            name for name in config.theme["features"] if not name.startswith("content.action")
        ]


def on_page_markdown(_markdown: str, page: Any, **_: Any) -> None:
    """Let the search find first what answers a question."""
    if page.file.src_uri in FOUND_FIRST:
        page.meta["search"] = {"boost": 3}
    if page.file.src_uri in FOUND_LAST:
        page.meta["search"] = {"boost": 0.3}


def version() -> str:
    """Return the version of the package."""
    source = (ROOT / "src" / "novabilling" / "_version.py").read_text("utf-8")
    (found,) = re.findall(r'"(.+)"$', source, re.MULTILINE)
    return str(found)


def addresses(urls: Dict[str, str]) -> Dict[str, str]:
    """Return the settings of the site for the addresses of [project.urls].

    `Documentation` is where the site is served, `Repository` where its pages can be edited.
    """
    found = {}
    if "Documentation" in urls:
        found["site_url"] = f"{urls['Documentation'].rstrip('/')}/"
    if "Repository" in urls:
        repository = urls["Repository"].rstrip("/")
        found["repo_url"] = repository
        found["repo_name"] = repository.rpartition("/")[2]
        found["edit_uri"] = "edit/main/docs/"
    return found
