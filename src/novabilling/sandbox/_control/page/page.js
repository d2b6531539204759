"use strict";
// The page of the sandbox. What comes from the server is written as text, never as HTML.

const $ = (id) => document.getElementById(id);
const main = $("main");
let token = sessionStorage.getItem("sandbox-token") || "";
let known = "";
let status_ = null;
let view = null;
let reveal = false;

// Building

// Signs that turn the direction of text would show it in another order than it has.
const plain = (text) => String(text).replace(/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/g,
  (sign) => "\\u" + sign.charCodeAt(0).toString(16).padStart(4, "0"));

function el(name, options, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(options || {})) {
    if (value === null || value === undefined || value === false) continue;
    if (key === "on") for (const [event, act] of Object.entries(value)) made.addEventListener(event, act);
    else if (key === "text") made.textContent = plain(value);
    else if (key === "class") made.className = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  for (const child of children.flat()) {
    if (child !== null && child !== undefined && child !== false) made.append(child instanceof Node ? child : plain(child));
  }
  return made;
}

const link = (href, text, more) => el("a", { href, ...more }, breakable(text));

// Long words may break after these signs, rather than anywhere.
function breakable(text) {
  return String(text).split(/(?<=[./_?&])/).flatMap((part, place) => (place ? [el("wbr"), part] : [part]));
}
const button = (text, act, kind) =>
  el("button", { type: "button", class: kind, text, on: { click: () => attempt(act) } });

function field(label, input, kind) {
  return el("label", { class: kind || "" }, label, input);
}

function check(label, input) {
  input.type = "checkbox";
  return el("label", { class: "check" }, input, label);
}

function choice(values, chosen) {
  const made = el("select");
  for (const [value, text] of values) made.append(el("option", { value, text, selected: value === chosen }));
  return made;
}

function json(value) {
  const box = el("pre", { tabindex: "0" });
  if (typeof value === "string" || value === null || value === undefined) {
    box.textContent = plain(value || "(empty)");
    return box;
  }
  const text = plain(JSON.stringify(value, null, 2));
  const pattern = /("(?:[^"\\]|\\.)*")(\s*:)?|-?\d[\d.eE+-]*|true|false|null/g;
  let end = 0;
  for (const found of text.matchAll(pattern)) {
    box.append(text.slice(end, found.index));
    const kind = found[2] ? "k" : found[1] ? "s" : "n";
    box.append(el("span", { class: kind, text: found[1] || found[0] }), found[2] || "");
    end = found.index + found[0].length;
  }
  box.append(text.slice(end));
  return box;
}

function pairs(rows) {
  return el("dl", {}, rows.flatMap(([name, value]) => [
    el("dt", { text: name }),
    el("dd", {}, value),
  ]));
}

// Words

const WORDS = { usageEvent: "events", addOn: "add-ons", tax: "taxes", customerTax: "customer taxes", planTax: "plan taxes", chargeTax: "charge taxes" };
function title(table) {
  const words = table.replace(/[A-Z]/g, (letter) => " " + letter.toLowerCase());
  return WORDS[table] || words + "s";
}
function moment(text) {
  return el("time", { datetime: text, text: text.slice(0, 10) + " " + text.slice(11, 19) });
}
function statusText(status) {
  const kind = status === null ? "bad" : status < 300 ? "ok" : status < 400 ? "dim" : status < 500 ? "warn" : "bad";
  return el("span", { class: "state " + kind, text: status === null ? "broken" : String(status) });
}
function stateText(state) {
  const kind = { accepted: "ok", failed: "bad" }[state] || "dim";
  return el("span", { class: "state " + kind, text: state });
}

// Asking

async function ask(method, path, body) {
  const headers = { "X-Sandbox-Token": token };
  if (method !== "GET") headers["Content-Type"] = "application/json";
  const options = { method, headers, body: method === "GET" ? undefined : JSON.stringify(body || {}) };
  const answer = await fetch("/_sandbox" + path, options);
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error || String(answer.status));
  return value;
}
const get = (path) => ask("GET", path);
const post = (path, body) => ask("POST", path, body);
const query = (values) => "?" + new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ""));

let silence = 0;
function say(text, bad) {
  $("said").className = bad ? "bad" : "";
  $("said").textContent = plain(text);
  clearTimeout(silence);
  silence = setTimeout(() => { $("said").textContent = ""; }, bad ? 8000 : 3500);
}

