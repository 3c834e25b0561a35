// A code cell of the page, which becomes an editor once it is opened; and the answer in sentences.
import { editor, replace } from "./editor.js";
import { drawn, element, inPictures } from "./element.js";

const UNWRITTEN = "YOUR ANSWER HERE";
const STOPPED = "stopped";
const WAITS = "Waits for the cell that runs now.";
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
    if (this.isBusy) return;
    this.busy(true);
    this.state.textContent = WAITS;
    const { python } = this.notebook;
    const end = await this.notebook.turn();
    this.stop.hidden = false;
    python.onState = (state) => (this.state.textContent = state);
    python.onState(python.isRunning ? "Running" : "Starting Python");
    const checked = this.notebook.source(this.name);
    try {
      this.show(await this.notebook.run(this.name), checked);
    } catch (error) {
      this.result.replaceChildren(element("p", {}, failed(error.message)));
    } finally {
      end();
    }
    this.state.textContent = "";
    if (document.activeElement === this.stop) this.run.focus(); // it stays in the row
    this.stop.hidden = true;
    this.busy(false);
  }

  busy(isBusy) {
    this.isBusy = isBusy;
    for (const button of [this.run, this.back]) {
      button.setAttribute("aria-disabled", String(isBusy)); // `disabled` would lose the focus
    }
    this.result.setAttribute("aria-busy", String(isBusy));
  }

  /** Show outputs, and keep the points; checked: the answer that they are for. */
  show(outputs, checked) {
    for (const output of this.released()) output.hidden = true;
    const pictures = [...this.box.querySelectorAll(".cell_output img")];
    const all = outputs.flatMap((output) => inPictures(output, pictures));
    this.result.replaceChildren(...all.map(drawn));
    const verdict = outputs.findLast((output) => output.points !== undefined);
    if (this.isExercise) this.notebook.keep(this.name, { earned: verdict?.earned ?? 0, checked });
    this.bar.show();
  }

  /** Put the cell back as the notebook has it. */
  again() {
    if (this.isBusy || !confirm(LOST)) return;
    replace(this.editor, this.notebook.original(this.name));
    this.notebook.forget(this.name);
    this.result.replaceChildren();
    for (const output of this.released()) output.hidden = false;
    this.bar.show();
  }

  /** Return the outputs of the notebook as released. */
  released() {
    return this.box.querySelectorAll(".cell_output");
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
