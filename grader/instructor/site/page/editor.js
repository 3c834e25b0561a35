// The editor of a cell: CodeMirror with Python's rules.
import { indentWithTab } from "@codemirror/commands";
import { python } from "@codemirror/lang-python";
import { indentUnit } from "@codemirror/language";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { oneDark } from "@codemirror/theme-one-dark";
import { keymap } from "@codemirror/view";
import { basicSetup, EditorView } from "codemirror";
import { isDark, onTheme } from "./theme.js";

const colours = new Compartment();

/** Return an editor; changed: gets the text after each change;  run: what Shift-Enter does. */
export function editor({ parent, doc, label, changed, run }) {
  const runs = ["Shift-Enter", "Mod-Enter"].map((key) => ({ key, run: () => (run(), true) }));
  const extensions = [
    Prec.highest(keymap.of(runs)),
    basicSetup,
    keymap.of([indentWithTab]),
    indentUnit.of("    "),
    EditorState.tabSize.of(4),
    python(),
    EditorView.contentAttributes.of({ "aria-label": `${label}. Escape, then Tab leaves it.` }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) changed(update.state.doc.toString());
    }),
    colours.of(ofTheme()),
  ];
  const view = new EditorView({ parent, doc, extensions });
  onTheme(() => view.dispatch({ effects: colours.reconfigure(ofTheme()) }));
  return view;
}

function ofTheme() {
  return isDark() ? oneDark : [];
}

/** Replace all that an editor holds. */
export function replace(view, text) {
  view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } });
}
