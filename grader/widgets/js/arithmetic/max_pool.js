// Max pooling and its backward pass: windows, winners and results.

import { table, zeros } from "./numbers.js";

/**
 * @typedef {import("./numbers.js").Rows} Rows
 * @typedef {import("./numbers.js").PartialRows} PartialRows
 *
 * x is H x W, a window is kh x kw, y is M x N, s is the stride
 * @typedef {{ H: number, W: number, kh: number, kw: number, s: number, M: number, N: number }} Pool
 *
 * the window of output (i, j), and the places of its largest entries, the winner first
 * @typedef {{ i: number, j: number, value: number, places: [number, number][] }} Contest
 */

/**
 * @param {Rows} x
 * @param {number} kh
 * @param {number} kw
 * @param {number} s
 * @returns {Pool}
 */
export function pool(x, kh, kw, s) {
  const [H, W] = [x.length, x[0].length];
  return { H, W, kh, kw, s, M: Math.floor((H - kh) / s) + 1, N: Math.floor((W - kw) / s) + 1 };
}

/**
 * Return a window's largest entries, in reading order.
 * @param {Pool} g
 * @param {Rows} x
 * @param {number} i
 * @param {number} j
 * @returns {Contest}
 */
export function contest(g, x, i, j) {
  let value = -Infinity;
  /** @type {[number, number][]} */
  let places = [];
  for (let a = g.s * i; a < g.s * i + g.kh; a++)
    for (let b = g.s * j; b < g.s * j + g.kw; b++) {
      if (x[a][b] > value) {
        value = x[a][b];
        places = [];
      }
      if (x[a][b] === value) places.push([a, b]);
    }
  return { i, j, value, places };
}

/**
 * Return the contests of all windows, in reading order.
 * @param {Pool} g
 * @param {Rows} x
 */
export const contests = (g, x) => table(g.M, g.N, (i, j) => contest(g, x, i, j)).flat();

/**
 * Return the numbers of the windows in which a pixel lies.
 * @param {Pool} g
 * @param {number} a
 * @param {number} b
 */
export function seenBy(g, a, b) {
  const found = [];
  for (let i = 0; i < g.M; i++)
    for (let j = 0; j < g.N; j++) {
      const [down, across] = [a - g.s * i, b - g.s * j];
      if (down >= 0 && down < g.kh && across >= 0 && across < g.kw) found.push(i * g.N + j);
    }
  return found;
}

/** @type {(window: Contest, pixel: { i: number, j: number }) => boolean} */
export const wins = ({ places: [[a, b]] }, pixel) => a === pixel.i && b === pixel.j;

/**
 * Return y after some windows.
 * @param {Pool} g
 * @param {Contest[]} all
 * @param {number} windows
 * @returns {PartialRows}  null where it is not known yet
 */
export function pooled(g, all, windows) {
  return table(g.M, g.N, (i, j) => (i * g.N + j < windows ? all[i * g.N + j].value : null));
}

/**
 * Return dx after some windows.
 * @param {Pool} g
 * @param {Contest[]} all
 * @param {Rows} dy
 * @param {number} windows
 */
export function routed(g, all, dy, windows) {
  const dx = zeros(g.H, g.W);
  for (const { i, j, places } of all.slice(0, windows)) dx[places[0][0]][places[0][1]] += dy[i][j];
  return dx;
}
