"""Compare the public API with that of the last release; fail if this version may not break it.

Public is what the package exports, and the resources of its clients with their methods.
"""

from __future__ import annotations

import re
import subprocess
from typing import Dict, Iterator, Optional, Set, Union

import griffe

Thing = Union[griffe.Object, griffe.Alias]
COLOUR = re.compile("\x1b\\[[0-9]+m")
MODULES = (
    "contrib.django",
    "contrib.fastapi",
    "contrib.flask",
    "contrib.litestar",
    "otel",
    "resources",
    "sandbox",
    "testing",
    "webhooks",
)


def main() -> None:
    tag = last_release()
    if tag is None:
        print("API: there is no release to compare with")
        return
    old = griffe.load_git(
        "novabilling", ref=tag, search_paths=["src"], allow_inspection=False, resolve_aliases=True
    )
    new = griffe.load(
        "novabilling", search_paths=["src"], allow_inspection=False, resolve_aliases=True
    )
    found = list(dict.fromkeys(changes(public(old), public(new))))
    print("\n".join([f"API: {len(found)} breaking changes since {tag}", *found]))
    if found and not may_break(version(old), version(new)):
        raise SystemExit(f"{version(new)} may not break what {tag} has: raise the version")


def last_release() -> Optional[str]:
    """Return the newest tag before this commit; None without tags or without git."""
    command = ["git", "describe", "--tags", "--abbrev=0", "--match", "v*", "HEAD^"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def version(package: Thing) -> str:
    return str(package["_version.__version__"].value).strip("\"'")


def may_break(old: str, new: str) -> bool:
    """Say whether the leading part of the version was raised: 1.x to 2.0, or 0.1 to 0.2."""
    before, after = ([int(part) for part in v.split(".")[:2]] for v in (old, new))
    return after[0] > before[0] or (after[0] == 0 and after > before)


def public(package: Thing) -> Dict[str, Thing]:
    """Return everything public by the name that users know it by."""
    found = {name: package[name] for name in package.exports or () if str(name) != "__version__"}
    found.update((name, package[name]) for name in MODULES if has(package, name))
    for name, member in package["types"].members.items():
        if member.is_alias and member.target_path.startswith("novabilling."):
            found[f"types.{name}"] = member
    for name, member in package["_sync.resources.Resources"].members.items():
        if not name.startswith("_"):
            path = member.annotation.canonical_path
            found[f"client.{name}"] = package[path.partition(".")[2]]
    return {str(name): thing for name, thing in found.items()}


def has(package: Thing, path: str) -> bool:
    first, _, rest = path.partition(".")
    return first in package.members and (not rest or has(package.members[first], rest))


def changes(old: Dict[str, Thing], new: Dict[str, Thing]) -> Iterator[str]:
    """Say what a user of the old API would stumble over in the new one."""
    for name, thing in old.items():
        if name not in new:
            yield f"{name}: removed"
            continue
        for word in sorted(words(thing) - words(new[name])):
            yield f"{name}: {word} removed"
        for breakage in griffe.find_breaking_changes(thing, new[name]):
            yield f"{name}: {COLOUR.sub('', breakage.explain())}"


def words(thing: Thing) -> Set[str]:
    """Return the words of a Literal alias."""
    value = str(thing.value) if thing.is_attribute else ""
    return set(re.findall(r"['\"]\w+['\"]", value)) if value.startswith("Literal[") else set()


if __name__ == "__main__":
    main()
