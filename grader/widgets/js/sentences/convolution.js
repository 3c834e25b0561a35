// What a convolution and its backward pass do at a step, in words.

import { links } from "../arithmetic/convolution.js";
import { count, entry, said, signed } from "./phrases.js";

/**
 * @typedef {import("../arithmetic/convolution.js").Sizes} Sizes
 * @typedef {import("../arithmetic/convolution.js").Item} Item
 * @typedef {import("../arithmetic/convolution.js").Link} Link
 * @typedef {import("../arithmetic/numbers.js").Rows} Rows
 * @typedef {{ item: Item, i: number, j: number }} Shown
 *
 * a step: the sizes, whether it is a row, whether it goes forward, and its numbers
 * @typedef {{ g: Sizes, row: boolean, forward: boolean, source: Rows, w: Rows }} Step
 */

/**
 * Return what a view shows, of a row or of an image.
 * @param {string} view
 * @param {boolean} row
 */
export function convolutionTells(view, row) {
  const turned = row ? "back to front" : "turned by 180 degrees";
  return {
    "forward gather":
      "Each y asks which pixels come in: it multiplies the window it sees by w, number by " +
      "number, and adds up.",
    "forward spray":
      `Each x asks where it goes: its value times w\u2032, which is w ${turned}, is ` +
      "added onto the outputs that see it. The sums are the same y.",
    "backward spray":
      "Each dy is a price: what the loss gains per unit of its y. Its value times w is added " +
      "onto the pixels in its window. The sums are dx.",
    "backward gather":
      "Each dx asks which outputs saw its pixel: it adds up their dy, times the weights they " +
      "saw it with. Left to right that is w\u2032.",
  }[view];
}

/**
 * Return the step in words.
 * @param {Step} step
 * @param {Shown} shown
 */
export function convolutionInWords(step, shown) {
  const found = links(step.g, shown.item, shown.i, shown.j);
  const gives = step.forward === (shown.item === "pixel");
  return gives ? sprayInWords(step, shown, found) : gatherInWords(step, shown, found);
}

/**
 * @param {Step} step
 * @param {Shown} shown
 * @param {Link[]} found
 */
function sprayInWords({ g, row, forward, source }, { i, j }, found) {
  const value = source[i][j];
  const item = `${entry(forward ? "x" : "dy", row, i, j)} = ${said(value)}`;
  if (!found.length)
    return `${item} lies under no window: it is added onto nothing, and no output hears of it.`;
  const off = found.filter((link) => link.off).length;
  const [kernel, target] = forward ? ["w\u2032", "y"] : ["w", "dx"];
  const takers = count(found.length - off, ...named(!forward));
  const lost = forward ? g.kh * g.kw - found.length : 0;
  const nothing = value === 0 ? " Zeros: nothing changes." : "";
  const onto = `is added onto ${takers} of ${target}`;
  return `${item} times ${kernel} ${onto}.${restInWords(off, lost)}${nothing}`;
}

/** @type {(pixels: boolean) => [string, string]} */
const named = (pixels) => (pixels ? ["pixel", "pixels"] : ["entry", "entries"]);

/**
 * Return what becomes of the numbers that are added nowhere.
 * @param {number} off
 * @param {number} lost
 */
function restInWords(off, lost) {
  if (off) {
    const falls = off === 1 ? "falls" : "fall";
    return ` ${count(off, "number lands", "numbers land")} on the padding and ${falls} off.`;
  }
  if (!lost) return "";
  return ` ${count(lost, "number of w\u2032 meets", "numbers of w\u2032 meet")} no output.`;
}

/**
 * @param {Step} step
 * @param {Shown} shown
 * @param {Link[]} found
 */
function gatherInWords({ row, forward, source, w }, { i, j }, found) {
  const name = entry(forward ? "y" : "dx", row, i, j);
  if (!found.length) return `${name} lies under no window: no dy reaches it, and it stays 0.`;
  const value = (/** @type {Link} */ link) =>
    forward ? source[link.a][link.b] : source[link.i][link.j];
  const factors = found.map((link) => ({
    weight: w[link.u][link.v],
    value: link.off ? 0 : value(link),
  }));
  const sum = said(factors.reduce((total, { weight, value }) => total + weight * value, 0));
  const list = factors.map(({ weight, value }) => `${signed(weight)}\u00b7${signed(value)}`);
  const products = found.length <= 9 ? list.join(" + ") : `${found.length} products`;
  const givers = count(found.length, ...named(forward));
  if (!forward) return `${name} gathers ${givers} of dy with w\u2032: ${products} = ${sum}.`;
  const off = found.filter((link) => link.off).length;
  const padding = off ? ` ${count(off, "of them is", "of them are")} padding.` : "";
  return `${name} is the dot product of w and ${givers} of x: ${products} = ${sum}.${padding}`;
}
