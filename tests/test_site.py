"""What the README and the site show is what the repository holds."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from typing import Any, List
from xml.etree import ElementTree

import pytest

from tests.pages import DOCS, ROOT, rows, text_of

pytestmark = pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of the sdist")

TOOLS = {"browser", "lint", "test"}
SETTINGS = DOCS / "site" / "mkdocs.yml"
VARIES = re.compile(
    r"[0-9a-f]{8}(?=@)|(?<=until )\d\d \w+ \d+|^PDF .*$"  # ids, days, and where the PDF is
)


def hook(name: str) -> Any:
    spec = importlib.util.spec_from_file_location(name, DOCS / "site" / f"{name}.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def plain(lines: List[str]) -> List[str]:
    return [VARIES.sub("...", line) for line in lines]


def test_the_picture_of_the_quickstart_shows_what_it_prints():
    command = [sys.executable, str(ROOT / "examples" / "quickstart.py")]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    picture = ElementTree.parse(DOCS / "quickstart.svg").getroot()
    drawn = ["".join(text.itertext()) for text in picture.iter("{http://www.w3.org/2000/svg}text")]

    assert drawn[0] == "$ python examples/quickstart.py"
    assert plain(drawn[1:]) == plain(done.stdout.splitlines())


def test_the_picture_is_light():
    assert (DOCS / "quickstart.svg").stat().st_size < 5_000


def test_every_example_has_a_page():
    examples = {path.stem for path in (ROOT / "examples").iterdir() if path.name[0] not in "._"}

    assert set(re.findall(r": examples/(\w+)\.md$", SETTINGS.read_text("utf-8"), re.MULTILINE)) == (
        examples - {"__pycache__"}
    )


def test_every_page_is_in_the_navigation():
    navigation = re.findall(r": ([\w-]+\.md)$", SETTINGS.read_text("utf-8"), re.MULTILINE)

    assert sorted(navigation) == sorted(path.name for path in DOCS.glob("*.md"))


def test_what_the_readme_links_to_is_there():
    linked = re.findall(r"\]\(([\w./-]+)(?:#[\w-]+)?\)", text_of("README.md"))

    assert "docs/quickstart.svg" in linked
    assert [path for path in linked if not (ROOT / path).is_file()] == []


def test_what_is_not_published_is_called_so():
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")
    unpublished = "unreleased" in re.findall(r"^## (.*)$", changelog, re.MULTILINE)[-1].lower()

    assert unpublished is ("Not published yet" in text_of("README.md"))
    assert unpublished is ("not on PyPI yet" in text_of("index.md"))


needs_toml = pytest.mark.skipif(
    sys.version_info < (3, 11), reason="there is no tomllib before Python 3.11"
)


def project() -> Any:
    import tomllib

    return tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]


@needs_toml
def test_the_supported_versions_are_those_of_the_project():
    classifiers = " ".join(project()["classifiers"])
    floors = dict(re.findall(r"(\w+)>=([\d.]+)", " ".join(project()["dependencies"])))
    text = text_of("supported-versions.md")

    assert [row[0] for row in rows("supported-versions.md", "# Supported versions")] == (
        re.findall(r"Python :: (3\.\d+)", classifiers)
    )
    for name in ("msgspec", "anyio"):
        assert f"{name} {floors[name]} or" in " ".join(text.split())


@needs_toml
def test_the_extras_bring_what_the_project_says():
    extras = {k: v for k, v in project()["optional-dependencies"].items() if k not in TOOLS}
    table = {name.strip("`"): brings for name, brings in rows("supported-versions.md", "## Extras")}

    assert table.keys() == extras.keys()
    for name, brings in table.items():
        floors = [re.findall(r">=([\d.]+)", one)[0] for one in extras[name] if "h11" not in one]
        pythons = {f"3.{minor}" for minor in range(8, 14)}
        shown = set(re.findall(r"(?<![\w.])\d+(?:\.\d+)*", brings)) - pythons
        assert shown <= set(floors)
        assert floors[0] in shown


@needs_toml
def test_the_site_has_the_addresses_of_the_project():
    urls = {"Documentation": "https://docs.example", "Repository": "https://code.example/a/sdk/"}
    addresses = hook("project").addresses

    assert addresses({"Homepage": "https://home.example"}) == {}
    assert addresses(urls) == {
        "site_url": "https://docs.example/",
        "repo_url": "https://code.example/a/sdk",
        "repo_name": "sdk",
        "edit_uri": "edit/main/docs/",
    }