async function attempt(act) {
  try {
    await act();
    await look(true);
  } catch (error) {
    say(error.message, true);
  }
}

function describe(did) {
  return Object.entries(did).map(([name, count]) => (count > 1 ? count + " × " : "") + name).join(", ");
}

// Requests

function requestsView() {
  const text = el("input", { type: "search", placeholder: "path, id, words of a body" });
  const status = choice([["", "all"], ["errors", "errors"], ["2xx", "2xx"], ["4xx", "4xx"], ["5xx", "5xx"], ["0xx", "broken"]], "");
  const body = el("tbody");
  const empty = el("p", { class: "empty" });
  const table = el("div", { class: "scroll" }, el("table", {},
    el("thead", {}, el("tr", {},
      el("th", { scope: "col", class: "wide-only", text: "Time" }),
      el("th", { scope: "col", text: "Method" }), el("th", { scope: "col", text: "Path" }),
      el("th", { scope: "col", text: "Status" }), el("th", { scope: "col", class: "end", text: "ms" }))),
    body));
  const split = splitView("Requests of the app, newest first", [
    el("div", { class: "bar" }, field("Filter", text, "grow"), field("Status", status)), table, empty]);
  let newest = 0;
  let shown = "";
  text.addEventListener("input", () => attempt(refresh));
  status.addEventListener("change", () => attempt(refresh));
  body.addEventListener("keydown", (event) => step(event, body));

  function row(one, isNew) {
    const path = link("#/requests/" + one.id, one.path + one.query);
    return el("tr", { "data-key": one.id, class: isNew ? "new" : null },
      el("td", { class: "wide-only dim short", text: one.at.slice(11, 19) }),
      el("td", { class: "mono", text: one.method }), el("td", { class: "path mono" }, path),
      el("td", {}, statusText(one.status)), el("td", { class: "end dim", text: one.milliseconds }));
  }
  async function refresh() {
    const wanted = query({ text: text.value.trim(), status: status.value, limit: 200 });
    const { data } = await get("/requests" + wanted);
    const before = shown === wanted ? newest : Infinity;
    keep(body, data, (one) => row(one, one.id > before));
    newest = data.length ? data[0].id : newest;
    shown = wanted;
    empty.textContent = data.length ? "" : wanted.includes("text") || wanted.includes("status")
      ? "No request is like this." : "Nothing yet. Point your app at " + location.origin + " with the API key under Keys.";
    mark(body, split.chosen);
  }
  async function open(id) {
    const one = await get("/requests/" + encodeURIComponent(id) + (reveal ? "?reveal=true" : ""));
    const side = (name, message) => el("section", { "aria-label": name },
      el("h3", { text: name }),
      el("details", {}, el("summary", { text: "Headers" }), pairs(Object.entries(message.headers))),
      json(message.body), message.is_cut ? el("p", { class: "dim", text: "It is longer; this is its beginning." }) : null);
    const secrets = button(reveal ? "Hide secrets" : "Show secrets", () => { reveal = !reveal; return open(id); });
    split.show(one.method + " " + one.path + one.query, secrets,
      el("p", {}, statusText(one.status), " in " + one.milliseconds + " ms, at ", moment(one.at), " UTC"),
      one.status === null ? el("p", { class: "bad", text: "The connection was broken, as a fault had it." }) : null,
      el("div", { class: "sides" }, side("Request", one.request), side("Answer", one.response)));
  }
  return { root: split.root, refresh, async go(parts) { await split.go(parts[0], open, body, "#/requests"); } };
}

// A list, and beside it what was chosen

function splitView(heading, content) {
  const list = el("div", { class: "list panel" }, el("h2", { text: heading }), content);
  const aside = el("section", { class: "panel", "aria-live": "off", tabindex: "-1" });
  const root = el("div", { class: "split none" }, list);
  aside.addEventListener("keydown", (event) => {
    const anchor = event.target === aside && event.key === "ArrowLeft" && list.querySelector("tr.on a");
    if (anchor) { event.preventDefault(); anchor.focus(); }
  });
  const split = {
    root, chosen: "",
    show(text, ...children) {
      const back = link(split.back, "← Back to the list", { class: "back" });
      const [first, ...rest] = children;
      aside.replaceChildren(back, el("div", { class: "head" }, el("h2", { text }), first), ...rest.filter(Boolean));
      aside.setAttribute("aria-label", text);
      if (!aside.isConnected) root.append(aside);
    },
    async go(id, open, body, back) {
      const changed = split.chosen !== (id || "");
      split.chosen = id || "";
      split.back = back;
      root.className = id ? "split chosen" : "split none";
      if (!id) aside.remove();
      else if (changed) await open(id);
      mark(body, split.chosen);
      if (id && changed && matchMedia("(max-width: 820px)").matches) { aside.focus(); scrollTo(0, 0); }
    },
  };
  return split;
}

