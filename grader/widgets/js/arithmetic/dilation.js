// The stride trick: dy with zeros between, at the end and around, correlated with w' at stride 1.
//
// The steps of the trick are the stages 0 to 3 of dy, then one window after the other.

import { table } from "./numbers.js";

/**
 * @typedef {import("./convolution.js").Sizes} Sizes
 * @typedef {import("./numbers.js").Rows} Rows
 * @typedef {import("./numbers.js").PartialRows} PartialRows
 * @typedef {{ from: number | null, stage: number, cut: boolean }} Place  of one axis
 * @typedef {{ from: [number, number] | null, stage: number, cut: boolean }} Cell
 * @typedef {{ i: number, j: number, a: number, b: number, u: number, v: number }} Meeting
 *
 * `cells` stand from place `first` on; `sizes` tell how long the axis is after each stage, `count`
 * how many windows lie on it, `r` how many pixels the stride leaves over
 * @typedef {object} Axis
 * @property {number} n
 * @property {number} k
 * @property {number} p
 * @property {number} s
 * @property {number} r
 * @property {number} around
 * @property {number} first
 * @property {Place[]} cells
 * @property {number[]} sizes
 * @property {number} count
 *
 * @typedef {{ rows: Axis, columns: Axis, left: number[] }} Trick
 */

export const STAGES = 4;
// the stage that brings these zeros
export const BETWEEN = 1;
export const END = 2;
export const AROUND = 3;
/** @type {Record<string, number[]>} */
export const LEFT_OUT = { nothing: [], end: [END], between: [BETWEEN], both: [BETWEEN, END] };

/**
 * Return one axis of dy on its way, from m numbers to all of them. left: the stages left out.
 * @param {number} n
 * @param {number} k
 * @param {number} p
 * @param {number} s
 * @param {number} m
 * @param {number[]} left
 * @returns {Axis}
 */
export function axis(n, k, p, s, m, left) {
  const step = left.includes(BETWEEN) ? 1 : s;
  const r = (n + 2 * p - k) % s;
  const around = k - 1 - p;
  const spread = (m - 1) * step + 1;
  const core = spread + (left.includes(END) ? 0 : r);
  const length = Math.max(0, core + 2 * around);
  const first = Math.min(0, around);
  const cells = Array.from({ length: core + 2 * Math.max(0, around) }, (_, at) => {
    const place = at - Math.max(0, around); // from the first dy on
    const cut = place < -around || place >= core + around;
    if (place < 0 || place >= core) return { from: null, stage: AROUND, cut };
    if (place >= spread) return { from: null, stage: END, cut };
    return { from: place % step ? null : place / step, stage: BETWEEN, cut };
  });
  const count = Math.max(0, length - k + 1);
  return { n, k, p, s, r, around, first, cells, sizes: [m, spread, core, length], count };
}

/**
 * Return both axes. left: the stages whose zeros are left out.
 * @param {Sizes} g
 * @param {number[]} left
 * @returns {Trick}
 */
export const trickOf = (g, left) => ({
  rows: axis(g.H, g.kh, g.p, g.s, g.M, left),
  columns: axis(g.W, g.kw, g.q, g.s, g.N, left),
  left,
});

/**
 * Return a cell of dy with its zeros: which dy stands there, if any, the stage that brings it, and
 * whether it is cut off in the end.
 * @param {Trick} trick
 * @param {number} a
 * @param {number} b
 * @returns {Cell}
 */
export function cellOf({ rows, columns }, a, b) {
  const [one, other] = [rows.cells[a], columns.cells[b]];
  const isZero = one.from === null || other.from === null;
  return {
    from: isZero ? null : [Number(one.from), Number(other.from)],
    stage: Math.max(one.stage, other.stage),
    cut: one.cut || other.cut,
  };
}

/**
 * Return what w' meets at the window (a, b) besides zeros: which dy, and the weight of w.
 * @param {Trick} trick
 * @param {number} a
 * @param {number} b
 * @returns {Meeting[]}
 */
export function meets({ rows, columns }, a, b) {
  const found = [];
  for (let u = 0; u < rows.k; u++)
    for (let v = 0; v < columns.k; v++) {
      const i = rows.cells[a + u - rows.first].from;
      const j = columns.cells[b + v - columns.first].from;
      if (i !== null && j !== null)
        found.push({ i, j, a, b, u: rows.k - 1 - u, v: columns.k - 1 - v });
    }
  return found;
}

/** @type {(found: Meeting[], dy: Rows, w: Rows) => number} */
export const summed = (found, dy, w) =>
  found.reduce((sum, { i, j, u, v }) => sum + w[u][v] * dy[i][j], 0);

/**
 * Tell whether w' has a place at the window (a, b).
 * @param {Trick} trick
 * @param {number} a
 * @param {number} b
 */
export const hasWindow = ({ rows, columns }, a, b) => a < rows.count && b < columns.count;

/**
 * Return what the first windows have made of dx.
 * @param {Trick} trick
 * @param {Rows} dy
 * @param {Rows} w
 * @param {number} windows
 * @returns {PartialRows}  null for what is not known yet, or never will be
 */
export function correlated(trick, dy, w, windows) {
  const { rows, columns } = trick;
  return table(rows.n, columns.n, (a, b) =>
    hasWindow(trick, a, b) && a * columns.count + b < windows
      ? summed(meets(trick, a, b), dy, w)
      : null,
  );
}
