// Puts "Run", "Edit" and the output below each program of the page that runs in a browser.

const here = new URL("./", import.meta.url);
const MOST_CHARACTERS = 100_000; // of output
const programs = new Map(); // by number
let python = null; // the worker, once it was needed
let last = 0;

function worker() {
  if (python) return python;
  const made = new Worker(new URL("worker.mjs", here), { type: "module" });
  python = { worker: made, runs: new Map(), ready: false };
  const end = (text) => {
    for (const run of python?.runs.values() ?? []) run.end(text, true);
    made.terminate();
    python = null;
  };
  made.onmessage = ({ data }) => {
    if (data.failed) return end(`Python could not be loaded: ${data.failed}`);
    if (data.broken) return end(`Python had to end: ${data.broken}`);
    if (data.ready) {
      python.ready = true;
      for (const run of python.runs.values()) run.say("Running …");
      return undefined;
    }
    const run = python.runs.get(data.id);
    if (data.text !== undefined) return run.print(data.text);
    python.runs.delete(data.id);
    return run.end(data.error ?? "", data.error !== null);
  };
  made.onerror = (event) => end(`Python could not be loaded: ${event.message ?? "no answer"}`);
  python.end = end;
  return python;
}

function element(name, attributes, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
}

class Program {
  constructor(block) {
    const { number, before, setup } = JSON.parse(block.dataset.program);
    this.before = before;
    this.setup = setup;
    this.block = block;
    this.source = block.querySelector("code").textContent;
    const which = `example ${number + 1}`;
    this.run = this.button("Run", `Run ${which}`, () => this.start());
    this.stop = this.button("Stop", `Stop ${which}`, () => python?.end("Stopped."));
    this.edit = this.button("Edit", `Edit ${which}`, () => this.open(true));
    this.reset = this.button("Reset", `Reset ${which}`, () => this.close());
    this.stop.hidden = this.reset.hidden = true;
    this.status = element("span", { role: "status", class: "nb-status" });
    this.output = element("pre", {
      class: "nb-output", role: "log", "aria-label": `Output of ${which}`, tabindex: "0",
    });
    this.output.hidden = true;
    this.bar = element(
      "div", { class: "nb-run" }, this.run, this.stop, this.edit, this.reset, this.status,
    );
    block.after(this.bar, this.output);
    this.which = which;
    programs.set(number, this);
  }

  button(text, label, action) {
    const made = element("button", { type: "button", class: "nb-button", "aria-label": label }, text);
    made.addEventListener("click", action);
    return made;
  }

  get code() {
    return this.editor ? this.editor.value : this.source;
  }

  open(focus) {
    const lines = this.source.replace(/\n$/, "").split("\n").length;
    this.editor = element("textarea", {
      class: "nb-editor", "aria-label": `Code of ${this.which}`, rows: String(lines + 1),
      spellcheck: "false", autocapitalize: "off", autocomplete: "off", wrap: "off",
    });
    this.editor.value = this.source;
    this.editor.addEventListener("keydown", (event) => this.key(event));
    this.block.hidden = true;
    this.block.after(this.editor);
    this.edit.hidden = true;
    this.reset.hidden = false;
    if (focus) this.editor.focus();
  }

  close() {
    this.editor.remove();
    this.editor = null;
    this.block.hidden = false;
    this.edit.hidden = false;
    this.reset.hidden = true;
    this.edit.focus();
  }

  key(event) {
    if (event.key !== "Enter") return; // Tab moves on, as everywhere
    if (event.ctrlKey || event.metaKey) {
      event.preventDefault();
      this.start();
    } else if (!event.shiftKey && !event.isComposing) {
      const { selectionStart: at, selectionEnd: end, value } = this.editor;
      const line = value.slice(value.lastIndexOf("\n", at - 1) + 1, at);
      const more = line.trimEnd().endsWith(":") ? "    " : "";
      event.preventDefault();
      this.editor.setRangeText(`\n${/^ */.exec(line)[0]}${more}`, at, end, "end");
    }
  }

  start() {
    if (this.run.disabled) return;
    const here = worker();
    const id = this.id = (last += 1);
    this.run.disabled = true;
    this.stop.hidden = false;
    this.output.hidden = true;
    this.output.replaceChildren();
    this.output.classList.remove("nb-failed");
    this.length = 0;
    this.say(here.ready ? "Running …" : "Loading Python, about 15 MB the first time …");
    here.runs.set(id, this);
    const before = this.before.map((number) => programs.get(number).code);
    if (this.setup) before.unshift(this.setup);
    here.worker.postMessage({ id, before, code: this.code });
  }

  say(text) {
    this.status.textContent = text;
  }

  print(text) {
    this.length += text.length;
    if (this.length > MOST_CHARACTERS) return;
    this.output.hidden = false;
    this.output.append(text);
  }

  end(text, failed) {
    if (text) this.print(text);
    if (this.length > MOST_CHARACTERS) this.output.append("\n… and more.");
    this.output.classList.toggle("nb-failed", failed);
    this.run.disabled = false;
    if (document.activeElement === this.stop) this.run.focus();
    this.stop.hidden = true;
    this.say(failed ? "Failed." : this.length ? "Done." : "Done: it printed nothing.");
  }
}

for (const block of document.querySelectorAll("[data-program]")) new Program(block);
if (document.querySelector("[data-open]")) {
  for (const program of programs.values()) program.open(false);
  worker();
}
