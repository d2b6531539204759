// Puts "Run", "Edit" and the output below each program of the page that runs in a browser.

const here = new URL("./", import.meta.url);
const MOST_BYTES = 500_000_000; // of memory, which Python never gives back
const programs = new Map(); // by number
const waiting = []; // programs to run after the one that runs
let python = null; // the worker, once it was needed
let running = null; // the program
let last = 0;
let anew = false; // whether to load all of it again, without the cache

/** Start Python, if it has not been started yet. */
function load() {
  if (python) return;
  const name = anew ? "anew" : "";
  const worker = new Worker(new URL("worker.mjs", here), { type: "module", name });
  python = { worker, ready: false };
  worker.onerror = ({ message }) => worker.onmessage({ data: { failed: message ?? "no answer" } });
  worker.onmessage = ({ data }) => {
    if (python?.worker !== worker) return; // it was ended meanwhile
    if (data.failed) {
      anew = true;
      end(`Python could not be loaded: ${data.failed}`);
    } else if (data.broken) {
      end(`Python had to end: ${data.broken}`);
    } else if (data.ready) {
      python.ready = true;
      anew = false;
      running?.say("Running …");
    } else if (data.text !== undefined) {
      if (data.id === last) running?.print(data.text); // and not what an earlier one left behind
    } else {
      if (data.bytes > MOST_BYTES) unload();
      finish(data.error ?? "", data.error !== null);
    }
  };
}

function unload() {
  python?.worker.terminate();
  python = null;
}

/** End Python, and the program that runs. */
function end(text) {
  unload();
  if (running) finish(text, true);
}

function finish(text, failed) {
  const program = running;
  running = null;
  program.end(text, failed);
  next();
}

/** Run the next program, one after the other. */
function next() {
  if (running || !waiting.length) return;
  running = waiting.shift();
  try {
    if (typeof WebAssembly === "undefined") throw new Error("this browser has no WebAssembly");
    load();
  } catch (error) {
    finish(`Python cannot run here: ${error.message}`, true);
    return;
  }
  running.say(python.ready ? "Running …" : "Loading Python, about 15 MB the first time …");
  python.worker.postMessage({ id: (last += 1), ...running.task });
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
    this.printed = "";
    this.block = block;
    this.source = block.querySelector("code").textContent;
    const which = `example ${number + 1}`;
    this.run = this.button("Run", `Run ${which}`, () => this.start());
    this.run.classList.add("nb-first");
    this.stop = this.button("Stop", `Stop ${which}`, () => this.halt());
    this.edit = this.button("Edit", `Edit ${which}`, () => this.open(true));
    this.reset = this.button("Reset", `Reset ${which}`, () => this.close());
    this.stop.hidden = this.reset.hidden = true;
    this.status = element("span", { role: "status", class: "nb-status" });
    if (before.length) {
      const those = before.length === 1 ? "the program" : `the ${before.length} programs`;
      this.say(`Runs ${those} above first.`);
    }
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
      class: "nb-editor", "aria-label": `Code of ${this.which}`, rows: String(lines + 2),
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
      const text = `\n${/^ */.exec(line)[0]}${more}`;
      // The old way can be undone, the new one cannot.
      if (!document.execCommand("insertText", false, text)) {
        this.editor.setRangeText(text, at, end, "end");
      }
    }
  }

  start() {
    if (this.run.hasAttribute("aria-disabled")) return; // `disabled` would take the focus away
    const before = this.before.map((number) => programs.get(number).code);
    this.task = { before: this.setup ? [this.setup, ...before] : before, code: this.code };
    this.run.setAttribute("aria-disabled", "true");
    this.stop.hidden = false;
    this.output.hidden = true;
    this.output.replaceChildren();
    this.output.classList.remove("nb-failed");
    this.silent = true;
    if (running) this.say("Waiting for another program …");
    waiting.push(this);
    next();
  }

  /** End this program: what has not begun is only forgotten. */
  halt() {
    if (running === this) {
      end("Stopped.");
      load(); // as the next run is near
    } else {
      waiting.splice(waiting.indexOf(this), 1);
      this.end("Stopped.", true);
    }
  }

  say(text) {
    this.status.textContent = text;
  }

  print(text) {
    if (!this.printed) requestAnimationFrame(() => this.show()); // many lines at once
    this.printed += text;
  }

  show() {
    if (!this.printed) return;
    this.output.append(this.printed);
    this.printed = "";
    this.silent = false;
    if (!this.output.hidden) return;
    this.output.hidden = false;
    const { top, bottom } = this.bar.getBoundingClientRect();
    if (bottom > 0 && top < innerHeight) this.output.scrollIntoView({ block: "nearest" });
  }

  end(text, failed) {
    this.show();
    const begun = text && /[^\n]$/.test(this.output.textContent); // a line that has no end
    this.printed += begun ? `\n${text}` : text;
    this.show();
    this.output.classList.toggle("nb-failed", failed);
    this.run.removeAttribute("aria-disabled");
    if (document.activeElement === this.stop) this.run.focus();
    this.stop.hidden = true;
    this.say(failed ? "Failed." : this.silent ? "Done: it printed nothing." : "Done.");
  }
}

for (const block of document.querySelectorAll("[data-program]")) new Program(block);
for (const block of document.querySelectorAll("[data-elsewhere]")) {
  const { elsewhere } = block.dataset;
  block.after(element("p", { class: "nb-elsewhere" }, `Not in a browser: ${elsewhere}.`));
}
if (document.querySelector("[data-open]")) {
  for (const program of programs.values()) {
    program.open(false);
    program.bar.classList.add("nb-open");
  }
  load();
}
