// The derivatives of y = xW + b, slice by slice.

import { differing, table } from "./numbers.js";

/**
 * @typedef {import("./numbers.js").Rows} Rows
 * @typedef {import("./numbers.js").Plain} Plain
 * @typedef {import("./numbers.js").Difference} Difference
 * @typedef {{ D: number, C: number, x: number[], w: Rows, b: number[], dy: number[] }} Layer
 * @typedef {[number, number, number]} Entry  its slice, row and column
 *
 * `compares` is the name of the student's result; `size` returns slices, rows and columns
 * @typedef {object} Derivative
 * @property {string} [compares]
 * @property {(layer: Layer) => Entry} size
 * @property {(layer: Layer, s: number, r: number, c: number) => number} value
 */

/** @type {Record<string, Derivative>} */
export const DERIVATIVES = {
  "dy/dx": {
    compares: "dy_dx",
    size: ({ D, C }) => [1, C, D],
    value: ({ w }, _, i, d) => w[d][i], // Eq. 3
  },
  "dy/dW": {
    compares: "dy_dw",
    size: ({ D, C }) => [C, D, C],
    value: ({ x }, i, d, c) => (c === i ? x[d] : 0), // Eq. 5
  },
  "dy/db": {
    compares: "dy_db",
    size: ({ C }) => [1, C, C],
    value: (_, __, i, c) => (i === c ? 1 : 0), // Eq. 7
  },
  "dL/dW": {
    size: ({ D, C }) => [1, D, C],
    value: ({ x, dy }, _, d, c) => x[d] * dy[c], // Eq. 6
  },
};

/**
 * Return y = xW + b (Eq. 1).
 * @param {Layer} layer
 */
export const scores = ({ x, w, b }) =>
  b.map((bias, c) => x.reduce((sum, pixel, d) => sum + pixel * w[d][c], 0) + bias);

/**
 * Return the numbers of a derivative, slice by slice.
 * @param {string} name
 * @param {Layer} layer
 * @returns {Rows[]}
 */
export function slicesOf(name, layer) {
  const { size, value } = DERIVATIVES[name];
  const [slices, rows, columns] = size(layer);
  return Array.from({ length: slices }, (_, s) =>
    table(rows, columns, (r, c) => value(layer, s, r, c)),
  );
}

/**
 * Return the entries in which the student's own results are not right, derivative by derivative.
 * @param {Record<string, Plain[][][] | null> | null} compare
 * @param {Layer} layer
 * @returns {Record<string, (Difference & { s: number })[] | null>}  null: nothing to compare
 */
export function judgedDerivatives(compare, layer) {
  const wrong = (/** @type {string} */ name) => {
    const yours = compare?.[DERIVATIVES[name].compares ?? ""];
    if (!yours) return null;
    return slicesOf(name, layer).flatMap((right, s) =>
      differing(yours[s], right).map((one) => ({ s, ...one })),
    );
  };
  return Object.fromEntries(Object.keys(DERIVATIVES).map((name) => [name, wrong(name)]));
}
