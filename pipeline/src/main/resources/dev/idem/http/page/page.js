"use strict";
// The operators' page: reads the process's own event stream and draws it. Text from the server is only ever set as text.
const $ = id => document.getElementById(id);
const SPAN = 5 * 60 * 1000;
const STAGES = {
  head: ["WAL head", "what the source has written"],
  captured: ["Captured", "what the source has sent"],
  published: ["In Kafka", "durable in the log"],
  applied: ["Warehouse", "committed there"],
  confirmed: ["Slot", "what the source may forget"],
};
const MOST_TABLES = 200;
let points = [];
let status = null;
let heard = 0;
let busy = false;

function token() { return sessionStorage.getItem("idem-token") || ""; }
function headers(more) {
  const all = Object.assign({}, more);
  if (token()) all.Authorization = "Bearer " + token();
  return all;
}

function el(name, attributes, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes || {})) {
    if (key === "onclick") node.addEventListener("click", value); else node.setAttribute(key, value);
  }
  node.append(...children);
  return node;
}
function svg(name, attributes, text) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  if (text !== undefined) node.textContent = text;
  return node;
}

// Amounts as a person reads them.
function bytes(n) {
  if (n === undefined) return "";
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  let unit = 0;
  while (Math.abs(n) >= 1024 && unit < units.length - 1) { n /= 1024; unit++; }
  return (unit && n < 10 ? n.toFixed(1) : Math.round(n)) + " " + units[unit];
}
function time(s) {
  if (s === undefined) return "";
  if (s < 10) return s.toFixed(1) + " s";
  if (s < 60) return Math.round(s) + " s";
  if (s < 3600) return Math.floor(s / 60) + " min " + Math.floor(s % 60) + " s";
  if (s < 86400) return Math.floor(s / 3600) + " h " + Math.floor(s % 3600 / 60) + " min";
  return Math.floor(s / 86400) + " d " + Math.floor(s % 86400 / 3600) + " h";
}
function count(n) { return Math.round(n).toLocaleString("en"); }
function clock(iso) { return iso ? new Date(iso).toLocaleString() : ""; }

function draw() {
  if (!status) return;
  $("main").hidden = false;
  $("login").hidden = true;
  document.title = status.name + " · Idem";
  $("name").textContent = status.name;
  verdict();
  $("warnings").replaceChildren(...status.warnings.map(one =>
    el("div", { class: "note " + one.level }, one.text, el("span", {}, one.remedy))));
  stages();
  charts();
  slot();
  tables();
  letters();
}

function verdict() {
  const node = $("verdict");
  const states = ["capture", "sink"].filter(part => status[part]).map(part => part + " " + status[part].state.toLowerCase());
  const words = { ok: "All well", warning: "Look at this", critical: "Act now" };
  node.className = "verdict " + status.level;
  node.textContent = words[status.level] + (states.length ? " · " + states.join(", ") : "");
}

function stages() {
  $("stages").replaceChildren(...Object.keys(STAGES).map(name => {
    const at = status.positions.find(position => position.stage === name);
    const [title, hint] = STAGES[name];
    const seconds = at && at.behindSeconds;
    const kind = !at ? "unknown" : seconds > 60 ? "far" : seconds > 10 ? "behind" : "";
    const behind = !at ? "not known" : name === "head" ? ""
      : at.behindBytes === 0 ? "at the head"
      : [bytes(at.behindBytes), time(seconds)].filter(Boolean).join(", ") + " behind";
    return el("li", { class: kind, title: hint },
      el("b", {}, title), el("span", { class: "lsn" }, at ? at.lsn : "–"), el("span", { class: "by" }, behind));
  }));
  $("consistent").textContent = status.consistent ? ""
    : "The warehouse holds no whole image of the source yet: a snapshot is going on, or nothing was applied.";
}

