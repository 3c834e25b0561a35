// Max pooling and its backward pass: windows, winners, results and words. No drawing here.

const POOLED = {
  forward: {
    tells: "Each y asks its window for the largest entry. The winner is framed, and its number is carried into y.",
  },
  backward: {
    tells:
      "Each dy goes to the winner of its window, and to nobody else: it is added onto dx there. What lost, or lies in no window, gets 0.",
  },
};

/** Sizes: x is H x W, a window is K x L, y is M x N. */
function pool(x, K, L, s) {
  const [H, W] = [x.length, x[0].length];
  return { H, W, K, L, s, M: Math.floor((H - K) / s) + 1, N: Math.floor((W - L) / s) + 1 };
}

/** A window's largest entries in reading order, the winner first: { i, j, value, places }. */
function contest(g, x, i, j) {
  let [value, places] = [-Infinity, []];
  for (let a = g.s * i; a < g.s * i + g.K; a++)
    for (let b = g.s * j; b < g.s * j + g.L; b++) {
      if (x[a][b] > value) [value, places] = [x[a][b], []];
      if (x[a][b] === value) places.push([a, b]);
    }
  return { i, j, value, places };
}

/** The contests of all windows, in reading order. */
const contests = (g, x) => Array.from({ length: g.M * g.N }, (_, k) => contest(g, x, Math.floor(k / g.N), k % g.N));

/** The numbers of the windows in which a pixel lies. */
function seenBy(g, a, b) {
  const found = [];
  for (let i = 0; i < g.M; i++)
    for (let j = 0; j < g.N; j++)
      if (g.s * i <= a && a < g.s * i + g.K && g.s * j <= b && b < g.s * j + g.L) found.push(i * g.N + j);
  return found;
}

const wins = ({ places: [[a, b]] }, pixel) => a === pixel.i && b === pixel.j;

/** y after some windows; null where it is not known yet. */
function pooled(g, all, windows) {
  return Array.from({ length: g.M }, (_, i) =>
    Array.from({ length: g.N }, (_, j) => (i * g.N + j < windows ? all[i * g.N + j].value : null)),
  );
}

/** dx after some windows. */
function routed(g, all, dy, windows) {
  const dx = zeros(g.H, g.W);
  for (const { i, j, places } of all.slice(0, windows)) dx[places[0][0]][places[0][1]] += dy[i][j];
  return dx;
}

const total = (rows) => rows.flat().reduce((sum, value) => sum + value, 0);

/** A window's step in words. before: what its winner has been given by the windows before it, one number each. */
function windowWords(g, all, k, dy, forward) {
  const { i, j, value, places } = all[k];
  const [[a, b], tied] = [places[0], places.length];
  const tie = tied > 1 ? ` ${tied} entries tie at ${said(value)}: ` : "";
  if (forward) {
    const winner = `${entry("x", false, a, b)} = ${said(value)}`;
    const first = tie && `${tie}y is the same whichever wins; the first in reading order is framed.`;
    return `${entry("y", false, i, j)} is the largest of ${count(g.K * g.L, "pixel", "pixels")} in its window: ${winner}.${first}`;
  }
  const before = all.slice(0, k).filter((other) => wins(other, { i: a, j: b }));
  const held = before.reduce((sum, other) => sum + dy[other.i][other.j], 0);
  const added = `${said(held)} + ${signed(dy[i][j])} = ${said(held + dy[i][j])}`;
  const more = before.length ? ` It won before, and holds ${said(held)}: ${added}.` : "";
  const fair = tie &&
    `${tie}the first in reading order takes it by convention; an even split is a subgradient too; the whole dy to each is not: the sum is not conserved.`;
  const taker = entry("dx", false, a, b);
  return `${entry("dy", false, i, j)} = ${said(dy[i][j])} is added onto ${taker}, whose x = ${said(value)} won the window.${more}${fair}`;
}

/** What became of a pixel, in words. */
function pixelWords(g, all, x, pixel, dy, forward) {
  const { i, j } = pixel;
  const name = `${entry("x", false, i, j)} = ${said(x[i][j])}`;
  const seen = seenBy(g, i, j).map((k) => all[k]);
  if (!seen.length) return `${name} lies in no window: no y hears of it, and ${entry("dx", false, i, j)} stays 0.`;
  const won = seen.filter((window) => wins(window, pixel));
  const equals = seen.filter((window) => window.value === x[i][j]).length - won.length;
  const alone = seen.length === 1;
  const tie = equals ? ` ${alone ? "It" : `In ${equals} of them it`} ties with the winner, which comes first in reading order.` : "";
  const lies = alone
    ? `${name} lies in 1 window and ${won.length ? "wins it" : "does not win it"}`
    : `${name} lies in ${seen.length} windows and wins ${won.length || "none"}`;
  const list = (window) => (forward ? entry("y", false, window.i, window.j) : signed(dy[window.i][window.j]));
  if (forward) return `${lies}${won.length ? `: its number stands in ${won.map(list).join(", ")}` : ": its number goes no further"}.${tie}`;
  const sum = said(won.reduce((sum, window) => sum + dy[window.i][window.j], 0));
  const terms = won.length > 1 ? `${won.map(list).join(" + ")} = ` : "";
  return `${lies}: ${entry("dx", false, i, j)} = ${terms}${sum}.${tie}`;
}
