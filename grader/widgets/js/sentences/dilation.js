// The stages of dy, its zeros and the windows of the stride trick, in words.

import { AROUND, BETWEEN, END, hasWindow, meets, summed } from "../arithmetic/dilation.js";
import { count, entry, said, signed, sizeOf } from "./phrases.js";

/**
 * @typedef {import("../arithmetic/dilation.js").Axis} Axis
 * @typedef {import("../arithmetic/dilation.js").Trick} Trick
 * @typedef {import("../arithmetic/dilation.js").Meeting} Meeting
 * @typedef {import("../arithmetic/dilation.js").Cell} Cell
 * @typedef {import("../arithmetic/numbers.js").Rows} Rows
 * @typedef {(axis: Axis, letters: [string, string], line: string) => string} Told
 */

/**
 * Return how many numbers dy has after a stage.
 * @param {Trick} trick
 * @param {boolean} row
 * @param {number} stage
 */
function numbersOf({ rows, columns }, row, stage) {
  const [height, width] = [rows.sizes[stage], columns.sizes[stage]];
  return `${sizeOf(row, height, width)} ${row && width === 1 ? "number" : "numbers"}`;
}

/**
 * Return what happens to the rows and the columns, told once where it is the same.
 * @param {Trick} trick
 * @param {boolean} row
 * @param {Told} tell
 */
function axesInWords({ rows, columns }, row, tell) {
  if (row) return tell(columns, ["n", "k"], "");
  return `${tell(rows, ["H", "kh"], "row")} and ${tell(columns, ["W", "kw"], "column")}`;
}

/** @type {(many: number, line: string) => string} */
const zerosInWords = (many, line) =>
  line ? `${count(many, line, `${line}s`)} of zeros` : count(many, "zero", "zeros");

/**
 * Return a stage of dy in words.
 * @param {Trick} trick
 * @param {boolean} row
 * @param {number} stage
 */
export function stageInWords(trick, row, stage) {
  if (stage === BETWEEN) return betweenInWords(trick, row);
  if (stage === END) return endInWords(trick, row);
  if (stage === AROUND) return aroundInWords(trick, row);
  const s = trick.columns.s;
  const many = `dy has ${numbersOf(trick, row, 0)}.`;
  if (s === 1) return `${many} With stride 1 nothing was dropped between their windows.`;
  const apart = `Their windows lie ${s} pixels apart, but a filter that moves by 1`;
  return `${many} ${apart} treats them as neighbours.`;
}

/**
 * @param {Trick} trick
 * @param {boolean} row
 */
function betweenInWords(trick, row) {
  const s = trick.columns.s;
  const many = `s \u2212 1 = ${zerosInWords(s - 1, "")} between neighbours`;
  const numbers = numbersOf(trick, row, BETWEEN);
  if (trick.left.includes(BETWEEN)) return `Left out: ${many}. dy still has ${numbers}.`;
  const where = "in the places of the outputs that the stride has dropped";
  return `Dilate: ${many}, ${where}. dy has ${numbers} now.`;
}

/**
 * @param {Trick} trick
 * @param {boolean} row
 */
function endInWords(trick, row) {
  const many = axesInWords(trick, row, ({ n, k, p, s, r }, [pixels, taps], line) => {
    const letters = `r = (${pixels} + 2p \u2212 ${taps}) mod s`;
    const values = `(${n} + ${2 * p} \u2212 ${k}) mod ${s}`;
    return `${letters} = ${values} = ${zerosInWords(r, line)}`;
  });
  const numbers = numbersOf(trick, row, END);
  if (trick.left.includes(END)) return `Left out at the end: ${many}. dy still has ${numbers}.`;
  const why = "for the outputs dropped behind the last one";
  return `At the end: ${many}, ${why}. dy has ${numbers} now.`;
}

/**
 * @param {Trick} trick
 * @param {boolean} row
 */
function aroundInWords(trick, row) {
  const around = axesInWords(trick, row, ({ around }, [, taps], line) => {
    const what = line || "number";
    const cut = `${count(Math.abs(around), what, `${what}s`)} cut off`;
    const many = around < 0 ? cut : `${zerosInWords(around, line)} more`;
    return `${taps} \u2212 1 \u2212 p = ${said(around)}: ${many}`;
  });
  return `At each end ${around}. dy has ${numbersOf(trick, row, AROUND)} now.`;
}

/** @type {Record<number, string>} */
const ZEROS = {
  [BETWEEN]:
    "A zero between: here stood an output that the stride has dropped. The loss does not know " +
    "it, so its gradient is 0.",
  [END]: "A zero at the end: an output behind the last one, dropped by the stride as well.",
  [AROUND]:
    "A zero around: w\u2032 must reach the pixels at the border, which fewer outputs have seen.",
};

/**
 * Return a zero of dy in words.
 * @param {Cell} cell
 */
export const zeroInWords = ({ stage, cut }) =>
  cut ? "Cut off: an output that has seen the padding alone." : ZEROS[stage];

/**
 * Return a window of the trick in words, beside what the spray says.
 * @param {Trick} trick
 * @param {boolean} row
 * @param {[number, number]} window
 * @param {Rows} dy
 * @param {Rows} w
 * @param {number} right
 */
export function windowInWords(trick, row, [a, b], dy, w, right) {
  const name = entry("dx", row, a, b);
  const otherwise = `\u2260 The spray says ${said(right)}.`;
  if (!hasWindow(trick, a, b)) return `${name} is missing: w\u2032 has no place left. ${otherwise}`;
  const found = meets(trick, a, b);
  const value = summed(found, dy, w);
  const factors = found.map(({ i, j, u, v }) => `${signed(w[u][v])}\u00b7${signed(dy[i][j])}`);
  const sum = found.length && found.length <= 9 ? `${factors.join(" + ")} = ` : "";
  const met = metInWords(found, row, w.length * w[0].length);
  const all = `${name} = ${sum}${said(value)}: w\u2032 meets ${met}.`;
  if (trick.left.length)
    return `${all} ${Math.abs(value - right) < 1e-9 ? "The spray says so, too." : otherwise}`;
  const why = found.length
    ? "The spray adds the same products."
    : "No window of x has seen this pixel.";
  return `${all} ${why}`;
}

/**
 * @param {Meeting[]} found
 * @param {boolean} row
 * @param {number} weights
 */
function metInWords(found, row, weights) {
  const met = found.map(({ i, j }) => entry("dy", row, i, j));
  const named = met.length < 5 ? met : [`${met.length} entries of dy`];
  if (found.length < weights) named.push(found.length ? "zeros" : "zeros only");
  const last = named[named.length - 1];
  return [named.slice(0, -1).join(", "), last].filter(Boolean).join(" and ");
}
