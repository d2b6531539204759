// node run.mjs PYODIDE WHEELS.zip CHECKOUT [argument of pytest ...]

import fs from "node:fs";
import { pathToFileURL } from "node:url";

const [folder, packages, checkout, ...options] = process.argv.slice(2);
Date.now = () => performance.timeOrigin + performance.now(); // parts of a millisecond count as well
const { loadPyodide } = await import(pathToFileURL(`${folder}/pyodide.mjs`).href);
const lockFileContents = fs.readFileSync(`${folder}/lock.json`, "utf8");
const python = await loadPyodide({ indexURL: `${folder}/`, lockFileContents });
const target = python.runPython("import sysconfig; sysconfig.get_paths()['purelib']");
python.unpackArchive(new Uint8Array(fs.readFileSync(packages)), "zip", { extractDir: target });
python.FS.mkdir("/checkout");
python.FS.mount(python.FS.filesystems.NODEFS, { root: checkout }, "/checkout");
python.globals.set("arguments", python.toPy(options));
const main = python.runPython(`
import os, sys

os.chdir("/checkout")
sys.dont_write_bytecode = True
sys.path[:0] = ["/checkout/docs/site/browser", "/checkout/src", "/checkout"]
import loops

loops.take_place()


def main():
    import asyncio

    import pytest

    print(sys.version)
    asyncio._set_running_loop(None)
    return int(pytest.main([*arguments]))


main
`);
process.exit(main());
