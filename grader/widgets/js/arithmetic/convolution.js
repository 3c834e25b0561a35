// One convolution and its backward pass: sizes, links, results.
//
// A link joins one pixel (a, b) of x and one output (i, j) of y by one weight (u, v):
// a + p = s i + u,  b + p = s j + v.
// All four views are sums over the same links. A step's item is an output, which sees its window
// through w, or a pixel, which sees the outputs above it through w' (w rotated by 180 degrees).

import { table, zeros } from "./numbers.js";

/**
 * @typedef {import("./numbers.js").Rows} Rows
 * @typedef {import("./numbers.js").PartialRows} PartialRows
 * @typedef {"output" | "pixel"} Item
 * @typedef {{ forward: boolean, item: Item, kernel: string, how: "gather" | "spray" }} View
 * @typedef {{ i: number, j: number, a: number, b: number, u: number, v: number }} Place
 * @typedef {Place & { off: boolean }} Link  `off` tells that the pixel lies in the padding
 *
 * x is H x W, w is kh x kw, y is M x N; p and q are the padding of rows and columns, s is the
 * stride
 * @typedef {object} Sizes
 * @property {number} H
 * @property {number} W
 * @property {number} kh
 * @property {number} kw
 * @property {number} p
 * @property {number} q
 * @property {number} s
 * @property {number} M
 * @property {number} N
 */

/** @type {Record<string, View>} */
export const VIEWS = {
  "forward gather": { forward: true, item: "output", kernel: "w", how: "gather" },
  "forward spray": { forward: true, item: "pixel", kernel: "w\u2032", how: "spray" },
  "backward spray": { forward: false, item: "output", kernel: "w", how: "spray" },
  "backward gather": { forward: false, item: "pixel", kernel: "w\u2032", how: "gather" },
};

/**
 * Return the sizes; a row has H = kh = M = 1 and padding at its ends alone.
 * @param {{ x: Rows, w: Rows, row: boolean }} data
 * @param {number} stride
 * @param {number} pad
 * @returns {Sizes}
 */
export function geometry({ x, w, row }, stride, pad) {
  const [H, W, kh, kw] = [x.length, x[0].length, w.length, w[0].length];
  const [p, q] = [row ? 0 : pad, pad];
  const M = Math.floor((H + 2 * p - kh) / stride) + 1;
  const N = Math.floor((W + 2 * q - kw) / stride) + 1;
  return { H, W, kh, kw, p, q, s: stride, M, N };
}

/**
 * Tell whether a pixel lies in x, and not in its padding.
 * @param {Sizes} g
 * @param {number} a
 * @param {number} b
 */
export const inImage = (g, a, b) => a >= 0 && b >= 0 && a < g.H && b < g.W;

/**
 * Return all links of an output, row by row of w.
 * @param {Sizes} g
 * @param {number} i
 * @param {number} j
 * @returns {Link[]}
 */
export function linksOfOutput(g, i, j) {
  return table(g.kh, g.kw, (u, v) => {
    const [a, b] = [g.s * i + u - g.p, g.s * j + v - g.q];
    return { i, j, a, b, u, v, off: !inImage(g, a, b) };
  }).flat();
}

/**
 * Return all links of a pixel, row by row of y.
 * @param {Sizes} g
 * @param {number} a
 * @param {number} b
 * @returns {Link[]}
 */
export function linksOfPixel(g, a, b) {
  const exists = (/** @type {number} */ index, /** @type {number} */ size) =>
    Number.isInteger(index) && index >= 0 && index < size;
  return table(g.kh, g.kw, (down, across) => {
    const [u, v] = [g.kh - 1 - down, g.kw - 1 - across];
    return { i: (a + g.p - u) / g.s, j: (b + g.q - v) / g.s, a, b, u, v, off: false };
  })
    .flat()
    .filter(({ i, j }) => exists(i, g.M) && exists(j, g.N));
}

/** @type {(g: Sizes, item: Item, i: number, j: number) => Link[]} */
export const links = (g, item, i, j) =>
  item === "output" ? linksOfOutput(g, i, j) : linksOfPixel(g, i, j);

/**
 * Return how many rows and columns the items of a view have.
 * @param {Sizes} g
 * @param {View} view
 */
export const itemsOf = (g, view) =>
  view.item === "output" ? { rows: g.M, columns: g.N } : { rows: g.H, columns: g.W };

/**
 * Return what the first items of a view have made of its target so far.
 * @param {Sizes} g
 * @param {View} view
 * @param {Rows} source
 * @param {Rows} w
 * @param {number} items
 * @returns {PartialRows}  null where a gather has not been yet
 */
export function result(g, view, source, w, items) {
  const { rows, columns } = itemsOf(g, view);
  const done = Math.min(items, rows * columns);
  const target = view.forward ? zeros(g.M, g.N) : zeros(g.H, g.W);
  for (let k = 0; k < done; k++)
    for (const link of links(g, view.item, Math.floor(k / columns), k % columns)) {
      if (link.off) continue;
      const weight = w[link.u][link.v];
      if (view.forward) target[link.i][link.j] += weight * source[link.a][link.b];
      else target[link.a][link.b] += weight * source[link.i][link.j];
    }
  if (view.how === "spray") return target;
  return target.map((row, i) => row.map((value, j) => (i * columns + j < done ? value : null)));
}

/**
 * Return the finished target of a view.
 * @param {Sizes} g
 * @param {View} view
 * @param {Rows} source
 * @param {Rows} w
 */
export const wholeResult = (g, view, source, w) =>
  /** @type {Rows} */ (result(g, view, source, w, Infinity));

/**
 * Return the step after which an entry of the target is finished.
 * @param {Sizes} g
 * @param {View} view
 * @param {number} i
 * @param {number} j
 */
export function readyAt(g, view, i, j) {
  const { columns } = itemsOf(g, view);
  if (view.how === "gather") return i * columns + j;
  const givers = view.forward
    ? linksOfOutput(g, i, j)
        .filter((link) => !link.off)
        .map((link) => link.a * columns + link.b)
    : linksOfPixel(g, i, j).map((link) => link.i * columns + link.j);
  return Math.max(0, ...givers);
}
