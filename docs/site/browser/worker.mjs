// Runs Python beside the page, so that the page stays alive; the page ends it to stop a program.

import { loadPyodide } from "./pyodide.mjs";

// The clock of Python counts parts of a millisecond as well, and no two looks see the same time.
let time = 0;
Date.now = () => (time = Math.max(performance.timeOrigin + performance.now(), time + 0.002));

// Python would make sockets of them, and nothing is to leave the page.
delete self.WebSocket;

// After a failure the cache may hold what is wrong, and is not asked.
const ask = self.fetch;
if (self.name === "anew") self.fetch = (url, given) => ask(url, { ...given, cache: "reload" });

// Pyodide only warns when its WebAssembly does not come, and waits for ever.
const { instantiateStreaming } = WebAssembly;
const lost = new Promise((_, reject) => {
  WebAssembly.instantiateStreaming = (...given) => {
    const made = instantiateStreaming(...given);
    made.catch(reject);
    return made;
  };
});

const here = new URL("./", import.meta.url).href;
const get = (name) => fetch(new URL(name, here)).then((answer) => {
  if (!answer.ok) throw new Error(`${name}: ${answer.status}`);
  return answer;
});

async function start() {
  const packages = get("packages.zip").then((answer) => answer.arrayBuffer());
  const sources = ["loops.py", "runner.py", "stage.py"].map(
    async (name) => [name, await (await get(name)).text()],
  );
  const lock = get("lock.json").then((answer) => answer.text());
  const loaded = loadPyodide({ indexURL: here, packageBaseUrl: here, lockFileContents: lock });
  const python = await Promise.race([loaded, lost]);
  const folder = python.runPython("import sysconfig; sysconfig.get_paths()['purelib']");
  python.unpackArchive(await packages, "zip", { extractDir: folder });
  for (const [name, text] of await Promise.all(sources)) {
    python.FS.writeFile(`${folder}/${name}`, text);
  }
  const module = python.pyimport("runner");
  module.prepare();
  return { run: module.run, python };
}

const started = start();
started.then(
  () => postMessage({ ready: true }),
  (error) => postMessage({ failed: error.message ?? String(error) }),
);

async function run({ id, before, code }) {
  try {
    const { run, python } = await started;
    const write = (text) => postMessage({ id, text });
    const error = run(before, code, write) ?? null;
    postMessage({ id, error, bytes: python._module.HEAPU8.length });
  } catch (error) {
    postMessage({ broken: String(error) }); // Python itself, not the program
  }
}

// One program after the other.
let last = started;
onmessage = ({ data }) => {
  last = last.then(() => run(data), () => run(data));
};
