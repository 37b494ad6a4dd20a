// The workbench at /sparql. The page works without it, as a form; with it, there is an editor that completes from the
// data, and results can be sorted, filtered, paged, and seen as a map, a timeline, a network or a chart.
import { makeCompleter } from "./completing.js";
import { views } from "./views.js";

const base = new URL("../", import.meta.url);
const at = (path) => new URL(path.replace(/^\//, ""), base);
const form = document.getElementById("query-form");
const area = document.getElementById("query");
const tools = document.getElementById("tools");
const output = document.getElementById("output");
const PAGE = 50;
const HISTORY = "kgraph.queries";
const KEPT = 30;

function make(tag, properties = {}, ...children) {
  const { dataset, attributes, ...rest } = properties;
  const element = Object.assign(document.createElement(tag), rest);
  Object.assign(element.dataset, dataset ?? {});
  for (const [name, value] of Object.entries(attributes ?? {})) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const terms = fetch(at("workbench/terms.json")).then((response) => response.json());

async function namesLike(text) {
  const response = await fetch(at(`workbench/names.json?q=${encodeURIComponent(text)}`));
  return response.ok ? response.json() : [];
}

// ---- The editor ----------------------------------------------------------------------------------------------------

let editor = {
  get text() {
    return area.value;
  },
  set text(value) {
    area.value = value;
  },
  mark() {},
  focus: () => area.focus(),
};

async function openEditor() {
  const { createEditor } = await import("./editor.js");
  const host = make("div", { id: "editor" });
  area.after(host);
  editor = createEditor(host, {
    text: area.value,
    complete: makeCompleter(terms, namesLike),
    run,
    change: (text) => {
      area.value = text;
      editor.mark?.("");
    },
  });
  area.hidden = true;
  document.querySelector("label[for=query]").hidden = true;
  document.documentElement.dataset.editor = "ready";
}

// ---- Asking --------------------------------------------------------------------------------------------------------

let asked = 0;
let answer = null;

async function run() {
  const query = editor.text;
  const number = ++asked;
  const start = performance.now();
  editor.mark("");
  status("Asking …");
  remember(query);
  history.replaceState(null, "", shareLink(query));
  let response;
  try {
    response = await fetch(at("sparql"), {
      method: "POST",
      headers: {
        "Content-Type": "application/sparql-query",
        Accept: "application/sparql-results+json, text/turtle;q=0.9, application/problem+json;q=0.8",
      },
      body: query,
    });
  } catch {
    return fail(number, { title: "No answer", detail: "The server could not be reached. Is it still running?" });
  }
  const text = await response.text();
  if (number !== asked) return;
  const took = Math.round(performance.now() - start);
  if (!response.ok) {
    let problem = { title: response.statusText, detail: text.slice(0, 500) };
    try {
      problem = JSON.parse(text);
    } catch { /* not every error comes from kgraph: a proxy may have answered */ }
    return fail(number, problem);
  }
  const isRows = response.headers.get("Content-Type").includes("sparql-results+json");
  answer = { text, took, query, notices: response.headers.get("X-Notice"), rows: null, columns: [], labels: new Map() };
  if (isRows) {
    const data = JSON.parse(text);
    if ("boolean" in data) answer.verdict = data.boolean;
    else {
      answer.columns = data.head.vars;
      answer.rows = data.results.bindings;
    }
  }
  const size = answer.rows ? `${answer.rows.length.toLocaleString("en")} row${answer.rows.length === 1 ? "" : "s"} · ` : "";
  status(`${size}${took.toLocaleString("en")} ms`);
  show(wantedView(query, answer));
  fetchLabels(answer);
}

function fail(number, problem) {
  if (number !== asked) return;
  status("");
  editor.mark(problem.detail ?? problem.title, problem.line, problem.column);
  const where = problem.line ? ` (line ${problem.line}${problem.column ? `, column ${problem.column}` : ""})` : "";
  output.replaceChildren(
    make("section", { className: "problem", attributes: { role: "alert" } },
      make("p", {}, make("strong", { textContent: `${problem.title}.` }), ` ${problem.detail ?? ""}${where}`)));
}

function status(text) {
  document.getElementById("status").textContent = text;
}

/** What each thing in the answer is called, so that all views show names; the table can show IRIs instead. */
async function fetchLabels(of) {
  const iris = new Set();
  for (const row of of.rows ?? []) for (const term of Object.values(row)) if (term.type === "uri") iris.add(term.value);
  const wanted = [...iris].slice(0, 2000);
  if (!wanted.length) return;
  const response = await fetch(at("workbench/labels.json"), {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(wanted),
  });
  if (!response.ok) return;
  of.labels = new Map(Object.entries(await response.json()));
  if (of === answer) show(current);
}

// ---- Showing -------------------------------------------------------------------------------------------------------

const NAMES = ["table", "map", "timeline", "network", "chart", "raw"];
let current = "table";
const table = { sort: null, down: false, filter: "", page: 0, labels: true };

function wantedView(query, of) {
  const named = query.match(/^\s*#\s*defaultView\s*:\s*(\w+)/im)?.[1].toLowerCase();
  const view = { graph: "network", barchart: "chart", linechart: "chart" }[named] ?? named;
  Object.assign(table, { sort: null, filter: "", page: 0 });
  return of.rows && NAMES.includes(view) ? view : of.rows ? "table" : "raw";
}

function show(view) {
  current = view;
  const tabs = make("div", { className: "tabs", attributes: { role: "tablist", "aria-label": "How to show the answer" } },
    ...NAMES.map((name) => make("button", {
      type: "button", id: `tab-${name}`, textContent: name[0].toUpperCase() + name.slice(1),
      tabIndex: name === view ? 0 : -1,
      attributes: { role: "tab", "aria-selected": String(name === view), "aria-controls": "panel" },
      onclick: () => show(name),
      onkeydown: (event) => {
        const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
        if (!step) return;
        show(NAMES[(NAMES.indexOf(name) + step + NAMES.length) % NAMES.length]);
        document.getElementById(`tab-${current}`).focus();
      },
    })));
  const panel = make("div", { id: "panel", attributes: { role: "tabpanel", "aria-labelledby": `tab-${view}`, tabindex: "0" } });
  output.replaceChildren(tabs, panel);
  if (answer.notices) panel.append(make("p", { className: "quiet", textContent: answer.notices }));
  if (view === "raw" || !answer.rows) {
    if (answer.verdict !== undefined && view !== "raw")
      panel.append(make("p", { className: "plain-answer", textContent: answer.verdict ? "Yes" : "No, not here. That does not mean that it is not so." }));
    else panel.append(make("pre", { textContent: answer.text.slice(0, 500_000) }));
  } else if (!answer.rows.length) {
    panel.append(make("p", { textContent: "No rows. Where a fact is asked for, that means: not stated in what is here. It does not mean no." }));
  } else if (view === "table") showTable(panel);
  else Promise.resolve(views[view](answer, { make, at, label })).then((shown) => panel.append(shown));
}

function label(term) {
  if (!term) return "";
  if (term.type !== "uri") return term.value;
  if (table.labels && answer.labels.has(term.value)) return answer.labels.get(term.value);
  return short(term.value);
}

let prefixes = {};
terms.then((known) => { prefixes = known.prefixes; }, () => {});

function short(iri) {
  let best = "";
  for (const [prefix, namespace] of Object.entries(prefixes))
    if (iri.startsWith(namespace) && namespace.length > (prefixes[best]?.length ?? 0)) best = prefix;
  return best ? `${best}:${iri.slice(prefixes[best].length)}` : iri;
}

function hrefOf(iri) {
  const own = document.getElementById("workbench").dataset.base;
  if (iri.startsWith(own)) return at(iri.slice(own.length)).href;
  return /^https?:/.test(iri) ? iri : null;
}

function valueOf(term) {
  if (!term) return "";
  return isNumber(term) ? Number(term.value) : label(term).toLowerCase();
}

export function isNumber(term) {
  return /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/.test(term?.datatype ?? "");
}

function showTable(panel) {
  const words = table.filter.toLowerCase();
  let rows = answer.rows.filter((row) => !words || answer.columns.some((name) => label(row[name]).toLowerCase().includes(words)));
  if (table.sort !== null) {
    const name = answer.columns[table.sort];
    const way = table.down ? -1 : 1;
    rows = [...rows].sort((a, b) => {
      const [x, y] = [valueOf(a[name]), valueOf(b[name])];
      return (x === y ? 0 : x === "" ? 1 : y === "" ? -1 : x < y ? -1 : 1) * way;
    });
  }
  const last = Math.max(0, Math.ceil(rows.length / PAGE) - 1);
  table.page = Math.min(table.page, last);
  const redraw = () => {
    const focused = document.activeElement?.id;
    show("table");
    if (focused) document.getElementById(focused)?.focus();
  };
  const filter = make("input", { type: "search", id: "filter", value: table.filter, attributes: { "aria-label": "Rows that contain" }, placeholder: "Rows that contain …" });
  filter.oninput = () => {
    const place = filter.selectionStart;
    Object.assign(table, { filter: filter.value, page: 0 });
    redraw();
    document.getElementById("filter").setSelectionRange(place, place);
  };
  const names = make("label", { className: "inline" },
    make("input", { type: "checkbox", id: "labels", checked: table.labels, onchange: (event) => { table.labels = event.target.checked; redraw(); } }), " names for IRIs");
  const head = make("tr", {}, ...answer.columns.map((name, column) => {
    const sorted = table.sort === column;
    return make("th", { scope: "col", attributes: { "aria-sort": sorted ? (table.down ? "descending" : "ascending") : "none" } },
      make("button", { type: "button", className: "sort", id: `sort-${column}`, textContent: name + (sorted ? (table.down ? " ↓" : " ↑") : ""),
        onclick: () => { Object.assign(table, { down: sorted && !table.down, sort: column }); redraw(); } }));
  }));
  const body = rows.slice(table.page * PAGE, (table.page + 1) * PAGE).map((row) => make("tr", {}, ...answer.columns.map((name) => {
    const term = row[name];
    const cell = make("td", { className: isNumber(term) ? "number" : "" });
    const href = term?.type === "uri" ? hrefOf(term.value) : null;
    if (href) cell.append(make("a", { href, title: term.value, textContent: label(term) }));
    else cell.textContent = label(term);
    if (term?.["xml:lang"]) cell.lang = term["xml:lang"];
    return cell;
  })));
  const turn = (text, step, off, id) => make("button", { type: "button", className: "second", id, textContent: text, disabled: off, onclick: () => { table.page += step; redraw(); } });
  panel.append(
    make("div", { className: "row-tools" }, filter, names),
    make("div", { className: "scroll", tabIndex: 0 }, make("table", {}, make("thead", {}, head), make("tbody", {}, ...body))));
  if (last) panel.append(make("p", { className: "row-tools" },
    turn("Back", -1, table.page === 0, "back"), ` Page ${table.page + 1} of ${last + 1} `, turn("Next", 1, table.page === last, "next")));
}

// ---- Sharing, history, examples ------------------------------------------------------------------------------------

function shareLink(query) {
  return `${at("sparql").href}?query=${encodeURIComponent(query)}`;
}

function codeFor(query) {
  const url = at("sparql").href;
  const shell = query.replaceAll("'", `'"'"'`);
  const python = JSON.stringify(query).replaceAll("\\n", "\n").includes('"""') ? JSON.stringify(query) : `"""${query.replaceAll("\\", "\\\\")}"""`;
  return {
    curl: `curl -H 'Accept: text/csv' --data-urlencode 'query=${shell}' ${url}`,
    Python: `import io, urllib.parse, urllib.request\nimport pandas\n\nquery = ${python}\nbody = urllib.parse.urlencode({"query": query}).encode()\nrequest = urllib.request.Request("${url}", body, {"Accept": "text/csv"})\nwith urllib.request.urlopen(request) as answer:\n    rows = pandas.read_csv(io.TextIOWrapper(answer, "utf-8"))`,
    R: `library(httr)\nquery <- r"---(${query})---"\nanswer <- POST("${url}", body = list(query = query), encode = "form", accept("text/csv"))\nrows <- read.csv(text = content(answer, "text", encoding = "UTF-8"))`,
  };
}

function remembered() {
  try {
    const kept = JSON.parse(localStorage.getItem(HISTORY) ?? "[]");
    return Array.isArray(kept) ? kept.filter((each) => typeof each === "string") : [];
  } catch {
    return [];
  }
}

function remember(query) {
  const kept = [query, ...remembered().filter((each) => each !== query)].slice(0, KEPT);
  try {
    localStorage.setItem(HISTORY, JSON.stringify(kept));
  } catch { /* private windows may keep nothing */ }
  showHistory();
}

function showHistory() {
  const kept = remembered();
  const list = document.getElementById("history");
  list.replaceChildren(...kept.map((query) => make("li", {}, make("button", {
    type: "button", className: "plain-button", textContent: query.split("\n").find((line) => line.trim() && !/^\s*(#|PREFIX)/i.test(line))?.trim().slice(0, 60) || query.slice(0, 60),
    title: query, onclick: () => { editor.text = query; editor.focus(); } }))));
  list.closest("details").hidden = !kept.length;
}

async function showExamples() {
  const response = await fetch(at("workbench/examples.json"));
  if (!response.ok) return;
  const examples = await response.json();
  for (const link of document.querySelectorAll("#examples a[data-slug]")) {
    const example = examples[link.dataset.slug];
    if (example) link.onclick = (event) => {
      event.preventDefault();
      editor.text = example;
      run();
    };
  }
}

function addTools() {
  const shared = make("span", { className: "quiet", attributes: { role: "status" } });
  const code = make("details", {}, make("summary", { textContent: "Code for curl, Python, R" }));
  code.ontoggle = () => {
    if (!code.open) return;
    code.querySelectorAll("div").forEach((each) => each.remove());
    code.append(make("div", {}, ...Object.entries(codeFor(editor.text)).flatMap(([name, text]) => [
      make("h3", { textContent: name }), make("pre", { textContent: text, tabIndex: 0 })])));
  };
  tools.append(
    make("button", { type: "button", className: "second", textContent: "Copy link", onclick: async () => {
      try {
        await navigator.clipboard.writeText(shareLink(editor.text));
        shared.textContent = "Copied.";
      } catch {
        history.replaceState(null, "", shareLink(editor.text));
        shared.textContent = "The link is in the address bar.";
      }
    } }), shared, code);
}

form.addEventListener("submit", (event) => {
  if (event.submitter?.name === "format") return; // a download
  event.preventDefault();
  run();
});
area.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
});
document.getElementById("workbench").dataset.script = "on";
addTools();
showHistory();
showExamples();
openEditor().then(() => { if (form.dataset.asked === "true") run(); });
