// What a ReLU does to an entry, in words.

import { entry, said, signed } from "./phrases.js";

/** @typedef {import("../arithmetic/relu.js").Passes} Passes */

/**
 * @param {Passes} passes
 * @param {boolean} row
 * @param {number} i
 * @param {number} j
 */
export function reluInWords({ x, mask, y, dy, dx }, row, i, j) {
  const of = (/** @type {string} */ name) => entry(name, row, i, j);
  const is = `${of("x")} = ${said(x[i][j])}`;
  const back = `${of("dx")} = ${mask[i][j]}\u00b7${signed(dy[i][j])} = ${said(dx[i][j])}`;
  if (x[i][j] > 0) {
    const passed = `${of("y")} = ${of("x")} = ${said(y[i][j])}`;
    return `${is} is above 0, the gate is open: ${passed}, and ${back}.`;
  }
  if (x[i][j] < 0) return `${is} is below 0, the gate is shut: ${of("y")} = 0, and ${back}.`;
  const convention = `at 0 the slope is a convention: 0. So ${of("y")} = 0, and ${back}`;
  return `${is}: ${convention}. Any slope from 0 to 1 would be as right.`;
}
