// Completion of SPARQL from the data: prefixes, classes, properties that occur with what the query says already, and
// things by their names. Pure but for what it is given: `terms` (a promise of terms.json) and `namesLike`.

const WORD = /(?:[A-Za-z][\w-]*)?:[\w./-]*$|[\p{L}\d_-]+$/u;
const KEYWORDS = "SELECT DISTINCT WHERE FILTER OPTIONAL UNION MINUS VALUES BIND GRAPH SERVICE ASK CONSTRUCT DESCRIBE LIMIT OFFSET COUNT GROUP_CONCAT EXISTS".split(" ")
  .concat(["ORDER BY", "GROUP BY", "FILTER NOT EXISTS"]);

/** What stands before the cursor in its triple pattern: the subject, the predicate if there is one, and the slot. */
export function slotAt(text) {
  const plain = text.replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, "_").replace(/(^|\s)#[^\n]*/g, "$1 ");
  const open = plain.lastIndexOf("{") > plain.lastIndexOf("}") || /\{[^{}]*(\{[^{}]*\}[^{}]*)*$/.test(plain);
  if (!open) return { slot: "outside" };
  let words = [];
  let subject = null;
  for (const token of plain.slice(plain.indexOf("{")).matchAll(/[{}.;,]|\[|\]|<[^>\s]*>|[^\s{}.;,[\]]+(?:\.[^\s{}.;,[\]]+)*/g)) {
    const word = token[0];
    if ("{}.".includes(word)) words = [];
    else if (word === ";") words = words.slice(0, 1);
    else if (word === ",") words = words.slice(0, 2);
    else if (word === "[") { words = ["[]"]; }
    else if (word === "]") words = words.slice(0, 1);
    else if (/^(OPTIONAL|UNION|MINUS|GRAPH|FILTER|BIND|VALUES|SERVICE|WHERE)$/i.test(word)) words = [];
    else words.push(word);
  }
  subject = words[0] ?? null;
  const slot = ["subject", "predicate", "object"][words.length] ?? "after";
  return { slot, subject, predicate: words[1] ?? null };
}

/** The classes and properties that a query already gives to a variable. */
export function knownOf(text, subject) {
  const found = { classes: new Set(), properties: new Set() };
  if (!subject?.startsWith("?") && !subject?.startsWith("$")) return found;
  const name = subject.slice(1).replace(/[^\w]/g, "");
  const blocks = text.matchAll(new RegExp(`[?$]${name}\\s+([^.{}]*)`, "g"));
  for (const [, block] of blocks)
    for (const part of block.split(";")) {
      const [predicate, object] = part.trim().split(/\s+/);
      if (predicate === "a" || predicate === "rdf:type") {
        if (object?.includes(":")) found.classes.add(object);
      } else if (predicate?.includes(":")) found.properties.add(predicate);
    }
  return found;
}

/** The properties that occur with these classes and properties, by prefixed name, with how often. */
export function propertiesWith(terms, known) {
  const fitting = terms.classes.filter((each) =>
    (!known.classes.size || known.classes.has(each.name)) &&
    [...known.properties].every((name) => each.properties.some(([property]) => terms.properties[property].name === name)));
  const counts = new Map();
  if (known.classes.size || known.properties.size)
    for (const each of fitting) for (const [property, count] of each.properties)
      counts.set(property, Math.max(counts.get(property) ?? 0, count));
  return counts;
}

function declare(terms, text, name) {
  const prefix = name.split(":")[0];
  const namespace = terms.prefixes[prefix];
  if (!namespace || new RegExp(`PREFIX\\s+${prefix}:`, "i").test(text)) return null;
  return `PREFIX ${prefix}: <${namespace}>\n`;
}

/** A completion that also declares the prefix it needs. */
function option(terms, name, rest) {
  return {
    label: name,
    ...rest,
    apply(view, completion, from, to) {
      const changes = [{ from, to, insert: name }];
      const line = declare(terms, view.state.doc.toString(), name);
      if (line) changes.unshift({ from: 0, insert: line });
      view.dispatch({ changes, selection: { anchor: from + name.length + (line?.length ?? 0) }, userEvent: "input.complete" });
    },
  };
}

/** How well a term fits what is typed: its beginning, a word's beginning, or something within. */
function fit(each, typed) {
  const wanted = typed.toLowerCase();
  const bare = wanted.replace(/^[^:]*:/, "");
  const local = each.name.toLowerCase().replace(/^[^:]*:/, "");
  if (!wanted || each.name.toLowerCase().startsWith(wanted) || (!wanted.includes(":") && local.startsWith(bare))) return 2;
  return ` ${(each.label ?? "").toLowerCase()}`.includes(` ${bare}`) ? 1 : 0;
}

function detail(each, count) {
  const named = each.label && each.label !== each.name ? `${each.label} · ` : "";
  return named + count.toLocaleString("en");
}

function matches(each, typed) {
  const wanted = typed.toLowerCase();
  const bare = wanted.replace(/^[^:]*:/, "");
  return each.name.toLowerCase().includes(wanted) || (each.label ?? "").toLowerCase().includes(bare || wanted);
}

export function makeCompleter(promise, namesLike) {
  return async (context) => {
    const terms = await promise;
    const before = context.state.doc.sliceString(0, context.pos);
    const line = before.slice(before.lastIndexOf("\n") + 1);
    const prefix = line.match(/^\s*PREFIX\s+([\w-]*)$/i);
    if (prefix) return {
      from: context.pos - prefix[1].length,
      options: Object.entries(terms.prefixes).map(([name, namespace]) => ({ label: `${name}: <${namespace}>`, type: "namespace" })),
    };
    if (/[?$][\w]*$/.test(before)) {
      const all = [...new Set(context.state.doc.toString().match(/[?$]\w+/g) ?? [])];
      const word = context.matchBefore(/[?$]\w*/);
      return { from: word.from, options: all.filter((name) => name !== word.text).map((label) => ({ label, type: "variable" })) };
    }
    const word = context.matchBefore(WORD);
    if (!word && !context.explicit) return null;
    const from = word ? word.from : context.pos;
    const typed = word ? word.text : "";
    const { slot, subject, predicate } = slotAt(before.slice(0, from));
    const keywords = typed && !typed.includes(":") ? KEYWORDS.filter((each) => each.startsWith(typed.toUpperCase())).map((label) => ({ label, type: "keyword", boost: -20 })) : [];
    let options = [];
    if (slot === "predicate") {
      const whole = context.state.doc.toString();
      const together = propertiesWith(terms, knownOf(whole.slice(0, from) + " " + whole.slice(context.pos), subject));
      options = terms.properties
        .map((each, index) => ({ each, together: together.get(index) ?? 0 }))
        .filter(({ each, together: count }) => matches(each, typed) && (count || !together.size || typed))
        .sort((a, b) => fit(b.each, typed) - fit(a.each, typed) || b.together - a.together || b.each.count - a.each.count)
        .slice(0, 60)
        .map(({ each, together: count }, rank) => option(terms, each.name, {
          type: "property", detail: detail(each, count || each.count), info: each.definition || undefined, boost: 60 - rank }));
      if ("a".startsWith(typed)) options.unshift({ label: "a", detail: "is of a class", type: "keyword", boost: 99 });
    } else if (slot === "object" && (predicate === "a" || predicate === "rdf:type")) {
      options = terms.classes.filter((each) => matches(each, typed)).sort((a, b) => fit(b, typed) - fit(a, typed)).slice(0, 60).map((each, rank) => option(terms, each.name, {
        type: "class", detail: detail(each, each.count), info: each.definition || undefined, boost: 60 - rank }));
    } else if (slot !== "outside" && typed.replace(/^[^:]*:/, "").length >= 2) {
      const found = await namesLike(typed.replace(/^[^:]*:/, ""));
      if (context.aborted) return null;
      options = found.map(({ name, label }, rank) => option(terms, name, { type: "constant", detail: label, boost: 60 - rank }));
    }
    options.push(...keywords);
    return options.length ? { from, options, filter: false } : null;
  };
}