// A chart of the last minutes: lines over time, one grid line at the top value.
function chart(node, series, unit) {
  const width = node.clientWidth || 300, height = node.clientHeight || 120, bottom = height - 18;
  const now = points.length ? points[points.length - 1].t : Date.now();
  const x = t => width - (now - t) / SPAN * width;
  const top = nice(Math.max(1e-9, ...series.flatMap(one => points.map(point => point[one.key] || 0))), unit.least);
  const y = value => bottom - Math.min(1, value / top) * (bottom - 14);
  const parts = [
    svg("line", { class: "grid", x1: 0, x2: width, y1: y(top), y2: y(top) }),
    svg("line", { class: "grid", x1: 0, x2: width, y1: bottom, y2: bottom }),
    svg("text", { x: 0, y: y(top) - 4 }, unit.text(top)),
    svg("text", { x: 0, y: height - 3 }, "5 min ago"),
    svg("text", { x: width, y: height - 3, "text-anchor": "end" }, "now"),
  ];
  for (const one of series) {
    for (const run of runs(one.key)) {
      const line = run.map(point => x(point.t).toFixed(1) + "," + y(point[one.key]).toFixed(1));
      if (one.area) {
        parts.push(svg("polygon", { class: "area",
          points: [x(run[0].t) + "," + bottom, ...line, x(run[run.length - 1].t) + "," + bottom].join(" ") }));
      }
      parts.push(svg("polyline", { class: "line " + (one.name || ""), points: line.join(" ") }));
    }
  }
  node.setAttribute("viewBox", "0 0 " + width + " " + height);
  node.replaceChildren(...parts);
}
// What was not known is a gap, not a zero.
function runs(key) {
  const all = [];
  let run = [];
  for (const point of points) {
    if (point[key] === undefined) { if (run.length) all.push(run); run = []; } else run.push(point);
  }
  if (run.length) all.push(run);
  return all;
}
function nice(value, least) {
  const wanted = Math.max(value, least);
  const power = Math.pow(10, Math.floor(Math.log10(wanted)));
  return [1, 2, 5, 10].map(step => step * power).find(step => step >= wanted * 0.999);
}

function charts() {
  $("lag-now").textContent = status.lag.seconds !== undefined ? time(status.lag.seconds) : bytes(status.lag.bytes) || "not known";
  chart($("lag-chart"), [{ key: "lagSeconds", area: true }], { least: 1, text: time });
  const rate = status.throughput;
  $("rate-now").textContent = count(rate.eventsPerSecond) + " events/s";
  chart($("rate-chart"), [{ key: "published" }, { key: "applied", name: "applied" }], { least: 10, text: v => count(v) + "/s" });
}

function slot() {
  const it = status.slot;
  $("slot-now").textContent = it ? bytes(it.retainedBytes) + " kept" : "not known";
  const bar = $("slot-bar");
  bar.className = "bar " + (it ? it.level : "");
  const limit = it && it.safeBytes !== undefined ? it.retainedBytes + Math.max(0, it.safeBytes) : 0;
  bar.hidden = !limit;
  bar.firstElementChild.style.width = limit ? Math.min(100, 100 * it.retainedBytes / limit).toFixed(1) + "%" : "0";
  const facts = it ? [
    ["Slot", it.name], ["State", (it.active ? "active" : "not active") + ", WAL " + it.walStatus],
    ["Limit", it.limitBytes !== undefined ? bytes(it.limitBytes) : "none: max_slot_wal_keep_size is -1"],
    ...(it.safeBytes !== undefined ? [["Still safe", bytes(Math.max(0, it.safeBytes))]] : []),
  ] : [];
  $("slot").replaceChildren(...facts.flatMap(([name, value]) => [el("dt", {}, name), el("dd", {}, value)]));
}

function tables() {
  const wanted = $("filter").value.toLowerCase();
  const rank = { parked: 0, paused: 1, following: 2 };
  const found = status.tables
    .filter(table => (table.schema + "." + table.table).toLowerCase().includes(wanted))
    .sort((a, b) => rank[a.state] - rank[b.state]);
  const others = status.tables.filter(table => table.state !== "following").length;
  $("tables-now").textContent = count(status.tables.length) + (others ? ", " + others + " not following" : "");
  // What is being pressed must not be replaced under the finger.
  if (!busy) $("tables").replaceChildren(...found.slice(0, MOST_TABLES).map(row));
  $("more").textContent = found.length > MOST_TABLES ? "and " + count(found.length - MOST_TABLES) + " more: filter to see them" : "";
  const isPaused = status.warnings.some(warning => warning.subject === "paused");
  const pause = $("pause");
  pause.textContent = isPaused ? "Resume all" : "Pause all";
  pause.onclick = () => act(isPaused ? "resume" : "pause", null, isPaused ? "" : "Pause the sink? What is captured waits in Kafka until it is resumed.");
}
function row(table) {
  const name = table.schema + "." + table.table;
  const button = (label, action, question) => el("button", { type: "button", "aria-label": label + " " + name,
    onclick: () => act(action, table, question) }, label);
  return el("tr", {},
    el("td", {}, name),
    el("td", {}, el("span", { class: "state " + table.state }, table.state),
      ...(table.reason ? [el("span", { class: "why" }, table.reason + (table.since ? " (since " + clock(table.since) + ")" : ""))] : [])),
    el("td", { class: "n" }, count(table.events)), el("td", { class: "n" }, count(table.written)),
    el("td", { class: "n" }, count(table.deleted)),
    el("td", {}, ...verified(table.verification)),
    el("td", { class: "acts" },
      table.state === "following" ? button("Pause", "pause", "") : button("Resume", "resume", ""),
      button("Verify", "verifications", ""),
      button("Resync", "resync", "Read " + name + " anew at the source? The stream goes on meanwhile.")));
}

