// The derivatives of y = xW + b: what each view shows, ties together and says.

import { said, signed } from "./phrases.js";

/**
 * @typedef {import("../arithmetic/affine.js").Layer} Layer
 * @typedef {import("../arithmetic/affine.js").Entry} Entry
 * @typedef {[grid: string, row: number, column: number]} At
 *
 * the cells that an entry joins: the one that is nudged, the one that answers, and the one that
 * holds the slope, if any
 * @typedef {{ nudged: At, answers: At, slope: At | null }} Ties
 *
 * `find` tells which entry is meant by a cell of another grid, from its column, its row and the
 * entry shown
 * @typedef {object} View
 * @property {boolean} [tensor]
 * @property {[string, string]} [heads]
 * @property {string} is
 * @property {string} tells
 * @property {(s: number, r: number, c: number) => Ties} ties
 * @property {Record<string, (column: number, row: number, shown: Entry) => Entry>} find
 * @property {(value: number, entry: Entry, layer: Layer) => string} words
 */

/** @param {number} value */
function movesInWords(value) {
  if (value === 0) return "does not move";
  return value > 0 ? `grows by ${said(value)}` : `falls by ${said(-value)}`;
}

/** @type {(name: string, c: number, i: number) => string} */
const unseen = (name, c, i) => `${name} belongs to class ${c}: y[${i}] does not see it.`;

/** @type {Record<string, View>} */
export const VIEWS = {
  "dy/dx": {
    heads: ["y", "x"],
    is: "= W\u1d40 (Eq. 3)",
    tells:
      "One row per output, one column per input: row i says how y[i] answers to each x. It is " +
      "column i of W, laid flat.",
    ties: (_, i, d) => ({ nudged: ["x", 0, d], answers: ["y", 0, i], slope: ["W", d, i] }),
    find: {
      x: (d, _, [, i]) => [0, i, d],
      y: (i, _, [, , d]) => [0, i, d],
      W: (i, d) => [0, i, d],
    },
    words: (value, [, i, d]) => {
      const name = `dy[${i}]/dx[${d}] = W[${d},${i}] = ${said(value)}`;
      return `${name}: if x[${d}] grows by 1, y[${i}] ${movesInWords(value)}.`;
    },
  },
  "dy/dW": {
    tensor: true,
    is: "(Eq. 5)",
    tells:
      "One slice per output, each shaped like W: slice i says how y[i] answers to each weight. " +
      "Column i holds x, the rest is 0.",
    ties: (i, d, c) => ({
      nudged: ["W", d, c],
      answers: ["y", 0, i],
      slope: c === i ? ["x", 0, d] : null,
    }),
    find: {
      x: (d, _, [i]) => [i, d, i],
      y: (i, _, [, d]) => [i, d, i],
      W: (c, d, [i]) => [i, d, c],
    },
    words: (value, [i, d, c]) => {
      const weight = `W[${d},${c}]`;
      if (c !== i) return `dy[${i}]/d${weight} = 0. ${unseen(weight, c, i)}`;
      const name = `dy[${i}]/d${weight} = x[${d}] = ${said(value)}`;
      return `${name}: if ${weight} grows by 1, y[${i}] ${movesInWords(value)}.`;
    },
  },
  "dy/db": {
    heads: ["y", "b"],
    is: "= identity (Eq. 7)",
    tells:
      "One row per output, one column per bias. Each bias is added to the score of its own class " +
      "and to nothing else.",
    ties: (_, i, c) => ({ nudged: ["b", 0, c], answers: ["y", 0, i], slope: null }),
    find: { b: (c, _, [, i]) => [0, i, c], y: (i, _, [, , c]) => [0, i, c] },
    words: (_, [, i, c]) =>
      c === i
        ? `dy[${i}]/db[${c}] = 1: if b[${c}] grows by 1, y[${i}] grows by 1.`
        : `dy[${i}]/db[${c}] = 0. ${unseen(`b[${c}]`, c, i)}`,
  },
  "dL/dW": {
    is: "= x\u1d40 dL/dy (Eq. 6)",
    tells:
      "Every slice of dy/dW times its dL/dy, and the products added up. The slices do not " +
      "overlap: nobody needs the tensor.",
    ties: (_, d, c) => ({ nudged: ["W", d, c], answers: ["dL/dy", 0, c], slope: ["x", 0, d] }),
    find: {
      x: (d, _, [, , c]) => [0, d, c],
      "dL/dy": (c, _, [, d]) => [0, d, c],
      W: (c, d) => [0, d, c],
    },
    words: (value, [, d, c], { x, dy }) => {
      const name = `dL/dW[${d},${c}] = x[${d}] \u00b7 dL/dy[${c}]`;
      const product = `${signed(x[d])}\u00b7${signed(dy[c])} = ${said(value)}`;
      return `${name} = ${product}: of all slices, only slice ${c} has something at [${d},${c}].`;
    },
  },
};
