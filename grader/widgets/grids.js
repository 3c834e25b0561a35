// Grids of numbers for the widgets: cells with their numbers in reading order, marks in layers of their own, and the controls
// that step through a picture. Plain functions without an export: grids.py puts this text in front of each widget's own.

const CELL = 44; // the side of a cell; five characters fit
const SVG = "http://www.w3.org/2000/svg";

/** Append an element to its parent; `text` becomes its text, everything else an attribute. */
function add(parent, tag, { text, ...attributes } = {}) {
  const drawn = parent.namespaceURI === SVG || tag === "svg";
  const element = drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

/** A number in 5 characters as well as they can ("0.333", "1.2e5"); a few extreme ones need 6 or 7. As `short` of grids.py. */
function short(value) {
  if (!Number.isFinite(value)) return String(value).replace("Infinity", "inf").replace("NaN", "nan").replace("-", "\u2212");
  let text = "";
  for (let digits = 5; digits > 0; digits--) {
    const rounded = Number(value.toPrecision(digits)) + 0;
    for (text of [String(rounded).replace("+", ""), rounded.toExponential().replace("+", "")]) {
      if (text.length <= 5) return text.replaceAll("-", "\u2212");
    }
  }
  return text.replaceAll("-", "\u2212");
}

/** A number as a sentence says it: up to six digits. */
const said = (value) =>
  Number.isFinite(value)
    ? String(Number(value.toPrecision(6)) + 0)
        .replace("+", "")
        .replaceAll("-", "\u2212")
    : short(value);
const signed = (value) => (value < 0 ? `(${said(value)})` : said(value)); // as a factor

/** A colour of the diverging ramp: none at 0, full at the limit. The two ends and the middle belong to the theme. */
function ramp(value, limit) {
  const share = limit > 0 && Number.isFinite(value) ? Math.min(Math.abs(value) / limit, 1) : 0;
  return `color-mix(in srgb, var(--${value < 0 ? "negative" : "positive"}) ${Math.round(100 * share)}%, var(--zero))`;
}

const largest = (rows) => Math.max(0, ...rows.flat().map(Math.abs).filter(Number.isFinite));
const zeros = (rows, columns) => Array.from({ length: rows }, () => new Array(columns).fill(0));

/** A table of cells. place(i, j) is a cell's corner; kind(i, j) a class for it ("pad"). The order of the elements is row by row. */
class Grid {
  constructor(parent, { id, name, rows, columns, place, kind = () => "" }) {
    this.group = add(parent, "g", { role: "table", "aria-label": name, "data-grid": id, class: "grid" });
    this.place = place;
    this.cells = [];
    for (let i = 0; i < rows; i++) {
      const row = add(this.group, "g", { role: "row" });
      this.cells.push([]);
      for (let j = 0; j < columns; j++) {
        const [x, y] = place(i, j);
        const cell = add(row, "g", { role: "cell", class: `cell ${kind(i, j)}`, "data-at": `${i},${j}` });
        const square = add(cell, "rect", { x: x + 1, y: y + 1, width: CELL - 2, height: CELL - 2, rx: 3 });
        const text = add(cell, "text", { x: x + CELL / 2, y: y + 28.5, class: "number" });
        this.cells[i].push({ cell, square, text });
      }
    }
  }

  /** Write all cells; value(i, j) is a number or null. */
  fill(value, limit) {
    this.cells.forEach((row, i) => row.forEach((_, j) => this.write(i, j, value(i, j), limit)));
  }

  /** Write a number into a cell; null for one that is not known yet. */
  write(i, j, value, limit) {
    const { cell, square, text } = this.cells[i][j];
    const key = value === null ? "" : String(value);
    if (cell.dataset.value !== key) {
      const words = value === null ? "\u00b7" : short(value);
      cell.dataset.value = key;
      text.textContent = words;
      text.setAttribute("font-size", words.length < 5 ? 15 : words.length < 6 ? 11.5 : 9.5);
      cell.classList.toggle("quiet", !value);
    }
    const colour = ramp(value ?? 0, limit);
    if (square.dataset.colour !== colour) {
      square.dataset.colour = colour;
      square.style.fill = colour;
    }
  }
}

/** The entries of yours that are not the right ones. As `grader.verdict.differing`; entries are numbers or "nan", "inf", "-inf". */
function differing(yours, right) {
  const tolerance = 1e-9 * Math.max(1, largest(right));
  const number = (value) => (typeof value === "number" ? value : Number(value.replace("inf", "Infinity")));
  return right.flatMap((line, i) =>
    line.flatMap((value, j) => {
      const own = number(yours[i][j]);
      return Math.abs(own - value) <= tolerance + 1e-5 * Math.abs(value) ? [] : [{ i, j, yours: own, right: value }];
    }),
  );
}

/** A frame that is moved rather than drawn anew, so that it can glide. */
function frame(layer, kind) {
  const rect = add(layer, "rect", { class: `frame ${kind}`, rx: 5, width: 0, height: 0 });
  return (corner, rows = 1, columns = 1) => {
    rect.style.display = corner ? "" : "none";
    if (!corner) return;
    rect.style.transform = `translate(${corner[0] - 1}px, ${corner[1] - 1}px)`;
    rect.setAttribute("width", columns * CELL + 2);
    rect.setAttribute("height", rows * CELL + 2);
  };
}

/** Hatching for cells that take no part; returns the value of a `fill`. Its id is of this picture alone. */
function hatching(svg) {
  const id = `hatch-${Math.random().toString(36).slice(2)}`;
  const pattern = add(add(svg, "defs"), "pattern", {
    id,
    width: 7,
    height: 7,
    patternUnits: "userSpaceOnUse",
    patternTransform: "rotate(45)",
  });
  add(pattern, "line", { x1: 0, y1: 0, x2: 0, y2: 7, class: "hatch" });
  return `url(#${id})`;
}

/** A labelled slider; returns its input and a function that sets limits and value. */
function slider(parent, name, told, changed) {
  const label = add(parent, "label", { class: "slider" });
  add(label, "span", { text: name });
  const input = add(label, "input", { type: "range", step: 1, "aria-label": name });
  const output = add(label, "span", { class: "told" });
  input.addEventListener("input", () => changed(Number(input.value)));
  const set = (value, least, most) => {
    [input.min, input.max, input.value] = [least, most, value];
    input.disabled = least === most;
    output.textContent = told(value, most);
    input.setAttribute("aria-valuetext", told(value, most));
  };
  return { input, set };
}

/**
 * Play, step buttons, step slider and keys. state: { step, steps }; go(step) draws.
 * Returns { show, stop }: show() brings the controls in line with the state.
 */
function transport(root, parent, state, go, playing) {
  const bar = add(parent, "div", { class: "bar" });
  const button = (text, name, act) => {
    const made = add(bar, "button", { type: "button", text, "aria-label": name });
    made.addEventListener("click", act);
    return made;
  };
  let timer = 0;
  let due = 0;
  const move = (step) => go(Math.max(0, Math.min(state.steps - 1, step)));
  const by = (count) => (stop(), move(state.step + count));
  const back = button("\u2039 Back", "one step back", () => by(-1));
  const play = button("Play", "play", () => (timer ? stop() : start()));
  const next = button("Next \u203a", "one step on", () => by(1));
  const steps = slider(
    bar,
    "step",
    (value, most) => `${value + 1} of ${most + 1}`,
    (step) => (stop(), move(step)),
  );
  steps.input.parentNode.classList.add("steps");
  const speed = slider(
    bar,
    "speed",
    (value) => `${value} a second`,
    (value) => ((state.speed = value), speed.set(value, 1, 20)),
  );
  state.speed ??= 2;
  speed.set(state.speed, 1, 20);

  function start() {
    if (state.step === state.steps - 1) move(0);
    due = performance.now() + 1000 / state.speed;
    timer = requestAnimationFrame(tick);
    label();
  }
  function tick(now) {
    if (!root.isConnected) return void (timer = 0);
    if (now >= due) {
      due = Math.max(due + 1000 / state.speed, now); // late frames are not made up for
      move(state.step + 1);
    }
    if (state.step === state.steps - 1) stop();
    else timer = requestAnimationFrame(tick);
  }
  function stop() {
    if (timer) cancelAnimationFrame(timer);
    timer = 0;
    label();
  }
  function label() {
    const word = timer ? "Pause" : "Play";
    if (play.textContent !== word) {
      play.textContent = word;
      play.setAttribute("aria-label", word.toLowerCase());
      playing(timer !== 0);
    }
  }
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { type, tagName } = event.target;
    if (type === "text") return;
    if (
      event.key === " "
        ? tagName === "BUTTON" || type === "radio"
        : type === "radio" || (type === "range" && event.target !== steps.input)
    )
      return;
    const acts = {
      ArrowRight: () => by(1),
      ArrowDown: () => by(1),
      ArrowLeft: () => by(-1),
      ArrowUp: () => by(-1),
      Home: () => by(-state.steps),
      End: () => by(state.steps),
      " ": () => (timer ? stop() : start()),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  });
  return {
    show() {
      steps.set(state.step, 0, state.steps - 1);
      back.setAttribute("aria-disabled", state.step === 0);
      next.setAttribute("aria-disabled", state.step === state.steps - 1);
    },
    stop,
  };
}

/** A small table of fields for a matrix that may be changed; changed(i, j, value) is called for every number typed. */
function editor(parent, name, rows, columns, changed) {
  const box = add(parent, "div", { class: "editor", role: "group", "aria-label": `${name}, to change` });
  add(box, "span", { text: name });
  const table = add(box, "div", { class: "fields", style: `grid-template-columns: repeat(${columns}, 3.6em)` });
  const fields = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) => {
      const at = rows === 1 ? `${j}` : `${i},${j}`;
      const field = add(table, "input", { type: "text", inputmode: "decimal", autocomplete: "off", "aria-label": `W[${at}]` });
      field.addEventListener("input", () => {
        const text = field.value.trim().replace("\u2212", "-").replace(",", ".");
        const value = text === "" ? NaN : Number(text);
        field.setAttribute("aria-invalid", !Number.isFinite(value));
        if (Number.isFinite(value)) changed(i, j, value);
      });
      return field;
    }),
  );
  return (values) =>
    fields.forEach((row, i) =>
      row.forEach((field, j) => {
        if (field !== document.activeElement) {
          field.value = short(values[i][j]).replaceAll("\u2212", "-");
          field.setAttribute("aria-invalid", false);
        }
      }),
    );
}
