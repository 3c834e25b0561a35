// The derivatives of y = xW + b: what each view shows and says. No drawing here.
//
// An entry is [slice, row, column]. ties() names the cells that it joins: the one that is nudged, the one that answers, and the one
// that holds the slope, if any: [grid, row, column] each. find tells which entry is meant by a cell of another grid:
// (its column, its row, the entry shown) => entry.

const moves = (value) => (value > 0 ? `grows by ${said(value)}` : value < 0 ? `falls by ${said(-value)}` : "does not move");
const unseen = (name, c, i) => `${name} belongs to class ${c}: y[${i}] does not see it.`;

const VIEWS = {
  "dy/dx": {
    compares: "dy_dx",
    heads: ["y", "x"],
    is: "= W\u1d40 (Eq. 3)",
    tells: "One row per output, one column per input: row i says how y[i] answers to each x. It is column i of W, laid flat.",
    size: ({ D, C }) => [1, C, D],
    value: ({ w }, _, i, d) => w[d][i],
    ties: (_, i, d) => ({ nudged: ["x", 0, d], answers: ["y", 0, i], slope: ["W", d, i] }),
    find: { x: (d, _, [, i]) => [0, i, d], y: (i, _, [, , d]) => [0, i, d], W: (i, d) => [0, i, d] },
    words: (value, [, i, d]) =>
      `dy[${i}]/dx[${d}] = W[${d},${i}] = ${said(value)}: if x[${d}] grows by 1, y[${i}] ${moves(value)}.`,
  },
  "dy/dW": {
    compares: "dy_dw",
    tensor: true,
    is: "(Eq. 5)",
    tells: "One slice per output, each shaped like W: slice i says how y[i] answers to each weight. Column i holds x, the rest is 0.",
    size: ({ D, C }) => [C, D, C],
    value: ({ x }, i, d, c) => (c === i ? x[d] : 0),
    ties: (i, d, c) => ({ nudged: ["W", d, c], answers: ["y", 0, i], slope: c === i ? ["x", 0, d] : null }),
    find: { x: (d, _, [i]) => [i, d, i], y: (i, _, [, d]) => [i, d, i], W: (c, d, [i]) => [i, d, c] },
    words: (value, [i, d, c]) =>
      c === i
        ? `dy[${i}]/dW[${d},${c}] = x[${d}] = ${said(value)}: if W[${d},${c}] grows by 1, y[${i}] ${moves(value)}.`
        : `dy[${i}]/dW[${d},${c}] = 0. ${unseen(`W[${d},${c}]`, c, i)}`,
  },
  "dy/db": {
    compares: "dy_db",
    heads: ["y", "b"],
    is: "= identity (Eq. 7)",
    tells: "One row per output, one column per bias. Each bias is added to the score of its own class and to nothing else.",
    size: ({ C }) => [1, C, C],
    value: (_, __, i, c) => (i === c ? 1 : 0),
    ties: (_, i, c) => ({ nudged: ["b", 0, c], answers: ["y", 0, i], slope: null }),
    find: { b: (c, _, [, i]) => [0, i, c], y: (i, _, [, , c]) => [0, i, c] },
    words: (value, [, i, c]) =>
      c === i
        ? `dy[${i}]/db[${c}] = 1: if b[${c}] grows by 1, y[${i}] grows by 1.`
        : `dy[${i}]/db[${c}] = 0. ${unseen(`b[${c}]`, c, i)}`,
  },
  "dL/dW": {
    is: "= x\u1d40 dL/dy (Eq. 6)",
    tells: "Every slice of dy/dW times its dL/dy, and the products added up. The slices do not overlap: nobody needs the tensor.",
    size: ({ D, C }) => [1, D, C],
    value: ({ x, dy }, _, d, c) => x[d] * dy[c],
    ties: (_, d, c) => ({ nudged: ["W", d, c], answers: ["dL/dy", 0, c], slope: ["x", 0, d] }),
    find: { x: (d, _, [, , c]) => [0, d, c], "dL/dy": (c, _, [, d]) => [0, d, c], W: (c, d) => [0, d, c] },
    words: (value, [, d, c], { x, dy }) =>
      `dL/dW[${d},${c}] = x[${d}] \u00b7 dL/dy[${c}] = ${signed(x[d])}\u00b7${signed(dy[c])} = ${said(value)}: of all slices, only slice ${c} has something at [${d},${c}].`,
  },
};

/** y = xW + b (Eq. 1). */
const scores = ({ x, w, b }) => b.map((bias, c) => x.reduce((sum, pixel, d) => sum + pixel * w[d][c], 0) + bias);

/** A view's numbers, slice by slice. */
function slicesOf(view, layer) {
  const [slices, rows, columns] = view.size(layer);
  return Array.from({ length: slices }, (_, s) => zeros(rows, columns).map((row, r) => row.map((_, c) => view.value(layer, s, r, c))));
}

/** The entries in which the student's own results are not right, view by view; null where there is none to compare. */
function judged(compare, layer) {
  const wrong = (view) => {
    const yours = compare?.[view.compares];
    return yours ? slicesOf(view, layer).flatMap((right, s) => differing(yours[s], right).map((one) => ({ s, ...one }))) : null;
  };
  return Object.fromEntries(Object.entries(VIEWS).map(([name, view]) => [name, wrong(view)]));
}
