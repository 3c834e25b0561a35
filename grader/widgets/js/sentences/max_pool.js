// What becomes of a window and of a pixel in max pooling, in words.

import { seenBy, wins } from "../arithmetic/max_pool.js";
import { count, entry, said, signed } from "./phrases.js";

/**
 * @typedef {import("../arithmetic/max_pool.js").Pool} Pool
 * @typedef {import("../arithmetic/max_pool.js").Contest} Contest
 * @typedef {import("../arithmetic/numbers.js").Rows} Rows
 */

/** @type {Record<string, string>} */
export const POOLING_TELLS = {
  forward:
    "Each y asks its window for the largest entry. The winner is framed, and its number is " +
    "carried into y.",
  backward:
    "Each dy goes to the winner of its window, and to nobody else: it is added onto dx there. " +
    "What lost, or lies in no window, gets 0.",
};

/** @type {(window: Contest, dy: Rows) => number} */
const dyOf = ({ i, j }, dy) => dy[i][j];

/** @type {(windows: Contest[], dy: Rows) => number} */
const sumOf = (windows, dy) => windows.reduce((sum, window) => sum + dyOf(window, dy), 0);

/**
 * Return a window's step in words.
 * @param {Pool} g
 * @param {Contest[]} all
 * @param {number} k
 * @param {Rows} dy
 * @param {boolean} forward
 */
export const poolWindowInWords = (g, all, k, dy, forward) =>
  forward ? largestInWords(g, all[k]) : routeInWords(all, k, dy);

/** @param {Contest} window */
const tieInWords = ({ value, places }) =>
  places.length > 1 ? ` ${places.length} entries tie at ${said(value)}: ` : "";

/**
 * @param {Pool} g
 * @param {Contest} window
 */
function largestInWords(g, window) {
  const { i, j, value, places } = window;
  const winner = `${entry("x", false, ...places[0])} = ${said(value)}`;
  const tie = tieInWords(window);
  const first = "y is the same whichever wins; the first in reading order is framed.";
  const pixels = count(g.kh * g.kw, "pixel", "pixels");
  const name = entry("y", false, i, j);
  return `${name} is the largest of ${pixels} in its window: ${winner}.${tie && tie + first}`;
}

/**
 * @param {Contest[]} all
 * @param {number} k
 * @param {Rows} dy
 */
function routeInWords(all, k, dy) {
  const window = all[k];
  const [[a, b]] = window.places;
  const given = dyOf(window, dy);
  const before = all.slice(0, k).filter((other) => wins(other, { i: a, j: b }));
  const held = sumOf(before, dy); // what its winner has been given by the windows before it
  const sum = `${said(held)} + ${signed(given)} = ${said(held + given)}`;
  const more = before.length ? ` It won before, and holds ${said(held)}: ${sum}.` : "";
  const tie = tieInWords(window);
  const fair =
    "the first in reading order takes it by convention; an even split is a subgradient too; the " +
    "whole dy to each is not: the sum is not conserved.";
  const name = entry("dy", false, window.i, window.j);
  const taker = `${entry("dx", false, a, b)}, whose x = ${said(window.value)} won the window.`;
  return `${name} = ${said(given)} is added onto ${taker}${more}${tie && tie + fair}`;
}

/**
 * Return what became of a pixel, in words.
 * @param {Pool} g
 * @param {Contest[]} all
 * @param {Rows} x
 * @param {{ i: number, j: number }} pixel
 * @param {Rows} dy
 * @param {boolean} forward
 */
export function pixelInWords(g, all, x, pixel, dy, forward) {
  const { i, j } = pixel;
  const name = `${entry("x", false, i, j)} = ${said(x[i][j])}`;
  const dx = entry("dx", false, i, j);
  const seen = seenBy(g, i, j).map((k) => all[k]);
  if (!seen.length) return `${name} lies in no window: no y hears of it, and ${dx} stays 0.`;
  const won = seen.filter((window) => wins(window, pixel));
  const equals = seen.filter((window) => window.value === x[i][j]).length - won.length;
  const alone = seen.length === 1;
  const who = alone ? "It" : `In ${equals} of them it`;
  const tie = equals ? ` ${who} ties with the winner, which comes first in reading order.` : "";
  const lies = alone
    ? `${name} lies in 1 window and ${won.length ? "wins it" : "does not win it"}`
    : `${name} lies in ${seen.length} windows and wins ${won.length || "none"}`;
  return `${lies}: ${forward ? carriedInWords(won) : gainInWords(dx, won, dy)}.${tie}`;
}

/** @param {Contest[]} won */
function carriedInWords(won) {
  if (!won.length) return "its number goes no further";
  return `its number stands in ${won.map(({ i, j }) => entry("y", false, i, j)).join(", ")}`;
}

/**
 * @param {string} name
 * @param {Contest[]} won
 * @param {Rows} dy
 */
function gainInWords(name, won, dy) {
  const terms = won.map((window) => signed(dyOf(window, dy))).join(" + ");
  return `${name} = ${won.length > 1 ? `${terms} = ` : ""}${said(sumOf(won, dy))}`;
}
