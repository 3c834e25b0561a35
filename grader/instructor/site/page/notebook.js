// The notebook of a page: its cells as released, and what this browser keeps of them.
import { Python } from "./python.js";

const KEPT = "cnn-gradients"; // what the names of the answers in this browser begin with
const SHOWS_ALONE = /^(progress$|clock-)/; // cells that do nothing for those below
const OF_ALL = ["student-id"]; // the cells that all notebooks share

export class Notebook {
  constructor(json, place, root) {
    this.json = json;
    this.place = place;
    this.codes = json.cells.filter((cell) => cell.cell_type === "code");
    this.answers = new Map(); // what is kept of each cell, as this page has it
    this.keeps = true; // whether this browser keeps it when the page is closed
    this.ran = new Map(); // the source of each cell as this Python has run it
    this.site = new URL(root).pathname; // one host may hold several sites
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
    const place = OF_ALL.includes(name) ? "" : `${this.place}/`;
    return `${KEPT}${this.site}${place}${name}`;
  }

  original(name) {
    const { source } = this.cell(name);
    return Array.isArray(source) ? source.join("") : source;
  }

  source(name) {
    return this.kept(name).source ?? this.original(name);
  }

  /** Wait until no other cell runs; return what to call once this one has run. */
  async turn() {
    const before = this.last;
    let end;
    this.last = new Promise((resolve) => (end = resolve));
    await before;
    return end;
  }

  /** Run a cell and its check, before them those above that have not run as they are now. */
  async run(name) {
    const before = this.codes.slice(0, this.codes.indexOf(this.cell(name)));
    const above = before.filter((cell) => this.isDue(cell)).map(({ id }) => this.now(id));
    const check = this.check(name);
    const shown = [this.now(name), ...(check ? [this.now(check.id)] : [])];
    const { raised, outputs, failed } = await this.python.run(above, shown);
    const again = [...raised.map((each) => each.name), ...(failed ? [name] : [])];
    for (const { name: each, source } of [...above, ...shown]) {
      if (!again.includes(each)) this.ran.set(each, source); // else it is run and told again
    }
    return [...raised.map((each) => this.warning(each)), ...outputs];
  }

  /** Return the output that tells of a cell above that raised an error. */
  warning({ source, error }) {
    const begins = source.trim().split("\n", 1)[0];
    const last = error.trim().split("\n").at(-1);
    return {
      warning:
        `The cell above that begins with "${begins}" raised an error: ${last}\n` +
        "What it defines is missing here, or is as it was before.",
    };
  }

  /** Return a cell as it is now, for Python. */
  now(name) {
    return { name, source: this.source(name), defines: this.check(name) !== undefined };
  }

  /** Tell whether a cell above has to run: a check and the points do nothing for those below. */
  isDue({ id, metadata }) {
    if (metadata.nbgrader?.grade || SHOWS_ALONE.test(id)) return false;
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

  /** Return the points so far, all that checks can give, and those that a person gives. */
  points() {
    const exercises = this.codes.filter((cell) => this.check(cell.id));
    const read = this.json.cells.filter(({ metadata }) => isRead(metadata.nbgrader));
    return {
      earned: sum(exercises.map(({ id }) => this.earned(id))),
      all: sum(exercises.map(({ id }) => pointsOf(this.check(id)))),
      read: sum(read.map(pointsOf)),
    };
  }
}

/** Tell whether a person reads the answer in a cell. */
function isRead(mark) {
  return Boolean(mark?.grade && mark.solution);
}

function pointsOf(cell) {
  return cell.metadata.nbgrader.points ?? 0;
}

function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}
