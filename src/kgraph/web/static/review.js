// The quick way through a review: keys decide, the mouse marks words. Without this, the forms do the same.
"use strict";

(() => {
  const at = (id) => document.getElementById(id);
  const sentence = at("sentence");
  const words = at("f-words");
  const spans = at("f-spans");
  const details = at("change");

  for (const note of document.querySelectorAll(".scripted")) note.hidden = false;

  const press = (id) => at(id)?.click();
  const form = at("filled");
  const fill = () => {
    details.open = true;
    at("f-subject").focus();
    at("f-subject").select();
  };
  // A claim is added from empty fields; words that are marked already are kept.
  const add = () => {
    if (!marked.length && at("add")) {
      press("add");
      return;
    }
    for (const field of form.querySelectorAll(".field input")) if (field !== words) field.value = "";
    at("f-polarity").value = "positive";
    at("f-modality").value = "fact";
    form.querySelector("[value=change]")?.remove();
    fill();
  };
  const keys = {
    a: () => press("accept"),
    r: () => press("reject"),
    n: () => press("next"),
    u: () => press("undo"),
    c: fill,
    "+": add,
  };
  // What was marked is sent as it is.
  const send = () => form.requestSubmit(form.querySelector("button"));
  document.addEventListener("keydown", (event) => {
    const field = event.target.closest("input, select, textarea");
    if (event.key === "Escape" && field) field.blur();
    if (event.key === "Enter" && field?.matches("#filled select")) {
      event.preventDefault();
      send();
    }
    if (event.key === "Enter" && marked.length && event.target === document.body) send();
    if (field || event.ctrlKey || event.metaKey || event.altKey || !(event.key in keys)) return;
    event.preventDefault();
    keys[event.key]();
  });

  // One decision a press: a key that is held down does not decide on what comes next unread.
  for (const form of document.querySelectorAll("form[method=post]")) {
    form.addEventListener("submit", (event) => {
      if (form.dataset.sent) event.preventDefault();
      form.dataset.sent = "yes";
    });
  }
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form")) delete form.dataset.sent;
  });

  // What is typed as words counts; what was marked before does not any more.
  words.addEventListener("input", () => { spans.value = ""; });

  const text = sentence.textContent;
  const start = Number(sentence.dataset.start);
  if ("adding" in details.dataset) (words.value ? fill : () => words.focus())();

  // After "label =", the things to choose from are classes: by their names, or by the words that evoke them.
  const things = at("things");
  const known = things.innerHTML;
  const classes = [...at("classes").options].map((each) => [each.value, `${each.value}, ${each.text}`.toLowerCase()]);
  let offered = "";
  form.addEventListener("input", (event) => {
    if (event.target.getAttribute("list") !== "things") return;
    const [, label, typed] = /^(.*\S)\s*=\s*([^=]*)$/.exec(event.target.value) ?? [];
    const wanted = (typed ?? "").trim().toLowerCase();
    if (offered === `${label}=${wanted}`) return;
    offered = `${label}=${wanted}`;
    if (label === undefined) {
      things.innerHTML = known;
      return;
    }
    const fitting = classes.filter(([, evoking]) => evoking.includes(wanted));
    things.replaceChildren(...fitting.map(([name, evoking]) => {
      const option = document.createElement("option");
      option.value = `${label} = ${name}`;
      option.label = evoking;
      return option;
    }));
  });

  const points = (units) => Array.from(text.slice(0, units)).length;
  let marked = [];

  const offset = (node, place) => {
    const range = document.createRange();
    range.selectNodeContents(sentence);
    range.setEnd(node, place);
    return range.toString().length;
  };
  const isWord = (character) => character !== undefined && /[\p{L}\p{N}’'-]/u.test(character);
  const widened = (first, last) => {
    while (first < last && /\s/.test(text[first])) first += 1;
    while (last > first && /\s/.test(text[last - 1])) last -= 1;
    while (first > 0 && isWord(text[first - 1]) && isWord(text[first])) first -= 1;
    while (last < text.length && isWord(text[last]) && isWord(text[last - 1])) last += 1;
    return [first, last];
  };
  const show = () => {
    const parts = [];
    let position = 0;
    for (const [first, last] of marked) {
      const mark = document.createElement("mark");
      mark.textContent = text.slice(first, last);
      parts.push(text.slice(position, first), mark);
      position = last;
    }
    sentence.replaceChildren(...parts, text.slice(position));
  };

  document.addEventListener("mouseup", (event) => {
    const selection = window.getSelection();
    if (selection.isCollapsed || !sentence.contains(selection.anchorNode) || !sentence.contains(selection.focusNode)) return;
    const range = selection.getRangeAt(0);
    const [first, last] = widened(
      offset(range.startContainer, range.startOffset),
      offset(range.endContainer, range.endOffset),
    );
    if (first >= last) return;
    const kept = event.shiftKey ? marked.filter(([from, to]) => to <= first || from >= last) : [];
    marked = [...kept, [first, last]].sort((one, other) => one[0] - other[0]);
    selection.removeAllRanges();
    show();
    details.open = true;
    words.value = marked.map(([from, to]) => text.slice(from, to)).join(" … ");
    spans.value = marked.map(([from, to]) => `${start + points(from)}-${start + points(to)}`).join(",");
  });
})();
