// Other ways to see the rows of an answer: as a map, a timeline, a network, a chart. Each says what it needs where the
// rows do not have it.

const SVG = "http://www.w3.org/2000/svg";
const NUMBER = /#(integer|decimal|double|float|int|long|nonNegativeInteger)$/;
const DATE = /^-?\d{4}(-\d{2}){0,2}/;

function svg(tag, attributes, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
}

const needs = (make, text) => make("p", { textContent: text });
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);
const first = (answer, fits) => answer.columns.find((name) => answer.rows.some((row) => row[name] && fits(row[name], name)));
const isNumber = (term) => NUMBER.test(term.datatype ?? "");

/** The column that names a row best: labels before things before anything else. */
function naming(answer, not = []) {
  const rest = answer.columns.filter((name) => !not.includes(name));
  return rest.find((name) => /label|name|title/i.test(name)) ??
    rest.find((name) => answer.rows.some((row) => row[name]?.type === "uri")) ?? rest[0];
}

export function pointsOf(answer, label) {
  const lat = answer.columns.find((name) => /^lat(itude)?$/i.test(name));
  const long = answer.columns.find((name) => /^(long?(itude)?|lng)$/i.test(name));
  const wkt = first(answer, (term) => /^(<[^>]*>\s*)?point\s*\(/i.test(term.value));
  const name = naming(answer, [lat, long, wkt]);
  const points = new Map();
  for (const row of answer.rows) {
    let [y, x] = [Number(row[lat]?.value ?? NaN), Number(row[long]?.value ?? NaN)];
    const found = wkt && row[wkt]?.value.match(/point\s*\(\s*(-?[\d.]+)\s+(-?[\d.]+)/i);
    if (found) [x, y] = [Number(found[1]), Number(found[2])];
    if (Number.isFinite(x) && Number.isFinite(y)) points.set(`${y},${x},${label(row[name])}`, true);
  }
  return [...points.keys()];
}

async function map(answer, { make, at, label }) {
  const points = pointsOf(answer, label);
  if (!points.length) return needs(make, "A map needs columns called lat and long, or a column with points such as POINT(21.1 42.6).");
  const search = new URLSearchParams(points.slice(0, 80).map((point) => ["p", point.slice(0, 120)]));
  const response = await fetch(at(`workbench/map.svg?${search}`));
  if (!response.ok) return needs(make, "The map could not be drawn.");
  const drawn = new DOMParser().parseFromString(await response.text(), "image/svg+xml").documentElement;
  const figure = make("figure", {}, document.importNode(drawn, true));
  if (points.length > 80) figure.append(make("figcaption", { textContent: `The first 80 of ${points.length} places.` }));
  return figure;
}

function timeline(answer, { make, label }) {
  const when = first(answer, (term) => /#(date|dateTime|gYear|gYearMonth)$/.test(term.datatype ?? "")) ??
    first(answer, (term, name) => term.type !== "uri" && DATE.test(term.value) && /date|time|when|year|day|reading|since|until/i.test(name)) ??
    first(answer, (term) => term.type !== "uri" && !isNumber(term) && DATE.test(term.value));
  if (!when) return needs(make, "A timeline needs a column of dates.");
  const name = naming(answer, [when]);
  const moments = answer.rows.filter((row) => DATE.test(row[when]?.value ?? ""))
    .map((row) => [row[when].value, label(row[name])])
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)).slice(0, 200);
  const drawing = svg("svg", { class: "timeline", role: "img", "aria-label": "Timeline", viewBox: `0 0 760 ${moments.length * 34 + 16}` });
  moments.forEach(([time, what], index) => {
    const y = index * 34 + 24;
    if (index) drawing.append(svg("path", { d: `M170 ${y - 34}V${y}` }));
    if (!index || moments[index - 1][0] !== time) drawing.append(svg("text", { x: 155, y: y + 5, "text-anchor": "end", class: "when" }, time));
    drawing.append(svg("circle", { cx: 170, cy: y, r: 6 }), svg("text", { x: 188, y: y + 5 }, cut(what, 70)));
  });
  return make("figure", { className: "scroll", tabIndex: 0 }, drawing);
}

function network(answer, { make, label }) {
  const things = answer.columns.filter((name) => answer.rows.some((row) => row[name]?.type === "uri" || row[name]?.type === "bnode"));
  if (things.length < 2) return needs(make, "A network needs two columns of things.");
  const [from, to] = things;
  const edges = new Map();
  for (const row of answer.rows) {
    if (!row[from] || !row[to]) continue;
    const key = `${row[from].value}\n${row[to].value}`;
    edges.set(key, { from: label(row[from]), to: label(row[to]), weight: (edges.get(key)?.weight ?? 0) + 1 });
  }
  const lines = [...edges.values()].sort((a, b) => b.weight - a.weight).slice(0, 80);
  const left = [...new Set(lines.map((each) => each.from))];
  const right = [...new Set(lines.map((each) => each.to))];
  const rows = Math.max(left.length, right.length);
  const y = (list, item) => 40 + ((rows * 34) / list.length) * (list.indexOf(item) + 0.5);
  const most = Math.max(...lines.map((each) => each.weight));
  const drawing = svg("svg", { class: "network", role: "img", "aria-label": `Network from ${from} to ${to}`, viewBox: `0 0 760 ${rows * 34 + 44}` },
    svg("text", { x: 270, y: 20, "text-anchor": "end", class: "when" }, from), svg("text", { x: 490, y: 20, class: "when" }, to));
  for (const each of lines) {
    const [a, b] = [y(left, each.from), y(right, each.to)];
    drawing.append(svg("path", { class: "edge", "stroke-width": 1 + (7 * each.weight) / most, d: `M280 ${a}C380 ${a} 380 ${b} 480 ${b}` }));
  }
  for (const name of left) drawing.append(svg("text", { x: 270, y: y(left, name) + 5, "text-anchor": "end" }, cut(name, 34)));
  for (const name of right) drawing.append(svg("text", { x: 490, y: y(right, name) + 5 }, cut(name, 34)));
  return make("figure", { className: "scroll", tabIndex: 0 }, drawing);
}

function chart(answer, { make, label }) {
  const number = first(answer, isNumber);
  if (!number) return needs(make, "A chart needs a column of numbers, such as (COUNT(*) AS ?n).");
  const name = naming(answer, [number]);
  const bars = answer.rows.filter((row) => row[number]).map((row) => [name ? label(row[name]) : "", Number(row[number].value)]).slice(0, 60);
  const most = Math.max(...bars.map(([, value]) => Math.abs(value)), 1e-9);
  const drawing = svg("svg", { class: "network", role: "img", "aria-label": `Chart of ${number}`, viewBox: `0 0 760 ${bars.length * 26 + 16}` });
  bars.forEach(([what, value], index) => {
    const y = index * 26 + 8;
    drawing.append(svg("text", { x: 250, y: y + 16, "text-anchor": "end" }, cut(what, 34)),
      svg("rect", { x: 260, y: y + 3, width: Math.max(1, (420 * Math.abs(value)) / most), height: 18, class: value < 0 ? "below" : "bar" }),
      svg("text", { x: 268 + (420 * Math.abs(value)) / most, y: y + 16 }, value.toLocaleString("en")));
  });
  return make("figure", { className: "scroll", tabIndex: 0 }, drawing);
}

export const views = { map, timeline, network, chart };