function mark(body, chosen) {
  for (const row of body.children) {
    const on = row.dataset.key === String(chosen);
    row.classList.toggle("on", on);
    const anchor = row.querySelector("a");
    if (anchor) { if (on) anchor.setAttribute("aria-current", "true"); else anchor.removeAttribute("aria-current"); }
  }
}

// Rows that are there stay, so that focus and selections stay with them.
function keep(body, data, make) {
  const old = new Map([...body.children].map((row) => [row.dataset.key, row]));
  const rows = data.map((one) => {
    const text = JSON.stringify(one);
    const found = old.get(String(one.id));
    if (found && found.content_ === text) return found;
    const made = make(one);
    made.content_ = text;
    if (found && found.contains(document.activeElement)) setTimeout(() => made.querySelector("a").focus());
    return made;
  });
  rows.forEach((row, place) => { if (body.children[place] !== row) body.insertBefore(row, body.children[place] || null); });
  while (body.children.length > rows.length) body.lastChild.remove();
}

function step(event, body) {
  const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
  const row = event.target.closest("tr");
  const next = by && row && (by > 0 ? row.nextElementSibling : row.previousElementSibling);
  if (next) { event.preventDefault(); next.querySelector("a").focus(); }
  const aside = event.key === "ArrowRight" && body.closest(".split").querySelector("section");
  if (aside) { event.preventDefault(); aside.focus(); }
}

// Webhooks

function webhooksView() {
  const event = el("select");
  const to = el("input", { type: "url", placeholder: "http://127.0.0.1:8000/webhooks" });
  const body = el("tbody");
  const empty = el("p", { class: "empty" });
  const listening = el("p", { class: "dim" });
  const forward = button("", async () => {
    const url = status_.forward_to ? null : to.value.trim();
    if (url === "") throw new Error("Say where to: the address of your app's handler");
    await post("/forward", { to: url });
    say(url ? "Webhooks go to " + url : "Webhooks are not forwarded any more");
  });
  body.addEventListener("keydown", (pressed) => step(pressed, body));
  const split = splitView("Webhooks, newest first", [
    el("div", { class: "bar" }, field("Where to", to, "grow"), forward), listening,
    el("div", { class: "bar" }, field("Make happen", event, "grow"), button("Trigger", async () => {
      const made = await post("/trigger", { event: event.value });
      say(made.event + ": " + made.state);
      location.hash = "#/webhooks/" + made.id;
    }, "main")),
    el("div", { class: "scroll" }, el("table", {}, el("thead", {}, el("tr", {},
      el("th", { scope: "col", text: "No." }), el("th", { scope: "col", text: "Event" }),
      el("th", { scope: "col", class: "wide-only", text: "Time" }), el("th", { scope: "col", text: "Sent" }))), body)),
    empty]);
  get("/trigger").then(({ events }) => {
    for (const name of events) event.append(el("option", { value: name, text: name, selected: name === "invoice.paid" }));
  }).catch((error) => say(error.message, true));

  async function refresh() {
    const { data } = await get("/deliveries?limit=200");
    keep(body, data, (one) => el("tr", { "data-key": one.id },
      el("td", { class: "dim", text: one.id }), el("td", { class: "path" }, link("#/webhooks/" + one.id, one.event)),
      el("td", { class: "wide-only dim short", text: one.timestamp.slice(5, 16).replace("T", " ") }),
      el("td", {}, stateText(one.state), one.statuses.length > 1 ? el("span", { class: "dim", text: " " + one.statuses.map((s) => s || "–").join(" ") }) : null)));
    empty.textContent = data.length ? "" : "Nothing has happened yet.";
    forward.textContent = status_.forward_to ? "Stop" : "Forward";
    listening.textContent = status_.forward_to ? "All webhooks go to " + status_.forward_to : "Nobody listens: say where your app takes webhooks.";
    if (split.chosen && data.some((one) => String(one.id) === split.chosen)) await open(split.chosen);
    mark(body, split.chosen);
  }
  let drawn = "";
  async function open(id) {
    const one = await get("/deliveries/" + encodeURIComponent(id));
    if (drawn === JSON.stringify(one) && split.root.children.length > 1) return;
    drawn = JSON.stringify(one);
    const again = button("Send again", async () => {
      const sent = await post("/deliveries/" + one.id + "/send", to.value.trim() && !status_.forward_to ? { to: to.value.trim() } : {});
      say("Sent again: " + sent.state);
    });
    const attempts = one.attempts.map((made) => el("li", {},
      statusText(made.status), " in " + made.milliseconds + " ms from ", el("span", { class: "mono", text: made.url }),
      el("details", {}, el("summary", { text: "Signature and answer" }), pairs([
        ["timestamp", made.timestamp], ["signature", el("code", { text: made.signature })], ["answer", made.answer || "(empty)"]]))));
    split.show(one.event, again,
      el("p", {}, stateText(one.state), ", happened at ", moment(one.timestamp), " UTC of the sandbox"),
      el("div", { class: "sides" },
        el("section", { "aria-label": "Body" }, el("h3", { text: one.attempts.length > 1 ? "Body of the last attempt" : "Body" }), json(one.body)),
        el("section", { "aria-label": "Attempts" }, el("h3", { text: "What your app answered" }),
          attempts.length ? el("ul", { class: "plain" }, attempts) : el("p", { class: "dim", text: "It was not sent." }),
          el("h3", { text: one.attempts.length > 1 ? "Headers of the last attempt" : "Headers" }), pairs(Object.entries(one.headers)))));
  }
  return { root: split.root, refresh, async go(parts) { await split.go(parts[0], open, body, "#/webhooks"); } };
}

