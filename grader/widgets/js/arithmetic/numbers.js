// Rows of numbers, and what all widgets compute with them.

/**
 * @typedef {number[][]} Rows
 * @typedef {(number | null)[][]} PartialRows  null where a number is not known yet
 * @typedef {number | "nan" | "inf" | "-inf"} Plain  a number as Python writes it into JSON
 * @typedef {{ i: number, j: number, yours: number, right: number }} Difference
 */

// stands in for a dy that is not given: unequal, with signs and a zero; as in grids.py
export const COUNTED = [1, 2, -1, 3, 0, -2, 4];

/** @type {(rows: number, columns: number) => Rows} */
export const zeros = (rows, columns) =>
  Array.from({ length: rows }, () => new Array(columns).fill(0));

/**
 * Return rows of values, each of which is made from its place.
 * @template T
 * @param {number} rows
 * @param {number} columns
 * @param {(i: number, j: number) => T} value
 */
export const table = (rows, columns, value) =>
  Array.from({ length: rows }, (_, i) => Array.from({ length: columns }, (_, j) => value(i, j)));

/** @type {(rows: Rows) => Rows} */
export const copied = (rows) => rows.map((row) => [...row]);

/** @type {(rows: Rows) => number} */
export const total = (rows) => rows.flat().reduce((sum, value) => sum + value, 0);

/**
 * Return the largest absolute value of the numbers that are finite.
 * @param {PartialRows} rows
 */
export const largest = (rows) =>
  Math.max(
    0,
    ...rows
      .flat()
      .map((value) => Math.abs(value ?? 0))
      .filter(Number.isFinite),
  );

/** @type {(value: Plain) => number} */
export const unplain = (value) =>
  typeof value === "number" ? value : Number(value.replace("inf", "Infinity"));

/**
 * Return the dy in use, M x N: given numbers where there are any, else counted ones.
 * @param {{ dy: Rows | null }} data
 * @param {{ M: number, N: number }} sizes
 */
export const upstream = ({ dy }, { M, N }) =>
  table(M, N, (i, j) => dy?.[i]?.[j] ?? COUNTED[(3 * i + j) % COUNTED.length]);

/**
 * Return the entries of yours that are not the right ones, as `grader.show.verdict.differing` does.
 * @param {Plain[][]} yours
 * @param {Rows} right
 * @returns {Difference[]}
 */
export function differing(yours, right) {
  const tolerance = 1e-9 * Math.max(1, largest(right));
  return table(right.length, right[0].length, (i, j) => ({
    i,
    j,
    yours: unplain(yours[i][j]),
    right: right[i][j],
  }))
    .flat()
    .filter((one) => !(Math.abs(one.yours - one.right) <= tolerance + 1e-5 * Math.abs(one.right)));
}