function verified(last) {
  if (!last) return ["never"];
  const text = last.differences ? count(last.differences) + (last.differences === 1 ? " row" : " rows")
    + (last.repaired ? ", " + count(last.repaired) + " repaired" : "") : "";
  const state = last.result === "different" || last.result === "not compared" ? "parked" : last.result === "behind" ? "paused" : "following";
  return [el("span", { class: "state " + state }, last.result),
    el("span", { class: "why" }, clock(last.at) + (text ? ": " + text : ""))];
}

let lettersShown = -1;
async function letters() {
  const number = status.deadLetters.count;
  $("letters-now").textContent = number ? count(number) + ", the last " + clock(status.deadLetters.last) : "none";
  if (number === lettersShown) return;
  lettersShown = number;
  if (!number) { $("letters").replaceChildren(); return; }
  try {
    const response = await fetch("/api/v1/dead-letters?limit=20", { headers: headers() });
    if (!response.ok) throw new Error(String(response.status));
    $("letters").replaceChildren(...(await response.json()).map(letter => el("li", {},
      (letter.table ? letter.schema + "." + letter.table + ": " : "") + letter.reason,
      el("span", {}, letter.topic + ", partition " + letter.partition + ", offset " + letter.offset + ", " + clock(letter.since)))));
  } catch (failure) { lettersShown = -1; }
}

// One key for each press, kept while it is sent again, so that it is done once.
async function act(action, table, question) {
  if (busy || question && !confirm(question)) return;
  busy = true;
  document.querySelectorAll("main button").forEach(button => { button.disabled = true; });
  const request = { method: "POST",
    headers: headers({ "Content-Type": "application/json", "Idempotency-Key": '"' + key() + '"' }),
    body: JSON.stringify(table ? { schema: table.schema, table: table.table } : {}) };
  try {
    let response;
    for (let attempt = 0; attempt < 3 && !response; attempt++) {
      response = await fetch("/api/v1/" + action, request).catch(() => null);
    }
    const answer = response ? await response.json() : { detail: "the process does not answer" };
    toast((table ? table.schema + "." + table.table + ": " : "") + (answer.result || answer.detail));
  } catch (failure) {
    toast("the process does not answer");
  } finally {
    busy = false;
    document.querySelectorAll("main button").forEach(button => { button.disabled = false; });
  }
}
// randomUUID exists in secure contexts only; a page on plain HTTP of another machine is none.
function key() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), byte => byte.toString(16).padStart(2, "0")).join("");
}
let toastTimer;
function toast(text) {
  $("toast").textContent = text;
  $("toast").hidden = false;
  clearTimeout(toastTimer);
  toastTimer = setTimeout(() => { $("toast").hidden = true; }, 5000);
}

// The event stream, read by fetch because EventSource cannot send a token.
async function listen() {
  let response;
  try {
    response = await fetch("/api/v1/events", { headers: headers({ Accept: "text/event-stream" }) });
  } catch (failure) { return; }
  if (response.status === 401) {
    $("main").hidden = true;
    $("login").hidden = false;
    $("verdict").textContent = "Not shown";
    await new Promise(resolve => { loggedIn = resolve; });
    return;
  }
  if (!response.ok || !response.body) return;
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    rest += value.replace(/\r/g, "");
    let end;
    while ((end = rest.indexOf("\n\n")) >= 0) {
      take(rest.slice(0, end));
      rest = rest.slice(end + 2);
    }
  }
}
let loggedIn = () => {};
function take(block) {
  let event = "message", data = "";
  for (const line of block.split("\n")) {
    if (line.startsWith("event:")) event = line.slice(6).trim();
    if (line.startsWith("data:")) data += line.slice(5).replace(/^ /, "");
  }
  if (!data) return;
  const value = JSON.parse(data);
  heard = Date.now();
  if (event === "history") points = value;
  if (event === "point") { points.push(value); points = points.filter(point => point.t > value.t - SPAN); }
  if (event === "status") { status = value; }
  if (event !== "history") draw();
}

async function run() {
  for (;;) {
    try { await listen(); } catch (failure) { /* the stream broke: it is opened again */ }
    await new Promise(resolve => setTimeout(resolve, 1500));
  }
}
setInterval(() => {
  const silent = heard ? (Date.now() - heard) / 1000 : 0;
  document.body.classList.toggle("stale", silent > 5);
  $("fresh").textContent = silent > 5 ? "No answer from the process for " + time(silent) : heard ? "live" : "";
}, 1000);
$("login").addEventListener("submit", event => {
  event.preventDefault();
  sessionStorage.setItem("idem-token", $("token").value);
  $("token").value = "";
  loggedIn();
});
$("filter").addEventListener("input", draw);
addEventListener("resize", draw);
run();