// Data

const COLUMNS = {
  customer: ["externalId", "name", "email", "currency"],
  plan: ["code", "name", "billingInterval", "billingTiming", "isActive"],
  subscription: ["id", "status", "customerId", "planId", "currentPeriodEnd"],
  invoice: ["invoiceNumber", "status", "amount", "currency", "customerId", "dueDate"],
  payment: ["id", "status", "amount", "currency", "provider", "invoiceId"],
  usageEvent: ["id", "code", "timestamp", "subscriptionId", "properties"],
  wallet: ["id", "name", "status", "balance", "currency", "customerId"],
};

function dataView() {
  const tables = el("ul", { class: "tables" });
  const empties = el("ul", { class: "tables" });
  const more = el("details", {}, el("summary"), empties);
  const text = el("input", { type: "search", placeholder: "words of a row" });
  const content = el("div");
  let name = "customer";
  let id = "";
  text.addEventListener("input", () => attempt(refresh));
  const filter = el("div", { class: "bar" }, field("Filter", text, "grow"));
  const root = el("div", {}, el("h2", { text: "What is in the sandbox" }), tables, more, filter, content);

  function value(found, column, row, table) {
    if (found === null || found === undefined) return el("span", { class: "dim", text: "–" });
    if (table[column]) return el("a", { href: "#/data/" + table[column] + "/" + encodeURIComponent(found), text: found });
    if (column === "pdfUrl") return link(found, "PDF", { target: "_blank", rel: "noopener" });
    if (typeof found === "object") return Object.keys(found).length ? json(found) : el("span", { class: "dim", text: "{}" });
    if (/^\d{4}-\d\d-\d\dT/.test(found)) return moment(found);
    return String(found);
  }
  function cell(found, column, row, table) {
    if (found !== null && typeof found === "object") return el("td", { class: "short mono", text: JSON.stringify(found) });
    return el("td", { class: "short" }, value(found, column, row, table));
  }
  async function list() {
    const answer = await get("/tables/" + name + query({ text: text.value.trim(), limit: 100 }));
    const others = answer.columns.filter((one) => !["id", "createdAt", "updatedAt"].includes(one));
    const [first, ...columns] = COLUMNS[name] || ["id", ...others.slice(0, 6)];
    const rows = answer.data.map((row) => el("tr", { "data-key": row.id },
      el("td", { class: "short mono" }, el("a", { href: "#/data/" + name + "/" + row.id, text: row[first] })),
      columns.map((column) => cell(row[column], column, row, answer.references)),
      name === "invoice" ? el("td", {}, row.pdfUrl ? link(row.pdfUrl, "PDF", { target: "_blank", rel: "noopener", "aria-label": "PDF of " + row.invoiceNumber }) : null) : null));
    const heads = [first, ...columns, ...(name === "invoice" ? ["pdf"] : [])];
    content.replaceChildren(el("div", { class: "panel" }, el("h2", { text: title(name) + ", newest first" }),
      rows.length ? el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": title(name) }, el("table", {},
        el("thead", {}, el("tr", {}, heads.map((one) => el("th", { scope: "col", text: one })))), el("tbody", {}, rows)))
        : el("p", { class: "empty", text: "There are none" + (text.value ? " like this." : " yet.") }),
      answer.total > rows.length ? el("p", { class: "dim", text: "The newest " + rows.length + " of " + answer.total }) : null));
  }
  async function one() {
    const answer = await get("/tables/" + name + "/" + encodeURIComponent(id));
    const referrers = answer.referrers.map((other) => el("div", {},
      el("h3", { text: title(other.table) + " (" + other.total + ")" }),
      el("ul", { class: "plain" }, other.rows.map((row) => el("li", {}, el("span", { class: "mono" }, link("#/data/" + other.table + "/" + row.id, row.id)), el("span", { class: "label", text: row.label }))))));
    content.replaceChildren(el("div", { class: "split" },
      el("div", { class: "panel" }, link("#/data/" + name, "← All " + title(name)), el("h2", { class: "mono", text: answer.name + " " + id }),
        pairs(Object.entries(answer.row).map(([column, found]) => [column, value(found, column, answer.row, answer.references)]))),
      el("div", { class: "panel" }, el("h2", { text: "What belongs to it" }), referrers.length ? referrers : el("p", { class: "dim", text: "Nothing." }))));
  }
  let drawn = "";
  async function refresh() {
    const chip = (table) => el("li", {}, link("#/data/" + table.name, title(table.name) + " " + table.rows, {
      class: table.rows ? null : "zero", "aria-current": table.name === name ? "page" : null }));
    const isShown = (table) => table.rows || table.name === name || COLUMNS[table.name];
    tables.replaceChildren(...status_.tables.filter(isShown).map(chip));
    const others = status_.tables.filter((table) => !isShown(table));
    empties.replaceChildren(...others.map(chip));
    more.hidden = !others.length;
    more.firstChild.textContent = others.length + " empty tables";
    filter.hidden = Boolean(id);
    const key = [name, id, text.value].join(" ") + status_.version;
    if (key === drawn) return;
    const focus = document.activeElement && content.contains(document.activeElement) && document.activeElement.getAttribute("href");
    await (id ? one() : list());
    drawn = key;
    if (focus) for (const anchor of content.querySelectorAll("a")) if (anchor.getAttribute("href") === focus) { anchor.focus(); break; }
  }
  return { root, refresh, async go(parts) { if (parts[0] !== name) text.value = ""; name = parts[0] || "customer"; id = parts[1] || ""; await refresh(); } };
}

