// Grids of numbers: cells in reading order, and marks in layers of their own.

import { LAYOUT } from "./arithmetic/layout.js";
import { CELL, fontSize } from "./arithmetic/places.js";
import { short } from "./sentences/phrases.js";

const SVG = "http://www.w3.org/2000/svg";

/** @typedef {Record<string, string | number | boolean | undefined>} Attributes */

/** Append an element to its parent; `text` becomes its text, everything else an attribute. */
export function add(parent, tag, { text, ...attributes } = /** @type {Attributes} */ ({})) {
  const drawn = parent.namespaceURI === SVG || tag === "svg";
  const element = drawn ? document.createElementNS(SVG, tag) : document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

/**
 * A colour of the diverging ramp: none at 0, full at the limit. The two ends and the middle belong
 * to the theme.
 */
export function ramp(value, limit) {
  const share = limit > 0 && Number.isFinite(value) ? Math.min(Math.abs(value) / limit, 1) : 0;
  const end = `var(--${value < 0 ? "negative" : "positive"}) ${Math.round(100 * share)}%`;
  return `color-mix(in srgb, ${end}, var(--zero))`;
}

/** The attributes of a cell's square, by the corner of the cell. */
function squareAt(x, y) {
  const { inset, radius } = LAYOUT.square;
  const side = CELL - 2 * inset;
  return { x: x + inset, y: y + inset, width: side, height: side, rx: radius };
}

/**
 * A table of cells. place(i, j) is a cell's corner; kind(i, j) a class for it ("pad"); first is how
 * the first row and the first column are counted. The order of the elements is row by row. Its
 * headers are for screen readers: who sees the picture sees the numbers at its edges.
 */
export class Grid {
  constructor(parent, { id, name, rows, columns, place, kind = (_i, _j) => "", first = [0, 0] }) {
    this.group = add(parent, "g", {
      role: "table",
      "aria-label": name,
      "data-grid": id,
      class: "grid",
    });
    this.place = place;
    this.cells = [];
    this.head(columns, first[1]);
    for (let i = 0; i < rows; i++) {
      const row = add(this.group, "g", { role: "row", class: "line" });
      add(row, "g", { role: "rowheader", "aria-label": `row ${i + first[0]}` });
      this.cells.push([]);
      for (let j = 0; j < columns; j++) {
        const [x, y] = place(i, j);
        const cell = add(row, "g", {
          role: "cell",
          class: `cell ${kind(i, j)}`,
          "data-at": `${i},${j}`,
        });
        const square = add(cell, "rect", squareAt(x, y));
        const text = add(cell, "text", {
          x: x + CELL / 2,
          y: y + LAYOUT.number.down,
          class: "number",
        });
        this.cells[i].push({ cell, square, text });
      }
    }
  }

  /** Name the columns. */
  head(columns, first) {
    const row = add(this.group, "g", { role: "row" });
    add(row, "g", { role: "columnheader", "aria-label": "rows" });
    for (let j = 0; j < columns; j++) {
      add(row, "g", { role: "columnheader", "aria-label": `column ${j + first}` });
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
      text.setAttribute("font-size", fontSize(words));
      cell.classList.toggle("quiet", !value);
    }
    const colour = ramp(value ?? 0, limit);
    if (square.dataset.colour !== colour) {
      square.dataset.colour = colour;
      square.style.fill = colour;
    }
  }
}

/** A frame that is moved rather than drawn anew, so that it can glide. */
export function frame(layer, kind) {
  const rect = add(layer, "rect", { class: `frame ${kind}`, rx: 5, width: 0, height: 0 });
  return (corner, rows = 1, columns = 1) => {
    rect.style.display = corner ? "" : "none";
    if (!corner) return;
    rect.style.transform = `translate(${corner[0] - 1}px, ${corner[1] - 1}px)`;
    rect.setAttribute("width", columns * CELL + 2);
    rect.setAttribute("height", rows * CELL + 2);
  };
}

/**
 * Hatching for cells that take no part; returns the value of a `fill`. Its id is of this picture
 * alone.
 */
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

/**
 * A picture with hatching for cells that take no part: { svg, hatch }, where hatch is the value of
 * a `fill`. It shrinks to half its size, for a page at 200 %.
 */
export function picture(stage, width, height, name) {
  stage.replaceChildren();
  const svg = add(stage, "svg", {
    viewBox: `0 0 ${width} ${height}`,
    width,
    height,
    role: "group",
    "aria-label": name,
  });
  svg.style.minWidth = `${width / 2}px`;
  return { svg, hatch: hatching(svg) };
}

/** Hatch a cell that takes no part. */
export const hatched = (layer, [x, y], hatch, at) =>
  add(layer, "rect", {
    x: x + 1,
    y: y + 1,
    width: CELL - 2,
    height: CELL - 2,
    rx: 3,
    fill: hatch,
    class: "dead",
    "data-dead": at,
  });

/**
 * Mark an entry in which the student's own result parts from the right one, and write it below.
 * `at` is its name in the data.
 */
export function parted(layer, [x, y], yours, at) {
  const mark = add(layer, "g");
  const box = { x: x + 2.5, y: y + 2.5, width: CELL - 5, height: CELL - 5, rx: 3 };
  add(mark, "rect", { ...box, class: "apart", "data-apart": at });
  add(mark, "text", {
    x: x + CELL / 2,
    y: y + CELL - 5,
    text: `\u2260${short(yours)}`,
    class: "yours",
  });
  return mark;
}
