"""The checks before a release: the tag, what is distributed, and what the public API may lose."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
CI = ROOT / ".ci"

pytestmark = pytest.mark.skipif(not CI.exists(), reason="the checks are not part of the sdist")


def run(*command, cwd=ROOT):
    command = [str(part) for part in command]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)


# The tag


@pytest.fixture
def checkout(tmp_path):
    """Copy what a release is made of, as version 1.2.3 of a certain day."""
    if not (ROOT / "src").exists():
        pytest.skip("the tests run against an installed wheel")
    shutil.copytree(CI, tmp_path / ".ci")
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.3 (2027-01-31)\n")
    set_version(tmp_path, "1.2.3")
    return tmp_path


def set_version(checkout, version):
    (checkout / "src/novabilling/_version.py").write_text(f'__version__ = "{version}"\n')


def test_the_tag_of_the_version_passes(checkout):
    done = run(checkout / ".ci/check_tag", "v1.2.3")

    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("tag", ["v1.2.4", "1.2.3", "v1.2.3rc1", ""])
def test_another_tag_is_refused(checkout, tag):
    done = run(checkout / ".ci/check_tag", tag)

    assert done.returncode == 1
    assert "the tag must be v1.2.3" in done.stderr


def test_a_version_that_the_changelog_does_not_date_is_refused(checkout):
    (checkout / "CHANGELOG.md").write_text("# Changelog\n\n## 1.2.3 (unreleased)\n")

    done = run(checkout / ".ci/check_tag", "v1.2.3")

    assert done.returncode == 1
    assert 'no section "## 1.2.3 (<date>)"' in done.stderr


# The distributions


def write_wheel(folder, *extra, size=0):
    path = folder / "novabilling-1.2.3-py3-none-any.whl"
    needed = ["novabilling/py.typed", "novabilling/_sync/client.py"]
    info = ["licenses/LICENSE", "METADATA"]
    with zipfile.ZipFile(path, "w") as wheel:
        for name in [*needed, *(f"novabilling-1.2.3.dist-info/{n}" for n in info), *extra]:
            wheel.writestr(name, b"x" * size)
    return path


def problems_of(*paths):
    done = run(sys.executable, CI / "check_dist.py", *paths)
    return done.stderr.splitlines() if done.returncode else []


def test_a_wheel_without_tests_passes(tmp_path):
    assert problems_of(write_wheel(tmp_path)) == []


@pytest.mark.parametrize(
    "name", ["tests/test_x.py", "novabilling/__pycache__/x.pyc", "docs/index.md"]
)
def test_a_wheel_that_holds_anything_else_is_refused(tmp_path, name):
    assert any(
        f"{name} does not belong there" in p for p in problems_of(write_wheel(tmp_path, name))
    )


def test_a_wheel_that_is_too_large_is_refused(tmp_path):
    (problem,) = problems_of(write_wheel(tmp_path, size=190_000))

    assert "bytes are more than 760,000" in problem


def test_a_wheel_without_the_mark_of_types_is_refused(tmp_path):
    path = tmp_path / "novabilling-1.2.3-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as wheel:
        wheel.writestr("novabilling/__init__.py", "")

    assert any("novabilling/py.typed is missing" in problem for problem in problems_of(path))


def write_bill(folder, *names, **of):
    path = folder / "novabilling.cdx.json"
    bill = {"metadata": {"component": of}, "components": [{"name": name} for name in names]}
    path.write_text(json.dumps(bill))
    return path


def test_a_bill_of_materials_names_what_a_wheel_brings_along_and_no_tools(tmp_path):
    names, of = ["anyio", "httpx", "msgspec"], {"name": "novabilling", "version": "1.2.3"}

    assert problems_of(write_bill(tmp_path, *names, "idna", **of)) == []
    assert problems_of(write_bill(tmp_path, *names[1:], "pip", name="novabilling")) == [
        "novabilling.cdx.json: anyio is missing",
        "novabilling.cdx.json: pip does not belong there",
        "novabilling.cdx.json: it does not say of which version it is",
    ]


def test_no_distribution_is_no_success(tmp_path):
    assert problems_of(tmp_path / "novabilling.whl")
    assert problems_of()


# The dependencies


def test_the_lowest_versions_are_those_that_the_package_allows():
    pins = dict(re.findall(r"^(\w+)==([\d.]+)", (CI / "lowest.txt").read_text(), re.MULTILINE))
    project = (ROOT / "pyproject.toml").read_text("utf-8")
    declared = project.partition("\ndependencies = [")[2].partition("\n]")[0]

    allowed = dict(re.findall(r'"(\w+)>=([\d.]+)', declared))
    assert set(pins) == set(allowed) - {"typing_extensions"}
    for name, pin in pins.items():
        assert re.fullmatch(rf"{re.escape(allowed[name])}(\.0)*", pin), name


WITHOUT_HOLES = {
    "django": (5, 2, 19),
    "fastapi": (0, 120, 1),
    "flask": (3, 1, 3),
    "h11": (0, 16),
    "starlette": (0, 49, 1),
    "werkzeug": (3, 1, 6),
}


@pytest.mark.skipif(sys.version_info < (3, 11), reason="older versions have no tomllib")
def test_no_floor_of_an_extra_lets_a_known_hole_in():
    done = run(sys.executable, CI / "lowest_versions.py")

    lines = [line.partition("==") for line in done.stdout.split()]
    floors = {name: tuple(map(int, version.split("."))) for name, _, version in lines}
    assert {name for name, least in WITHOUT_HOLES.items() if floors[name] < least} == set()
    assert {"anyio", "httpx", "msgspec", "opentelemetry-api", "trio", "uvicorn"} <= set(floors)
    assert "pytest" not in floors


# The public API


@pytest.fixture
def released(checkout):
    """Make a repository whose last release is v1.2.3, and a commit after it."""
    pytest.importorskip("griffe", reason="it is installed for the lint")
    git = ("git", "-c", "user.name=x", "-c", "user.email=x@example.com")
    for command in (
        ["git", "init", "-q"],
        ["git", "add", "."],
        [*git, "commit", "-qm", "Release"],
        ["git", "tag", "v1.2.3"],
        [*git, "commit", "-qm", "Work", "--allow-empty"],
    ):
        assert run(*command, cwd=checkout).returncode == 0
    return checkout


def change(checkout, path, old, new):
    file = checkout / "src" / "novabilling" / path
    text = file.read_text("utf-8")
    assert old in text
    file.write_text(text.replace(old, new), "utf-8")


def compare(checkout):
    return run(sys.executable, ".ci/api_changes.py", cwd=checkout)


def test_without_a_release_there_is_nothing_to_compare_with(checkout):
    pytest.importorskip("griffe")

    assert compare(checkout).stdout == "API: there is no release to compare with\n"


def test_an_unchanged_api_passes(released):
    done = compare(released)

    assert (done.returncode, done.stdout) == (0, "API: 0 breaking changes since v1.2.3\n")


BREAKS = {
    "client.customers": ("_sync/resources/customers.py", "def get_payments(", "def all_payments("),
    "client.currencies": ("_sync/resources/__init__.py", "def currencies(", "def _currencies("),
    "client.plans": ("_sync/resources/plans.py", "        active: ", "        is_active: "),
    "types.Message": ("types/_common.py", "    message: str", "    text: str"),
    "types.SortOrder": ("_words/literals.py", '["asc", "desc"]', '["asc"]'),
    "types.Tax": ("types/__init__.py", "    from ._taxes import Tax as Tax\n", ""),
    "webhooks": ("webhooks/__init__.py", "    secret: Secrets,", "    key: Secrets,"),
    "NotFoundError": ("__init__.py", '    "NotFoundError",\n', ""),
}


@pytest.mark.parametrize("name", BREAKS)
def test_a_break_is_named_and_refused(released, name):
    change(released, *BREAKS[name])

    done = compare(released)

    assert done.returncode == 1
    assert f"\n{name}: " in done.stdout
    assert "1.2.3 may not break what v1.2.3 has" in done.stderr


def test_a_new_optional_argument_and_a_new_word_break_nothing(released):
    change(released, "_words/literals.py", '["asc", "desc"]', '["asc", "desc", "random"]')
    change(
        released,
        "_sync/resources/customers.py",
        "        search: Optional[str] = None,",
        "        search: Optional[str] = None,\n        code: Optional[str] = None,",
    )

    done = compare(released)

    assert (done.returncode, done.stdout) == (0, "API: 0 breaking changes since v1.2.3\n")


def test_a_new_major_version_may_break_what_it_names(released):
    change(released, *BREAKS["client.plans"])
    set_version(released, "2.0.0")

    done = compare(released)

    assert done.returncode == 0
    assert "\nclient.plans: " in done.stdout


# The workflows

WORKFLOWS = {path.stem: path.read_text("utf-8") for path in (ROOT / ".github").glob("workflows/*")}


@pytest.mark.parametrize("name", ["ci", "release"])
def test_a_workflow_sets_up_every_python_that_is_promised_and_runs_all_checks(name):
    text = WORKFLOWS[name]
    project = (ROOT / "pyproject.toml").read_text("utf-8")

    assert re.findall(r"^ +(3\.\d+)$", text, re.MULTILINE) == re.findall(
        r"Python :: (3\.\d+)", project
    )
    assert re.search(r"- run: .*\.ci/run$", text, re.MULTILINE)
    assert (".ci/check_tag" in text) is (name == "release")


def test_an_action_is_of_one_commit_everywhere_and_says_of_which_version():
    used = [use for text in WORKFLOWS.values() for use in re.findall(r"uses: (.+)", text)]
    pinned = [re.fullmatch(r"([\w./-]+)@([0-9a-f]{40}) # v\d+\.\d+\.\d+", use) for use in used]

    assert len(used) > 10
    assert None not in pinned
    assert len({match.groups() for match in pinned}) == len({match[1] for match in pinned})


def test_every_reader_of_foreign_bytes_is_fuzzed_each_week():
    from tests.fuzz.targets import TARGETS

    assert f"target: [{', '.join(TARGETS)}]" in WORKFLOWS["weekly"]


def test_what_is_released_is_what_was_tested_and_attested():
    text = WORKFLOWS["release"]

    jobs = re.findall(r"^  (\w+):\n    name: .*\n(?:    needs: (\w+))?", text, re.MULTILINE)
    assert jobs == [("build", ""), ("attest", "build"), ("publish", "attest")]
    assert text.count("DIST=dist .ci/run") == 1
    assert "sbom-path: dist/novabilling.cdx.json" in text
    assert "dist/novabilling.cdx.json" in (CI / "run").read_text("utf-8")