// Time

function timeView() {
  const now = el("p", { class: "big" });
  const nights = el("div");
  const snapshots = el("ul", { class: "plain" });
  const name = el("input", { value: "before", maxlength: "64" });
  const move = (text, parts) => button(text, () => moved(post("/clock/advance", parts)));
  async function moved(asked) {
    const { nights: done } = await asked;
    say(done.length ? done.length + (done.length > 1 ? " times something happened: see below" : " time something happened: see below") : "Nothing happened meanwhile");
  }
  const root = el("div", { class: "cards" },
    el("div", { class: "panel" }, el("h2", { text: "The sandbox's time (UTC)" }), now,
      el("div", { class: "bar" }, move("+ 1 hour", { hours: 1 }), move("+ 1 day", { days: 1 }), move("+ 1 week", { days: 7 }), move("+ 31 days", { days: 31 })),
      el("div", { class: "bar" }, button("To the end of the next period", () => moved(post("/clock/advance_period")), "main")),
      el("h3", { text: "Run the jobs of a night now" }),
      el("div", { class: "bar" }, ["billing", "renewals", "reminders", "finalizing"].map((job) => button(job, () => moved(post("/jobs", { jobs: [job] })))))),
    el("div", { class: "panel" }, el("h2", { text: "Snapshots" }),
      el("div", { class: "bar" }, field("Name", name, "grow"), button("Keep the state", async () => {
        await post("/snapshots/" + encodeURIComponent(name.value)); say("Kept as " + name.value);
      })), snapshots,
      el("h3", { text: "Start over" }),
      button("Reset the sandbox", async () => {
        if (!confirm("All data of the sandbox, its time and its list of requests go. Its keys stay.")) return;
        await post("/reset"); say("The sandbox is empty");
      }, "bad")),
    el("div", { class: "panel" }, el("h2", { text: "What the nights did, newest first" }), nights));
  async function refresh() {
    const clock = await get("/clock");
    now.replaceChildren(moment(clock.now));
    nights.replaceChildren(clock.nights.length ? el("ul", { class: "plain" }, clock.nights.map((night) => el("li", {},
      moment(night.at), el("span", { class: "dim", text: " " + night.jobs.join(", ") }), el("br"), describe(night.did))))
      : el("p", { class: "empty", text: "Nothing yet. Move the time on." }));
    snapshots.replaceChildren(...status_.snapshots.map((one) => el("li", {}, el("div", { class: "bar" }, el("span", { class: "grow mono", text: one }),
      button("Bring back", async () => { await post("/snapshots/" + one + "/restore"); say("It is as it was at " + one); }),
      button("Delete", () => ask("DELETE", "/snapshots/" + one))))));
  }
  return { root, refresh, async go() {} };
}

