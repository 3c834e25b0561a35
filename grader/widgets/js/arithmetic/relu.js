// Both passes of y = max(x, 0) by one mask (Eqs. 11 and 12).

import { differing, largest } from "./numbers.js";

/**
 * @typedef {import("./numbers.js").Rows} Rows
 * @typedef {import("./numbers.js").Plain} Plain
 * @typedef {import("./numbers.js").Difference} Difference
 * @typedef {{ x: Rows, mask: Rows, y: Rows, dy: Rows, dx: Rows }} Passes
 */

/**
 * Return y, mask and dx. At 0 the slope is a convention: 0.
 * @param {Rows} x
 * @param {Rows} dy
 * @returns {Passes}
 */
export function reluPasses(x, dy) {
  const mask = x.map((row) => row.map((value) => (value > 0 ? 1 : 0)));
  const masked = (/** @type {Rows} */ rows) =>
    rows.map((row, i) => row.map((value, j) => (mask[i][j] ? value : 0)));
  return { x, mask, y: masked(x), dy, dx: masked(dy) };
}

/**
 * Return the entries of a student's dx that are wrong, and those of other slopes at 0, where every
 * slope from 0 to 1 is right.
 * @param {Plain[][]} yours
 * @param {Passes} passes
 */
export function judgedRelu(yours, { x, dy, dx }) {
  const tolerance = 1e-9 * Math.max(1, largest(dy));
  const isFree = (/** @type {Difference} */ one) => {
    const slope = dy[one.i][one.j];
    const [least, most] = [Math.min(0, slope) - tolerance, Math.max(0, slope) + tolerance];
    return x[one.i][one.j] === 0 && one.yours >= least && one.yours <= most;
  };
  const differs = differing(yours, dx);
  return { wrong: differs.filter((one) => !isFree(one)), free: differs.filter(isFree) };
}
