// Where the grids of a picture stand, from the layout and the sizes of the arrays. As layout.py.

import { LAYOUT } from "./layout.js";

/**
 * @typedef {[x: number, y: number]} Point
 * @typedef {Record<string, number>} Lengths  pixels, and cells for each unit of a size
 * @typedef {{ x?: number, y?: number, dx?: number, dy?: number }} NamePlace
 * @typedef {{ x: Lengths, y: Lengths, pitch?: string, name?: NamePlace }} GridPlace
 *
 * @typedef {object} Layout
 * @property {Record<string, string[]>} [largest]
 * @property {Lengths[]} width
 * @property {Lengths[]} height
 * @property {NamePlace} name  of every grid that does not say
 * @property {Record<string, GridPlace>} grids
 *
 * `at` returns the corner of a cell, `name` the place of a grid's name
 * @typedef {object} Places
 * @property {number} width
 * @property {number} height
 * @property {(grid: string, i: number, j: number) => Point} at
 * @property {(grid: string) => Point} name
 */

export const CELL = LAYOUT.cell; // the side of a cell; five characters fit

/**
 * Return the layout of a widget's picture.
 * @param {string} kind
 * @param {string} variant
 * @returns {Layout}
 */
export const layoutOf = (kind, variant) =>
  /** @type {Record<string, any>} */ (LAYOUT)[kind][variant];

/**
 * Return the places of a layout for arrays of these sizes.
 * @param {Layout} layout
 * @param {Record<string, number>} given
 * @returns {Places}
 */
export function places({ largest = {}, width, height, name: names, grids }, given) {
  /** @type {Record<string, number>} */
  const sizes = { ...given, cells: 1 };
  for (const [name, all] of Object.entries(largest))
    sizes[name] = Math.max(...all.map((size) => sizes[size]));
  const length = (/** @type {Lengths} */ { px, ...counts }) =>
    Object.entries(counts).reduce((sum, [size, count]) => sum + count * sizes[size] * CELL, px);
  return {
    width: Math.max(...width.map(length)),
    height: Math.max(...height.map(length)),
    at: (grid, i, j) => {
      const { x, y, pitch } = grids[grid];
      return [length(x) + j * (pitch ? sizes[pitch] : 1) * CELL, length(y) + i * CELL];
    },
    name: (grid) => {
      const { x, y, name = names } = grids[grid];
      return [name.x ?? length(x) + (name.dx ?? 0), name.y ?? length(y) + (name.dy ?? 0)];
    },
  };
}

/**
 * Return the font size of a number in a cell.
 * @param {string} text
 */
export function fontSize(text) {
  const { 4: few, 5: five, more } = LAYOUT.number.sizes;
  if (text.length < 5) return few;
  return text.length < 6 ? five : more;
}

/**
 * Return which layout pool_router has. Backward, a dx that would be too wide stands below x.
 * @param {boolean} forward
 * @param {{ W: number, N: number }} sizes
 */
export function poolVariant(forward, { W, N }) {
  if (forward) return "forward";
  return 2 * W + N > LAYOUT.pool_router.most_across ? "wide" : "backward";
}