// Faults

function faultsView() {
  const kind = choice([["fail", "Answer an error"], ["drop", "Break the connection"]], "fail");
  const number = (value, more) => el("input", { type: "number", value, min: "0", ...more });
  const status = number("503", { min: "400", max: "599" }), times = number("1", { min: "1", max: "1000" });
  const method = choice([["", "any"], ["GET", "GET"], ["POST", "POST"], ["PATCH", "PATCH"], ["DELETE", "DELETE"]], "");
  const route = el("input", { placeholder: "/invoices/{invoice_id}/mark-paid" });
  const applied = el("input");
  const waiting = el("ul", { class: "plain" });
  const latency = number("0", { step: "any" }), overlap = number("0", { step: "any" }), limit = number("", { placeholder: "none", min: "1" });
  const statusField = field("Status", status);
  kind.addEventListener("change", () => { statusField.hidden = kind.value === "drop"; });
  let set = "";
  const root = el("div", { class: "cards" },
    el("div", { class: "panel" }, el("h2", { text: "For the next requests" }), el("div", { class: "fields" },
      field("What", kind, "wide"), statusField, field("How many requests", times), field("Only with the method", method),
      field("Only of the route", route), el("div", { class: "wide" }, check("Carry the request out, and lose only the answer", applied))),
      button("Arm", async () => {
        const body = { times: Number(times.value), after_apply: applied.checked, method: method.value || null, route: route.value.trim() || null };
        if (kind.value === "fail") body.status = Number(status.value);
        await post("/faults/" + kind.value + "_next", body);
        say("It waits for the next request");
      }, "main")),
    el("div", { class: "panel" }, el("h2", { text: "Waiting" }), waiting, el("p", {}, button("Clear all faults", async () => { await post("/faults/clear"); say("No fault waits"); }))),
    el("div", { class: "panel" }, el("h2", { text: "For every request" }), el("div", { class: "fields" },
      field("Latency in seconds", latency), field("Calls that overlap, in seconds", overlap), field("Calls per operation and minute", limit)),
      button("Set", async () => {
        await post("/faults", { latency: Number(latency.value), overlap: Number(overlap.value), rate_limit: limit.value ? Number(limit.value) : null });
        say("It is set");
      })));
  async function refresh() {
    const faults = await get("/faults");
    const groups = [];
    for (const one of faults.waiting) {
      const last = groups[groups.length - 1];
      if (last && JSON.stringify(last.one) === JSON.stringify(one)) last.count += 1;
      else groups.push({ one, count: 1 });
    }
    waiting.replaceChildren(...(groups.length ? groups.map(({ one, count }) => el("li", {},
      el("b", { text: one.kind === "drop" ? "Broken connection" : "Error " + one.status }), count > 1 ? " × " + count : "",
      el("span", { class: "dim", text: " for " + (one.method || "any request") + (one.route ? " " + one.route : "") + (one.after_apply ? ", after it took effect" : "") })))
      : [el("li", { class: "dim", text: "None." })]));
    const values = JSON.stringify([faults.latency, faults.overlap, faults.rate_limit]);
    if (values !== set) {
      [latency.value, overlap.value, limit.value] = [faults.latency, faults.overlap, faults.rate_limit === null ? "" : faults.rate_limit];
      set = values;
    }
  }
  return { root, refresh, async go() {} };
}

