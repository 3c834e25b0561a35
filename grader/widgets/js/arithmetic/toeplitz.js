// The matrix T of a row's convolution, and its lines.
//
// Row i of T is column i of its transpose: both are output i. Column a of T is row a of its
// transpose: both are pixel a.

import { VIEWS, links, linksOfOutput } from "./convolution.js";
import { zeros } from "./numbers.js";

/**
 * @typedef {import("./convolution.js").Sizes} Sizes
 * @typedef {import("./convolution.js").Link} Link
 * @typedef {import("./convolution.js").View} View
 * @typedef {import("./numbers.js").Rows} Rows
 */

/**
 * Return T, row by row: weight v of output i stands in the column of the pixel that it meets.
 * @param {Sizes} g
 * @param {Rows} w
 */
export function toeplitz(g, w) {
  const matrix = zeros(g.N, g.W);
  for (let i = 0; i < g.N; i++)
    for (const { b, v, off } of linksOfOutput(g, 0, i)) if (!off) matrix[i][b] = w[0][v];
  return matrix;
}

/**
 * Return a line of T or of its transpose: its view and links, the places along it where they stand,
 * and whether it is a row.
 * @param {Sizes} g
 * @param {string} reading
 * @param {number} at
 */
export function lineOf(g, reading, at) {
  const view = VIEWS[reading];
  const found = links(g, view.item, 0, at).filter((link) => !link.off);
  const places = found.map((link) => (view.item === "output" ? link.b : link.j));
  return { view, found, places, along: view.how === "gather" };
}
