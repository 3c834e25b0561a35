// The stride trick: dy with zeros between, at the end and around, correlated with W' at stride 1. No drawing here; convolution.js
// stands in front of this text.
//
// The steps of the trick are the stages 0 to 3 of dy, then one window after the other.

const STAGES = 4;
const [BETWEEN, END, AROUND] = [1, 2, 3]; // the stage that brings these zeros
const LEFT_OUT = { nothing: [], end: [END], between: [BETWEEN], both: [BETWEEN, END] };

/**
 * One axis of dy on its way, from m numbers to `length` of them. Its cells, from place `first` on: which dy stands there or null,
 * the stage that brings it, and whether it is cut off in the end. sizes: how long the axis is after each stage.
 */
function axis(n, K, p, s, m, left) {
  const step = left.includes(BETWEEN) ? 1 : s;
  const r = (n + 2 * p - K) % s;
  const around = K - 1 - p;
  const spread = (m - 1) * step + 1;
  const core = spread + (left.includes(END) ? 0 : r);
  const length = Math.max(0, core + 2 * around);
  const first = Math.min(0, around);
  const cells = Array.from({ length: core + 2 * Math.max(0, around) }, (_, k) => {
    const place = k - Math.max(0, around); // from the first dy on
    const cut = place < -around || place >= core + around;
    if (place < 0 || place >= core) return { from: null, stage: AROUND, cut };
    if (place >= spread) return { from: null, stage: END, cut };
    return { from: place % step ? null : place / step, stage: BETWEEN, cut };
  });
  return { n, K, p, s, r, around, first, cells, sizes: [m, spread, core, length], count: Math.max(0, length - K + 1) };
}

/** Both axes, for the sizes of `geometry`. left: the stages whose zeros are left out. */
const trickOf = (g, left) => ({
  rows: axis(g.H, g.K, g.p, g.s, g.M, left),
  columns: axis(g.W, g.L, g.q, g.s, g.N, left),
  left,
});

/** A cell of dy with its zeros: { from: [i, j] or null, stage, cut }. */
function cellOf({ rows, columns }, a, b) {
  const [one, other] = [rows.cells[a], columns.cells[b]];
  const from = one.from === null || other.from === null ? null : [one.from, other.from];
  return { from, stage: Math.max(one.stage, other.stage), cut: one.cut || other.cut };
}

/** What W' meets at the window (a, b) besides zeros: which dy, and the weight of W it is taken with. */
function meets({ rows, columns }, a, b) {
  const found = [];
  for (let u = 0; u < rows.K; u++)
    for (let v = 0; v < columns.K; v++) {
      const [i, j] = [rows.cells[a + u - rows.first].from, columns.cells[b + v - columns.first].from];
      if (i !== null && j !== null) found.push({ i, j, a, b, u: rows.K - 1 - u, v: columns.K - 1 - v });
    }
  return found;
}

const summed = (found, dy, w) => found.reduce((total, { i, j, u, v }) => total + w[u][v] * dy[i][j], 0);

/** What the first windows have made of dx; null for what is not known yet, or never will be. */
function correlated(trick, dy, w, windows) {
  const { rows, columns } = trick;
  return Array.from({ length: rows.n }, (_, a) =>
    Array.from({ length: columns.n }, (_, b) =>
      a < rows.count && b < columns.count && a * columns.count + b < windows ? summed(meets(trick, a, b), dy, w) : null,
    ),
  );
}

// ---- in words

const sizeOf = ({ rows, columns }, row, stage) => {
  const [height, width] = [rows.sizes[stage], columns.sizes[stage]];
  return row ? count(width, "number", "numbers") : `${height} \u00d7 ${width} numbers`;
};

/** What happens to the rows and the columns, told once where it is the same. */
const axes = ({ rows, columns }, row, tell) =>
  row ? tell(columns, ["n", "K"], "") : `${tell(rows, ["H", "K"], "row")} and ${tell(columns, ["W", "L"], "column")}`;

