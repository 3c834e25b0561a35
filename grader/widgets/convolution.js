// One convolution and its backward pass: sizes, links, results and words. No drawing here.
//
// A link joins one pixel (a, b) of x and one output (i, j) of y by one weight (u, v):  a + p = s i + u,  b + p = s j + v.
// All four views are sums over the same links. A step's item is an output, which sees its window through W, or a pixel,
// which sees the outputs above it through W' (W rotated by 180 degrees).

const VIEWS = {
  "forward gather": {
    forward: true,
    item: "output",
    kernel: "W",
    how: "gather",
    tells: "Each y asks which pixels come in: it multiplies the window it sees by W, number by number, and adds up.",
  },
  "forward spray": {
    forward: true,
    item: "pixel",
    kernel: "W\u2032",
    how: "spray",
    tells:
      "Each x asks where it goes: its value times W\u2032, which is W turned by 180 degrees, is added onto the outputs that see it. The sums are the same y.",
  },
  "backward spray": {
    forward: false,
    item: "output",
    kernel: "W",
    how: "spray",
    tells:
      "Each dy is what the loss gains per unit of its y. Its value times W is added onto the pixels in its window. The sums are dx.",
  },
  "backward gather": {
    forward: false,
    item: "pixel",
    kernel: "W\u2032",
    how: "gather",
    tells:
      "Each dx asks which outputs saw its pixel: it adds up their dy, times the weights they saw it with. Left to right that is W\u2032.",
  },
};

/** Sizes: x is H x W, W is K x L, y is M x N; a row has H = K = M = 1 and padding at its ends alone. */
function geometry(data, stride, pad) {
  const [H, W, K, L] = [data.x.length, data.x[0].length, data.w.length, data.w[0].length];
  const [p, q] = [data.row ? 0 : pad, pad];
  return {
    H,
    W,
    K,
    L,
    p,
    q,
    s: stride,
    M: Math.floor((H + 2 * p - K) / stride) + 1,
    N: Math.floor((W + 2 * q - L) / stride) + 1,
  };
}

/** All links of an output, row by row of W; a pixel in the padding is `off`. */
function linksOfOutput(g, i, j) {
  const links = [];
  for (let u = 0; u < g.K; u++)
    for (let v = 0; v < g.L; v++) {
      const [a, b] = [g.s * i + u - g.p, g.s * j + v - g.q];
      links.push({ i, j, a, b, u, v, off: a < 0 || b < 0 || a >= g.H || b >= g.W });
    }
  return links;
}

/** All links of a pixel, row by row of y. */
function linksOfPixel(g, a, b) {
  const links = [];
  for (let u = g.K - 1; u >= 0; u--)
    for (let v = g.L - 1; v >= 0; v--) {
      const [i, j] = [(a + g.p - u) / g.s, (b + g.q - v) / g.s];
      if (Number.isInteger(i) && Number.isInteger(j) && i >= 0 && j >= 0 && i < g.M && j < g.N)
        links.push({ i, j, a, b, u, v, off: false });
    }
  return links;
}

const links = (g, item, i, j) => (item === "output" ? linksOfOutput(g, i, j) : linksOfPixel(g, i, j));

/** What the first items of a view have made of its target so far; null where a gather has not been yet. */
function result(g, view, source, w, items) {
  const target = view.forward ? zeros(g.M, g.N) : zeros(g.H, g.W);
  const [rows, columns] = view.item === "output" ? [g.M, g.N] : [g.H, g.W];
  if (view.how === "gather") target.forEach((row) => row.fill(null));
  for (let k = 0; k < Math.min(items, rows * columns); k++) {
    const [i, j] = [Math.floor(k / columns), k % columns];
    if (view.how === "gather") target[i][j] = 0;
    for (const link of links(g, view.item, i, j)) {
      if (link.off) continue;
      if (view.forward) target[link.i][link.j] += w[link.u][link.v] * source[link.a][link.b];
      else target[link.a][link.b] += w[link.u][link.v] * source[link.i][link.j];
    }
  }
  return target;
}

/** The step in words. gives: the item stands on the side that is sprayed from. */
function words(g, row, forward, item, i, j, source, w) {
  const at = (name, y, x) => `${name}[${row ? x : `${y},${x}`}]`;
  const found = links(g, item, i, j);
  const inside = found.filter((link) => !link.off);
  const off = found.length - inside.length;
  const gives = forward === (item === "pixel");
  if (gives) {
    const [name, value] = [at(forward ? "x" : "dy", i, j), source[i][j]];
    if (!found.length)
      return `${name} = ${said(value)} lies under no window: it is added onto nothing, and no output hears of it.`;
    const onto = forward
      ? `${count(inside.length, "entry", "entries")} of y`
      : `${count(inside.length, "pixel", "pixels")} of dx`;
    const lost = g.K * g.L - found.length;
    const rest = off
      ? ` ${count(off, "number lands", "numbers land")} on the padding and ${off === 1 ? "falls" : "fall"} off.`
      : forward && lost
        ? ` ${count(lost, "number of W\u2032 meets", "numbers of W\u2032 meet")} no output.`
        : "";
    return `${name} = ${said(value)} times ${forward ? "W\u2032" : "W"} is added onto ${onto}.${rest}${value === 0 ? " Zeros: nothing changes." : ""}`;
  }
  const name = at(forward ? "y" : "dx", i, j);
  if (!found.length) return `${name} lies under no window: no dy reaches it, and it stays 0.`;
  const factors = found.map((link) => [
    w[link.u][link.v],
    link.off ? 0 : forward ? source[link.a][link.b] : source[link.i][link.j],
  ]);
  const sum = said(factors.reduce((total, [weight, value]) => total + weight * value, 0));
  const products =
    found.length <= 9
      ? factors.map(([weight, value]) => `${signed(weight)}\u00b7${signed(value)}`).join(" + ")
      : `${found.length} products`;
  const padding = off ? ` ${count(off, "of them is", "of them are")} padding.` : "";
  return forward
    ? `${name} is the dot product of W and ${count(found.length, "pixel", "pixels")} of x: ${products} = ${sum}.${padding}`
    : `${name} gathers ${count(found.length, "entry", "entries")} of dy with W\u2032: ${products} = ${sum}.`;
}
