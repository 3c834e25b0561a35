// The picture of the stride trick: where its grids stand, and what of it does not change from step
// to step.

import { AROUND, BETWEEN, END, cellOf } from "./arithmetic/dilation.js";
import { CELL, Grid, add, hatched } from "./grids.js";
import { sizeOf } from "./sentences/phrases.js";

/**
 * Where the grids stand. In a row, everything about a pixel is above it: its window, W, its dx.
 * `trick` has all its zeros.
 */
export function trickLayout(g, row, { rows, columns }) {
  if (row) {
    const [left, across] = [98 - columns.first * CELL, (g.L - 1) / 2];
    const [top, strip, kernel, trick, spray] = [26, 114, 190, 264, 334];
    const column = (c) => left + c * CELL;
    return {
      width: column(Math.max(columns.cells.length + columns.first, g.W + 2 * across)) + 16,
      height: spray + CELL + 24,
      dy: (_, j) => [column(columns.around + j), top],
      strip: (_, b) => [column(b + columns.first), strip],
      trick: (_, b) => [column(b + across), trick],
      spray: (_, b) => [column(b + across), spray],
      kernel: (way, _, j) => [column(way === "trick" ? j : g.s * j - g.q + across), kernel],
    };
  }
  const [left, gap, top] = [32, 46, 52];
  const strip = left + Math.max(g.N, g.L) * CELL + gap;
  const dx = strip + columns.cells.length * CELL + gap;
  const placed = (x, y) => (i, j) => [x + j * CELL, y + i * CELL];
  const [kernel, second] = [top + g.M * CELL + 60, top + g.H * CELL + 60];
  return {
    width: dx + Math.max(g.W * CELL, 120) + 12,
    height:
      Math.max(second + g.H * CELL, kernel + g.K * CELL, top + rows.cells.length * CELL + 20) + 12,
    dy: placed(left, top),
    strip: placed(strip, top),
    trick: placed(dx, top),
    spray: placed(dx, second),
    kernel: () => [left, kernel],
  };
}

/** The five grids, in reading order. */
export function trickGrids(svg, { g, row, trick, put }) {
  const made = {};
  const sizes = {
    dy: ["dy", g.M, g.N],
    strip: ["dy with zeros", trick.rows.cells.length, trick.columns.cells.length],
    kernel: ["the filter", g.K, g.L],
    trick: ["dx, by the trick", g.H, g.W],
    spray: ["dx, by the spray", g.H, g.W],
  };
  for (const [id, [name, rows, columns]] of Object.entries(sizes)) {
    const place = id === "kernel" ? (u, v) => [v * CELL, u * CELL] : put[id];
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
  const entitled = ([, y], [x], name, more) => {
    const made = label(row ? 12 : x + 2, row ? y + 20 : y - 24, name, "name");
    label(row ? 12 : x + 32, row ? y + 38 : y - 24, more, "size");
    return made;
  };
  for (const [id, name, more] of [
    ["dy", "dy", ""],
    ["strip", "dy", "with zeros"],
    ["trick", "dx", "by the trick"],
    ["spray", "dx", "by the spray"],
  ])
    entitled(put[id](0, 0), put[id](0, 0), name, more);
  const title = entitled(put.kernel("trick", 0, 0), put.kernel("trick", 0, 0), "W\u2032", "");
  for (const id of ["dy", "trick", "spray"]) {
    const [rows, columns] = id === "dy" ? [g.M, g.N] : [g.H, g.W];
    for (let j = 0; j < columns; j++)
      label(put[id](0, j)[0] + CELL / 2, put[id](0, 0)[1] - 7, String(j));
    if (!row)
      for (let i = 0; i < rows; i++) label(put[id](0, 0)[0] - 12, put[id](i, 0)[1] + 27, String(i));
  }
  return title;
}

/**
 * Under the strip: which zeros its columns are; these marks come with their stage, [mark, stage]
 * each.
 */
export function braces(layer, { row, trick, put }) {
  const { sizes, around } = trick.columns;
  const below = put.strip(trick.rows.cells.length - 1, 0)[1] + CELL + 13;
  const bring = (text, stage, from, size) => {
    if (size <= 0) return null;
    const [[x], [end]] = [put.strip(0, from), put.strip(0, from + size)];
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
  const [k, p] = [row ? "K" : "L", "\u2212 1 \u2212 p"];
  return [
    bring(`${k} ${p}`, AROUND, 0, around),
    bring("r", END, start + sizes[1], sizes[2] - sizes[1]),
    bring(`${k} ${p}`, AROUND, start + sizes[2], around),
  ].filter(Boolean);
}

/** What is cut off in the end, hatched: [mark, stage] each. */
export function cuts(layer, hatch, { trick, put }) {
  return trick.rows.cells.flatMap((_, a) =>
    trick.columns.cells.flatMap((_, b) =>
      cellOf(trick, a, b).cut
        ? [[hatched(layer, put.strip(a, b), hatch, `cut ${a},${b}`), AROUND]]
        : [],
    ),
  );
}

/** In a row: a line from every dy to its place among the zeros, [mark, stage] each. */
export function lines(layer, { row, trick, put }) {
  return trick.columns.cells.flatMap(({ from }, b) => {
    if (!row || from === null) return [];
    const [[x, y], [to, end]] = [put.dy(0, from), put.strip(0, b)];
    const mark = add(layer, "path", {
      d: `M ${x + CELL / 2} ${y + CELL} L ${to + CELL / 2} ${end}`,
      class: "arrow",
      style: "stroke-width: 1.5",
    });
    return [[mark, BETWEEN]];
  });
}
