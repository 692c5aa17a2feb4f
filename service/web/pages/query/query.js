// The SPARQL page: an editor in place of the textarea, and answers fetched so that they can be
// cancelled. The form works without any of this; the server makes every answer.
import {
  autocompletion, bracketMatching, completionKeymap, defaultKeymap, EditorState, EditorView,
  HighlightStyle, highlightSpecialChars, history, historyKeymap, keymap, lineNumbers,
  setDiagnostics, sparql, StreamLanguage, syntaxHighlighting, tags,
} from "./vendor/editor.min.js";

const $ = (id) => document.getElementById(id);
const form = $("ask"), area = $("query"), note = $("note");

const WORDS = `ASK BASE BIND BOUND BY CONCAT CONSTRUCT COUNT DATATYPE DESC DESCRIBE DISTINCT EXISTS
 FILTER FROM GRAPH GROUP GROUP_CONCAT HAVING IF IN LANG LANGMATCHES LIMIT MAX MIN MINUS NAMED NOT
 OFFSET OPTIONAL ORDER PREFIX REGEX REPLACE SELECT STR STRAFTER STRBEFORE STRLEN STRSTARTS SUM
 UNDEF UNION VALUES WHERE`.split(/\s+/).map((label) => ({ label, type: "keyword", boost: -1 }));

let known;
async function vocabulary() {
  known ??= fetch("query/terms.json").then((answer) => answer.json());
  return known;
}

// ---- completion from our own vocabulary ----

function insertion(prefixes, term) {
  return (view, _, from, to) => {
    const changes = [{ from, to, insert: term.insert }];
    const prefix = term.insert.startsWith("<") ? "" : term.insert.split(":")[0];
    const text = view.state.doc.toString();
    if (prefix && !new RegExp(`PREFIX\\s+${prefix}:`, "i").test(text))
      changes.unshift({ from: 0, insert: `PREFIX ${prefix}: <${prefixes[prefix]}>\n` });
    const added = changes.length > 1 ? changes[0].insert.length : 0;
    view.dispatch({ changes, selection: { anchor: from + added + term.insert.length } });
  };
}

function about(term) {
  return () => {
    const node = document.createElement("div");
    node.textContent = [term.label, term.about].filter(Boolean).join(": ");
    return node;
  };
}

function variables(text, word) {
  const names = new Set(text.match(/[?$][A-Za-z_]\w*/g));
  names.delete(word);
  return [...names].map((label) => ({ label, type: "variable" }));
}

async function complete(context) {
  const word = context.matchBefore(/[?$]\w*|[A-Za-z_][\w:/-]*/);
  if (!word && !context.explicit) return null;
  const from = word ? word.from : context.pos;
  if (/^[?$]/.test(word?.text ?? ""))
    return { from, options: variables(context.state.doc.toString(), word.text) };
  const { prefixes, terms } = await vocabulary();
  const ours = terms.map((term) => ({
    label: term.match, detail: term.kind, type: term.kind,
    info: term.about ? about(term) : undefined, apply: insertion(prefixes, term),
  }));
  const declared = Object.entries(prefixes).map(([name, iri]) => ({
    label: `PREFIX ${name}:`, detail: "prefix", apply: `PREFIX ${name}: <${iri}>`, boost: -2,
  }));
  return { from, options: [...WORDS, ...ours, ...declared], validFor: /^[\w:/-]*$/ };
}

// ---- the editor ----

const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--link)", fontWeight: "600" },
  { tag: [tags.string, tags.literal, tags.number], color: "var(--good)" },
  { tag: [tags.variableName, tags.standard(tags.variableName)], color: "var(--part)" },
  { tag: tags.comment, color: "var(--soft)", fontStyle: "italic" },
  { tag: [tags.atom, tags.meta, tags.bracket], color: "var(--ink)" },
]);

const labelled = { "aria-labelledby": "query-label", "aria-describedby": "limits", tabindex: "0" };
const view = new EditorView({
  doc: area.value,
  extensions: [
    lineNumbers(), highlightSpecialChars(), history(), bracketMatching(),
    StreamLanguage.define(sparql), syntaxHighlighting(colours),
    autocompletion({ override: [complete], icons: false }),
    EditorView.lineWrapping, EditorView.contentAttributes.of(labelled),
    EditorState.tabSize.of(2),
    EditorView.cspNonce.of(document.querySelector("script[nonce]").nonce),
    keymap.of([
      { key: "Mod-Enter", run: () => { form.requestSubmit(); return true; } },
      ...completionKeymap, ...defaultKeymap, ...historyKeymap,
    ]),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) area.value = update.state.doc.toString();
    }),
  ],
});
area.hidden = true;
area.before(view.dom);
$("query-label").addEventListener("click", () => view.focus());
reveal(document);
mark();

function reveal(root) {
  for (const part of root.querySelectorAll(".scripted")) part.hidden = false;
}

/** Show at its line and column what the server said is wrong. */
function mark() {
  const wrong = $("wrong"), found = [];
  if (wrong?.dataset.line) {
    const line = view.state.doc.line(Math.min(+wrong.dataset.line, view.state.doc.lines));
    const from = Math.min(line.from + +wrong.dataset.column - 1, line.to);
    const to = Math.max(from, line.to);
    found.push({ from, to, severity: "error", message: wrong.textContent.trim().replace(/\s+/g, " ") });
    view.dispatch({ selection: { anchor: from }, scrollIntoView: true });
  }
  view.dispatch(setDiagnostics(view.state, found));
}

// ---- run and cancel ----

const LONGEST = 300_000;  // characters that the server reads of an address
let running = null;

async function run(address) {
  running?.abort();
  const mine = (running = new AbortController());
  const began = performance.now();
  const most = form.elements.timeout.value || form.elements.timeout.placeholder;
  const tick = setInterval(() => {
    note.textContent = `Running for ${Math.round((performance.now() - began) / 1000)} of at most ${most} s`;
  }, 1000);
  busy(true);
  try {
    const answer = await fetch(address, { signal: mine.signal, headers: { Accept: "text/html" } });
    show(new DOMParser().parseFromString(await answer.text(), "text/html"));
  } catch (error) {
    note.textContent = error.name === "AbortError" ? "Cancelled; the query was stopped."
      : address.length > LONGEST ? "The query is too long for an address. Ask it with curl."
      : "The service did not answer. Try again.";
  } finally {
    clearInterval(tick);
    if (running === mine) { running = null; busy(false); }
  }
}

function busy(now) {
  $("cancel").hidden = !now;
  $("answer").setAttribute("aria-busy", String(now));
  if (now) note.textContent = "Running";
}

/** Put the answer, or what is wrong, of a fetched page into this one. */
function show(fetched) {
  if (!fetched.getElementById("answer")) throw new Error("This is another page.");
  for (const id of ["problem", "answer"]) $(id).replaceWith(fetched.getElementById(id));
  reveal($("answer"));
  mark();
  note.textContent = $("answer-title")?.textContent.trim().replace(/\s+/g, " ") ?? "";
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const fields = new URLSearchParams({ query: area.value });
  if (form.elements.timeout.value) fields.set("timeout", form.elements.timeout.value);
  const address = `${location.pathname}?${fields}`;
  if (address !== location.pathname + location.search) window.history.pushState(null, "", address);
  run(address);
});
$("cancel").addEventListener("click", () => running?.abort());
addEventListener("popstate", () => location.reload());

document.addEventListener("click", async (event) => {
  const button = event.target.closest(".copy");
  if (!button) return;
  await navigator.clipboard.writeText($(button.dataset.copies).textContent);
  note.textContent = button.textContent = "Copied";
});
