// The notebook of a page: its cells as released, and what this browser keeps of them.
import { Python } from "./python.js";

const KEPT = "cnn-gradients"; // what the names of the answers in this browser begin with

export class Notebook {
  constructor(json, place, root) {
    this.json = json;
    this.place = place;
    this.codes = json.cells.filter((cell) => cell.cell_type === "code");
    this.answers = new Map(); // what is kept of each cell, as this page has it
    this.keeps = true; // whether this browser keeps it when the page is closed
    this.ran = new Map(); // the source of each cell as this Python has run it
    this.python = new Python(root);
    this.python.onEnd = () => this.ran.clear();
  }

  cell(name) {
    return this.json.cells.find((cell) => cell.id === name);
  }

  /** Return the check of an exercise, which is the next cell; undefined for another cell. */
  check(name) {
    if (!this.cell(name).metadata.nbgrader?.solution) return undefined;
    const next = this.codes[this.codes.findIndex((cell) => cell.id === name) + 1];
    return next?.metadata.nbgrader?.grade ? next : undefined;
  }

  /**
   * Return what is kept of a cell: { source, earned, checked }, what there is of it. The browser's
   * store is read once: what another tab writes there is none of this page's.
   */
  kept(name) {
    if (!this.answers.has(name)) this.answers.set(name, this.stored(name));
    return this.answers.get(name);
  }

  stored(name) {
    try {
      return JSON.parse(localStorage.getItem(this.key(name))) ?? {};
    } catch {
      return {};
    }
  }

  keep(name, what) {
    this.store(name, { ...this.kept(name), ...what });
  }

  forget(name) {
    this.store(name, {});
  }

  store(name, answer) {
    this.answers.set(name, answer);
    try {
      localStorage.setItem(this.key(name), JSON.stringify(answer));
    } catch {
      this.keeps = false;
    }
  }

  key(name) {
    return `${KEPT}/${this.place}/${name}`;
  }

  original(name) {
    const { source } = this.cell(name);
    return Array.isArray(source) ? source.join("") : source;
  }

  source(name) {
    return this.kept(name).source ?? this.original(name);
  }

  /** Run a cell and its check, before them those above that have not run as they are now. */
  async run(name) {
    const before = this.codes.slice(0, this.codes.indexOf(this.cell(name)));
    const above = before.filter((cell) => this.isDue(cell)).map(({ id }) => this.now(id));
    const check = this.check(name);
    const shown = [this.now(name), ...(check ? [this.now(check.id)] : [])];
    const outputs = await this.python.run(above, shown);
    for (const { name: each, source } of [...above, ...shown]) this.ran.set(each, source);
    return outputs;
  }

  /** Return a cell as it is now, for Python. */
  now(name) {
    return { name, source: this.source(name) };
  }

  /** Tell whether a cell above has to run: a check and the points do nothing for those below. */
  isDue({ id, metadata }) {
    if (metadata.nbgrader?.grade || id === "progress") return false;
    return this.ran.get(id) !== this.source(id);
  }

  /** Return the notebook with the answers of this page, as a file's text. */
  assembled() {
    const whole = structuredClone(this.json);
    for (const cell of whole.cells) cell.source = this.source(cell.id);
    return `${JSON.stringify(whole, null, 1)}\n`;
  }

  /** Return the points of the answer as it is now: of none that was changed since its check. */
  earned(name) {
    const { earned = 0, checked } = this.kept(name);
    return checked === this.source(name) ? earned : 0;
  }

  /** Return the points so far, and all that checks can give. */
  points() {
    const exercises = this.codes.filter((cell) => this.check(cell.id));
    const all = exercises.map((cell) => this.check(cell.id).metadata.nbgrader.points ?? 0);
    const earned = exercises.map(({ id }) => this.earned(id));
    return { earned: sum(earned), all: sum(all) };
  }
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
