// The lines and the entries of T and of its transpose, in words.

import { lineOf } from "../arithmetic/toeplitz.js";
import { said, signed } from "./phrases.js";

/**
 * @typedef {import("../arithmetic/convolution.js").Sizes} Sizes
 * @typedef {import("../arithmetic/convolution.js").Link} Link
 * @typedef {import("../arithmetic/numbers.js").Rows} Rows
 * @typedef {ReturnType<typeof lineOf> & { at: number, matrix: string, other: string }} Line
 */

export const MATRICES = ["T", "T\u1d40"]; // forward, backward

export const READINGS = [
  {
    "forward gather": "T, along a row: w gathers",
    "forward spray": "T, down a column: w\u2032 sprays",
  },
  {
    "backward spray": "T\u1d40, down a column: w sprays",
    "backward gather": "T\u1d40, along a row: w\u2032 gathers",
  },
];

/** @type {Record<string, string>} */
export const READINGS_TELL = {
  "forward gather":
    "A row of T holds w, where the window of its y lies. Number by number times x, added up: the " +
    "row gathers its y.",
  "forward spray":
    "A column of T holds w\u2032, which is w back to front. Times its x, it is what this one " +
    "pixel adds onto y: the column sprays.",
  "backward spray":
    "T\u1d40 has the rows of T as its columns. So what gathered forward sprays backward: w as it " +
    "stands, times a dy, is added onto dx.",
  "backward gather":
    "T\u1d40 has the columns of T as its rows. So what sprayed forward gathers backward: " +
    "w\u2032, number by number times dy, added up.",
};

/**
 * @param {string} words
 * @param {number[]} places
 * @param {string} name
 */
function between(words, places, name = "") {
  const ends = [places[0], places[places.length - 1]];
  const [first, last] = ends.map((place) => (name ? `${name}[${place}]` : String(place)));
  return first === last ? `${words} ${first}` : `${words}${name ? "" : "s"} ${first} to ${last}`;
}

/**
 * Return the step in words. alone: T is shown without its transpose.
 * @param {Sizes} g
 * @param {string} reading
 * @param {number} at
 * @param {number[]} source
 * @param {Rows} w
 * @param {boolean} alone
 */
export function lineInWords(g, reading, at, source, w, alone) {
  const found = lineOf(g, reading, at);
  const [matrix, other] = found.view.forward ? MATRICES : [...MATRICES].reverse();
  const line = { ...found, at, matrix, other };
  const told = line.found.length ? productInWords(g, line, source, w) : emptyInWords(line);
  if (alone) return told;
  return `${told} The same numbers: ${line.along ? "column" : "row"} ${at} of ${other}.`;
}

/** @type {(line: Line) => string} */
const holds = ({ along, at, matrix }) => `${along ? "Row" : "Column"} ${at} of ${matrix} holds`;

/** @param {Line} line */
function emptyInWords(line) {
  const { at, along } = line;
  const ends = along ? `y[${at}] = 0.` : `dy[${at}] is added onto nothing.`;
  return `${holds(line)} zeros only: the window of y[${at}] lies in the padding. ${ends}`;
}

/**
 * @param {Sizes} g
 * @param {Line} line
 * @param {number[]} source
 * @param {Rows} w
 */
function productInWords(g, line, source, w) {
  const { view, found, places, along, at } = line;
  const [from, to] = view.forward ? ["x", "y"] : ["dy", "dx"];
  const weights = found.map(({ v }) => w[0][v]);
  const list = weights.map(said).join(", ");
  const name = view.item === "output" ? "w" : "w reversed";
  const part = found.length < g.kw ? `(${list}), a part of ${name},` : name;
  const held = `${holds(line)} ${part} ${between(along ? "in column" : "in row", places)}`;
  if (along) {
    const values = places.map((place) => source[place]);
    const products = weights.map((weight, k) => `${signed(weight)}\u00b7${signed(values[k])}`);
    const sum = said(weights.reduce((total, weight, k) => total + weight * values[k], 0));
    return `${held}: ${to}[${at}] = ${products.join(" + ")} = ${sum}.`;
  }
  const nothing = source[at] === 0 ? " Zeros: nothing changes." : "";
  const adds = `adds ${signed(source[at])}\u00b7(${list}) ${between("onto", places, to)}`;
  return `${held}: ${from}[${at}] = ${said(source[at])} ${adds}.${nothing}`;
}

/**
 * Return one entry of T in words. alone: T is shown without its transpose.
 * @param {Sizes} g
 * @param {Rows} w
 * @param {number} i
 * @param {number} a
 * @param {boolean} alone
 */
export function entryInWords(g, w, i, a, alone) {
  const v = a + g.q - i;
  const here = `T[${i},${a}]`;
  const twin = `It is T\u1d40[${a},${i}], too`;
  if (v < 0 || v >= g.kw) {
    const forward = `${here} = 0: the window of y[${i}] does not reach x[${a}]`;
    return alone ? `${forward}.` : `${forward}, and dy[${i}] does not reach dx[${a}]. ${twin}.`;
  }
  const forward = `${here} = w[${v}] = ${said(w[0][v])} takes x[${a}] to y[${i}].`;
  return alone ? forward : `${forward} ${twin}, and takes dy[${i}] back to dx[${a}].`;
}