// Keys

async function showKeys() {
  const values = await get("/credentials");
  const names = [["API key", values.token], ["Login token (JWT)", values.jwt], ["Webhook secret", values.webhook_secret]];
  $("keys").replaceChildren(pairs([["Base URL", el("code", { text: location.origin })], ...names.map(([name, secret]) => {
    const shown = el("span", { class: "mono", text: "••••••••" });
    const toggle = el("button", { type: "button", text: "Show", "aria-label": "Show the " + name });
    toggle.addEventListener("click", () => {
      const hidden = toggle.textContent === "Show";
      shown.textContent = hidden ? secret : "••••••••";
      toggle.textContent = hidden ? "Hide" : "Show";
      toggle.setAttribute("aria-label", toggle.textContent + " the " + name);
    });
    const copy = el("button", { type: "button", text: "Copy", "aria-label": "Copy the " + name });
    copy.addEventListener("click", () => attempt(async () => { await navigator.clipboard.writeText(secret); say(name + " copied"); }));
    return [name, el("span", {}, shown, toggle, " ", copy)];
  })]));
}

$("keys-button").addEventListener("click", () => attempt(async () => {
  const open = $("keys").hidden;
  if (open) await showKeys();
  $("keys").hidden = !open;
  $("keys-button").setAttribute("aria-expanded", String(open));
}));

// The whole

const VIEWS = { requests: requestsView, webhooks: webhooksView, data: dataView, time: timeView, faults: faultsView };
const made = {};
let current = "";

async function look(always) {
  status_ = await get("/status");
  $("connection").className = "";
  $("connection").textContent = status_.forward_to ? "Webhooks go to " + status_.forward_to : "";
  $("now").textContent = status_.now.slice(0, 10) + " " + status_.now.slice(11, 19) + " UTC";
  $("now").setAttribute("datetime", status_.now);
  if (!always && status_.version === known) return;
  known = status_.version;
  $("count-requests").textContent = status_.requests;
  $("count-webhooks").textContent = status_.deliveries;
  $("count-faults").textContent = status_.faults.length || "";
  $("count-faults").className = status_.faults.length ? "on" : "";
  if (view) await view.refresh();
}

async function navigate() {
  const hash = location.hash;
  if (hash && !hash.startsWith("#/")) {
    if (hash !== "#main") {
      token = hash.slice(1);
      sessionStorage.setItem("sandbox-token", token);
      history.replaceState(null, "", "#/requests");
    } else return;
  }
  const [name, ...parts] = (location.hash.slice(2) || "requests").split("/").map(decodeURIComponent);
  const chosen = VIEWS[name] ? name : "requests";
  for (const anchor of document.querySelectorAll("nav a")) {
    if (anchor.getAttribute("href") === "#/" + chosen) anchor.setAttribute("aria-current", "page");
    else anchor.removeAttribute("aria-current");
  }
  if (!status_) await look();
  made[chosen] = made[chosen] || VIEWS[chosen]();
  view = made[chosen];
  if (current !== chosen) { main.replaceChildren(view.root); await view.refresh(); }
  current = chosen;
  document.title = chosen + " - NovaBilling sandbox";
  await view.go(parts);
}

async function watch() {
  try {
    if (!document.hidden) await look();
  } catch (error) {
    $("connection").className = "bad";
    $("connection").textContent = error instanceof TypeError ? "The sandbox does not answer" : error.message;
  }
  setTimeout(watch, 800);
}

$("skip").addEventListener("click", (event) => { event.preventDefault(); main.focus(); });
addEventListener("hashchange", () => navigate().catch((error) => say(error.message, true)));
navigate().catch((error) => say(error.message, true)).finally(watch);
