// A code cell of the page, which becomes an editor once it is opened; and the answer in sentences.
import { editor, replace } from "./editor.js";
import { drawn, element } from "./element.js";

const UNWRITTEN = "YOUR ANSWER HERE";
const STOPPED = "stopped";
const LOST = "Put this cell back as the notebook has it? What you wrote in it is lost.";

export class Cell {
  constructor(notebook, bar, box, name) {
    Object.assign(this, { notebook, bar, box, name });
    this.isExercise = notebook.check(name) !== undefined;
    const words = this.isExercise ? "Write it here" : "Run here";
    this.opener = element("button", { type: "button", class: "run-here" }, words);
    this.opener.onclick = () => this.open();
    box.append(this.opener);
    if (notebook.source(name) !== notebook.original(name)) this.build();
  }

  /** Put the editor in the place of the cell, and run it if it is no exercise. */
  open() {
    this.build();
    this.editor.focus();
    if (!this.isExercise) this.start();
  }

  build() {
    const runs = this.isExercise ? "Check" : "Run";
    this.opener.remove();
    this.run = element("button", { type: "button", class: "run" }, runs);
    this.back = element("button", { type: "button" }, "Begin again");
    this.stop = element("button", { type: "button", hidden: "" }, "Stop");
    this.state = element("span", { role: "status" });
    this.result = element("div", { class: "run-result" });
    const parent = element("div", { class: "run-editor" });
    const row = element("div", { class: "run-row" });
    row.append(this.run, this.stop, this.back, this.state);
    const input = this.box.querySelector(".cell_input");
    input.hidden = true;
    input.after(parent, row, this.result);
    this.editor = editor({
      parent,
      doc: this.notebook.source(this.name),
      label: `Cell ${this.name}`,
      changed: (source) => this.keep(source),
      run: () => this.start(),
    });
    this.run.onclick = () => this.start();
    this.back.onclick = () => this.again();
    this.stop.onclick = () => this.notebook.python.end(STOPPED);
  }

  keep(source) {
    this.notebook.keep(this.name, { source });
    this.bar.show();
  }

  async start() {
    if (this.run.disabled) return;
    const { python } = this.notebook;
    this.run.disabled = true;
    this.stop.hidden = false;
    python.onState = (state) => (this.state.textContent = state);
    python.onState(python.isRunning ? "Running" : "Starting Python");
    const checked = this.notebook.source(this.name);
    try {
      this.show(await this.notebook.run(this.name), checked);
    } catch (error) {
      this.result.replaceChildren(element("p", {}, failed(error.message)));
    }
    this.state.textContent = "";
    this.run.disabled = false;
    this.stop.hidden = true;
  }

  /** Show outputs, and keep the points; checked: the answer that they are for. */
  show(outputs, checked) {
    const before = this.box.querySelector(".cell_output"); // of the notebook as released
    if (before) before.hidden = true;
    this.result.replaceChildren(...outputs.map(drawn));
    const verdict = outputs.findLast((output) => output.points !== undefined);
    if (this.isExercise) this.notebook.keep(this.name, { earned: verdict?.earned ?? 0, checked });
    this.bar.show();
  }

  /** Put the cell back as the notebook has it. */
  again() {
    if (!confirm(LOST)) return;
    replace(this.editor, this.notebook.original(this.name));
    this.notebook.forget(this.name);
    this.result.replaceChildren();
    this.bar.show();
  }
}

/** Let a text be written that a person reads; it goes into the notebook that is downloaded. */
export function essay(notebook, bar, box) {
  const name = box.dataset.essay;
  if (!notebook.cell(name)) return;
  const area = element("textarea", { rows: "8", "aria-label": "Your answer in sentences" });
  const written = notebook.source(name);
  area.value = written.trim() === UNWRITTEN ? "" : written;
  area.placeholder = "Your answer in sentences: it comes into the notebook that you download.";
  area.oninput = () => {
    notebook.keep(name, { source: area.value.trim() ? area.value : UNWRITTEN });
    bar.show();
  };
  box.replaceChildren(area);
}

function failed(message) {
  if (message === STOPPED) return "Stopped. The next run starts Python anew.";
  return `This could not run: ${message}. Check the connection and try again.`;
}