/** A stage of dy in words. */
function stageInWords(trick, row, stage) {
  const { columns, left } = trick;
  const now = `dy has ${sizeOf(trick, row, stage)} now.`;
  const zeros = (many, line) => (line ? `${count(many, line, `${line}s`)} of zeros` : count(many, "zero", "zeros"));
  const s = columns.s;
  if (stage === 0) {
    const apart = `Their windows lie ${s} pixels apart, but a filter that moves by 1 treats them as neighbours.`;
    return `dy has ${sizeOf(trick, row, 0)}. ${s > 1 ? apart : "With stride 1 nothing was dropped between their windows."}`;
  }
  if (stage === BETWEEN) {
    const many = `s \u2212 1 = ${zeros(s - 1)} between neighbours`;
    if (left.includes(BETWEEN)) return `Left out: ${many}. dy still has ${sizeOf(trick, row, 1)}.`;
    return `Dilate: ${many}, in the places of the outputs that the stride has dropped. ${now}`;
  }
  if (stage === END) {
    const remainder = ({ n, K, p, r }, [N, k], line) =>
      `r = (${N} + 2p \u2212 ${k}) mod s = (${n} + ${2 * p} \u2212 ${K}) mod ${s} = ${zeros(r, line)}`;
    const many = axes(trick, row, remainder);
    if (left.includes(END)) return `Left out at the end: ${many}. dy still has ${sizeOf(trick, row, 2)}.`;
    return `At the end: ${many}, for the outputs dropped behind the last one. ${now}`;
  }
  const around = axes(trick, row, ({ around }, [, k], line) => {
    const many = line ? count(Math.abs(around), line, `${line}s`) : count(Math.abs(around), "number", "numbers");
    return `${k} \u2212 1 \u2212 p = ${said(around)}: ${around < 0 ? `${many} cut off` : `${zeros(around, line)} more`}`;
  });
  return `At each end ${around}. ${now}`;
}

/** A zero of dy in words. */
function zeroInWords({ stage, cut }) {
  if (cut) return "Cut off: an output that has seen the padding alone.";
  return {
    [BETWEEN]: "A zero between: here stood an output that the stride has dropped. The loss does not know it, so its gradient is 0.",
    [END]: "A zero at the end: an output behind the last one, dropped by the stride as well.",
    [AROUND]: "A zero around: W\u2032 must reach the pixels at the border, which fewer outputs have seen.",
  }[stage];
}

/** A window of the trick in words, beside what the spray says. */
function windowInWords(trick, row, a, b, dy, w, right) {
  const name = entry("dx", row, a, b);
  if (a >= trick.rows.count || b >= trick.columns.count)
    return `${name} is missing: W\u2032 has no place left. \u2260 The spray says ${said(right)}.`;
  const found = meets(trick, a, b);
  const value = summed(found, dy, w);
  const factors = found.map(({ i, j, u, v }) => `${signed(w[u][v])}\u00b7${signed(dy[i][j])}`);
  const sum = found.length && found.length <= 9 ? `${factors.join(" + ")} = ` : "";
  const met = found.map(({ i, j }) => entry("dy", row, i, j));
  const named = met.length < 5 ? met : [`${met.length} entries of dy`];
  if (found.length < w.length * w[0].length) named.push(found.length ? "zeros" : "zeros only");
  const list = [named.slice(0, -1).join(", "), named[named.length - 1]].filter(Boolean).join(" and ");
  const all = `${name} = ${sum}${said(value)}: W\u2032 meets ${list}.`;
  if (!trick.left.length)
    return `${all} ${found.length ? "The spray adds the same products." : "No window of x has seen this pixel."}`;
  return `${all} ${Math.abs(value - right) < 1e-9 ? "The spray says so, too." : `\u2260 The spray says ${said(right)}.`}`;
}
