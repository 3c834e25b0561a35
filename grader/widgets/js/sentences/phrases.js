// Numbers and phrases that the sentences of all widgets use.

/**
 * @typedef {import("../arithmetic/numbers.js").Rows} Rows
 * @typedef {{ i: number | string, j: number, yours: number, right: number }} Difference
 */

const minus = (/** @type {string} */ text) => text.replace("+", "").replaceAll("-", "\u2212");

/**
 * Return a number in 5 characters as well as they can ("0.333", "1.2e5"); a few extreme ones need
 * 6 or 7. As `short` of still_picture.py.
 * @param {number} value
 */
export function short(value) {
  if (Number.isNaN(value)) return "nan";
  if (!Number.isFinite(value)) return value < 0 ? "\u2212inf" : "inf";
  let text = "";
  for (let digits = 5; digits > 0; digits--) {
    const rounded = Number(value.toPrecision(digits)) + 0;
    for (text of [minus(String(rounded)), minus(rounded.toExponential())])
      if (text.length <= 5) return text;
  }
  return text;
}

/**
 * Return a number as a sentence writes it, with up to six digits.
 * @param {number} value
 */
export const said = (value) =>
  Number.isFinite(value) ? minus(String(Number(value.toPrecision(6)) + 0)) : short(value);

/**
 * Return a number as a factor.
 * @param {number} value
 */
export const signed = (value) => (value < 0 ? `(${said(value)})` : said(value));

/**
 * Return a number as a summand in a cell.
 * @param {number} value
 */
export const added = (value) => `${value < 0 ? "" : "+"}${short(value)}`;

/** @type {(n: number, one: string, many: string) => string} */
export const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/**
 * Return an entry's name: dx[2,1], or dx[2] in a row.
 * @param {string} name
 * @param {boolean} row
 * @param {number | string} i
 * @param {number} j
 */
export const entry = (name, row, i, j) => `${name}[${row ? j : `${i},${j}`}]`;

/** @type {(row: boolean, rows: number, columns: number) => string} */
export const sizeOf = (row, rows, columns) => (row ? `${columns}` : `${rows} \u00d7 ${columns}`);

/**
 * Return what is to be said of a dy that is not wholly the reader's own; null if it is.
 * @param {{ dy: Rows | null }} data
 * @param {{ M: number, N: number }} sizes
 */
export function standsIn({ dy }, { M, N }) {
  if (!dy) return "dy is made up of small whole numbers; pass your own as dy=.";
  const fits = dy.length === M && dy[0].length === N;
  return fits ? null : "dy is cut or filled up with small whole numbers, to fit.";
}

/**
 * Return the sentence on a student's own result: right, or where it is not.
 * @param {string} name
 * @param {boolean} row
 * @param {Difference[]} wrong
 * @param {number} entries
 */
export function compared(name, row, wrong, entries) {
  if (!wrong.length) return `\u2713 Your ${name} is right in all ${entries} entries.`;
  const list = wrong
    .slice(0, 4)
    .map(
      (one) =>
        `${entry(name, row, one.i, one.j)} is ${said(one.yours)}, right is ${said(one.right)}`,
    );
  const rest = wrong.length > 4 ? "; \u2026" : ".";
  const where = `${list.join("; ")}${rest}`;
  return `\u2260 Your ${name} differs in ${wrong.length} of ${entries} entries: ${where}`;
}
