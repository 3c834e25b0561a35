// The picture of the stride trick: where its grids stand, and what of it does not change from step
// to step.

import { AROUND, BETWEEN, END, cellOf } from "./arithmetic/dilation.js";
import { LAYOUT } from "./arithmetic/layout.js";
import { CELL, layoutOf, places } from "./arithmetic/places.js";
import { Grid, add, hatched } from "./grids.js";
import { sizeOf } from "./sentences/phrases.js";

/**
 * Where the grids stand. In a row, everything about a pixel is above it: its window, w, its dx.
 * `trick` has all its zeros.
 */
export function trickPlaces(g, row, { rows, columns }) {
  return places(layoutOf("stride_trick", row ? "row" : "image"), {
    ...g,
    strip_rows: rows.cells.length,
    strip_columns: columns.cells.length,
    first: columns.first,
    around: columns.around,
  });
}

/** The corner of the filter, for a window of the trick or for a dy of the spray. */
export function kernelAt({ g, row, put }, way, j) {
  if (!row) return put.at("kernel", 0, 0);
  return put.at("kernel", 0, way === "trick" ? j : g.s * j - g.q + (g.kw - 1) / 2);
}

/** The five grids, in reading order. */
export function trickGrids(svg, { g, row, trick, put }) {
  const made = {};
  const sizes = {
    dy: ["dy", g.M, g.N],
    strip: ["dy with zeros", trick.rows.cells.length, trick.columns.cells.length],
    kernel: ["the filter", g.kh, g.kw],
    trick: ["dx, by the trick", g.H, g.W],
    spray: ["dx, by the spray", g.H, g.W],
  };
  for (const [id, [name, rows, columns]] of Object.entries(sizes)) {
    const place = id === "kernel" ? (u, v) => [v * CELL, u * CELL] : (i, j) => put.at(id, i, j);
    const kind = (a, b) => (id === "strip" && cellOf(trick, a, b).stage === AROUND ? "pad" : "");
    made[id] = new Grid(svg, {
      id,
      name: `${name}, ${sizeOf(row, rows, columns)}`,
      rows,
      columns,
      place,
      kind,
    });
  }
  made.kernel.group.classList.add("glides");
  return made;
}

/** Names and numbers of rows and columns; returns the name of the filter, which changes. */
export function trickLabels(layer, { g, row, put }) {
  const label = (x, y, text, kind = "index") => add(layer, "text", { x, y, text, class: kind });
  const { dx, dy } = LAYOUT.stride_trick[row ? "row" : "image"].more;
  const entitled = (id, name, more) => {
    const [x, y] = put.name(id);
    const made = label(x, y, name, "name");
    label(x + dx, y + dy, more, "size");
    return made;
  };
  for (const [id, name, more] of [
    ["dy", "dy", ""],
    ["strip", "dy", "with zeros"],
    ["trick", "dx", "by the trick"],
    ["spray", "dx", "by the spray"],
  ])
    entitled(id, name, more);
  const title = entitled("kernel", "w\u2032", "");
  for (const id of ["dy", "trick", "spray"]) {
    const [rows, columns] = id === "dy" ? [g.M, g.N] : [g.H, g.W];
    for (let j = 0; j < columns; j++)
      label(put.at(id, 0, j)[0] + CELL / 2, put.at(id, 0, 0)[1] - 7, String(j));
    if (!row)
      for (let i = 0; i < rows; i++)
        label(put.at(id, 0, 0)[0] - 12, put.at(id, i, 0)[1] + 27, String(i));
  }
  return title;
}

/**
 * Under the strip: which zeros its columns are; these marks come with their stage, [mark, stage]
 * each.
 */
export function braces(layer, { row, trick, put }) {
  const { sizes, around } = trick.columns;
  const below = put.at("strip", trick.rows.cells.length - 1, 0)[1] + CELL + 13;
  const bring = (text, stage, from, size) => {
    if (size <= 0) return null;
    const [[x], [end]] = [put.at("strip", 0, from), put.at("strip", 0, from + size)];
    const mark = add(layer, "g");
    add(mark, "path", {
      d: `M ${x + 4} ${below - 6} V ${below - 3} H ${end - 4} V ${below - 6}`,
      class: "arrow",
      style: "stroke-width: 1",
    });
    add(mark, "text", { x: (x + end) / 2, y: below + 10, text, class: "index" });
    return [mark, stage];
  };
  const start = Math.max(0, around);
  const zeros = `${row ? "k" : "kw"} \u2212 1 \u2212 p`;
  return [
    bring(zeros, AROUND, 0, around),
    bring("r", END, start + sizes[1], sizes[2] - sizes[1]),
    bring(zeros, AROUND, start + sizes[2], around),
  ].filter(Boolean);
}

/** What is cut off in the end, hatched: [mark, stage] each. */
export function cuts(layer, hatch, { trick, put }) {
  return trick.rows.cells.flatMap((_, a) =>
    trick.columns.cells.flatMap((_, b) =>
      cellOf(trick, a, b).cut
        ? [[hatched(layer, put.at("strip", a, b), hatch, `cut ${a},${b}`), AROUND]]
        : [],
    ),
  );
}

/** In a row: a line from every dy to its place among the zeros, [mark, stage] each. */
export function lines(layer, { row, trick, put }) {
  return trick.columns.cells.flatMap(({ from }, b) => {
    if (!row || from === null) return [];
    const [[x, y], [to, end]] = [put.at("dy", 0, from), put.at("strip", 0, b)];
    const mark = add(layer, "path", {
      d: `M ${x + CELL / 2} ${y + CELL} L ${to + CELL / 2} ${end}`,
      class: "arrow",
      style: "stroke-width: 1.5",
    });
    return [[mark, BETWEEN]];
  });
}
