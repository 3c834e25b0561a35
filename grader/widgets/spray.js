// spray: a convolution and its backward pass, each gathered and sprayed. grids.js stands in front of this text.
//
// A link joins one pixel (a, b) of x and one output (i, j) of y by one weight (u, v):  a + p = s i + u,  b + p = s j + v.
// All four views are sums over the same links. A step's item is an output, which sees its window through W, or a pixel,
// which sees the outputs above it through W' (W rotated by 180 degrees).

const VIEWS = {
  "forward gather": { forward: true, item: "output", kernel: "W", how: "gather", tells: "Each y asks which pixels come in: it multiplies the window it sees by W, number by number, and adds up." },
  "forward spray": { forward: true, item: "pixel", kernel: "W\u2032", how: "spray", tells: "Each x asks where it goes: its value times W\u2032, which is W turned by 180 degrees, is added onto the outputs that see it. The sums are the same y." },
  "backward spray": { forward: false, item: "output", kernel: "W", how: "spray", tells: "Each dy is what the loss gains per unit of its y. Its value times W is added onto the pixels in its window. The sums are dx." },
  "backward gather": { forward: false, item: "pixel", kernel: "W\u2032", how: "gather", tells: "Each dx asks which outputs saw its pixel: it adds up their dy, times the weights they saw it with. Left to right that is W\u2032." },
};
const COUNTED = [1, 2, -1, 3, 0, -2, 4]; // stands in for a dy that is not given: unequal, with signs and a zero
const count = (n, one, many) => `${n} ${n === 1 ? one : many}`;

/** Sizes: x is H x W, W is K x L, y is M x N; a row has H = K = M = 1 and padding at its ends alone. */
function geometry(data, stride, pad) {
  const [H, W, K, L] = [data.x.length, data.x[0].length, data.w.length, data.w[0].length];
  const [p, q] = [data.row ? 0 : pad, pad];
  return { H, W, K, L, p, q, s: stride, M: Math.floor((H + 2 * p - K) / stride) + 1, N: Math.floor((W + 2 * q - L) / stride) + 1 };
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
      if (Number.isInteger(i) && Number.isInteger(j) && i >= 0 && j >= 0 && i < g.M && j < g.N) links.push({ i, j, a, b, u, v, off: false });
    }
  return links;
}

const links = (g, item, i, j) => (item === "output" ? linksOfOutput(g, i, j) : linksOfPixel(g, i, j));

/** The dy in use: given numbers where there are any, else counted ones. */
const upstream = (data, g) =>
  Array.from({ length: g.M }, (_, i) => Array.from({ length: g.N }, (_, j) => data.dy?.[i]?.[j] ?? COUNTED[(3 * i + j) % COUNTED.length]));

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
    if (!found.length) return `${name} = ${said(value)} lies under no window: it is added onto nothing, and no output hears of it.`;
    const onto = forward ? `${count(inside.length, "entry", "entries")} of y` : `${count(inside.length, "pixel", "pixels")} of dx`;
    const lost = g.K * g.L - found.length;
    const rest = off ? ` ${count(off, "number lands", "numbers land")} on the padding and ${off === 1 ? "falls" : "fall"} off.`
      : forward && lost ? ` ${count(lost, "number of W\u2032 meets", "numbers of W\u2032 meet")} no output.` : "";
    return `${name} = ${said(value)} times ${forward ? "W\u2032" : "W"} is added onto ${onto}.${rest}${value === 0 ? " Zeros: nothing changes." : ""}`;
  }
  const name = at(forward ? "y" : "dx", i, j);
  if (!found.length) return `${name} lies under no window: no dy reaches it, and it stays 0.`;
  const factors = found.map((link) => [w[link.u][link.v], link.off ? 0 : forward ? source[link.a][link.b] : source[link.i][link.j]]);
  const sum = said(factors.reduce((total, [weight, value]) => total + weight * value, 0));
  const products = found.length <= 9 ? factors.map(([weight, value]) => `${signed(weight)}\u00b7${signed(value)}`).join(" + ") : `${found.length} products`;
  const padding = off ? ` ${count(off, "of them is", "of them are")} padding.` : "";
  return forward
    ? `${name} is the dot product of W and ${count(found.length, "pixel", "pixels")} of x: ${products} = ${sum}.${padding}`
    : `${name} gathers ${count(found.length, "entry", "entries")} of dy with W\u2032: ${products} = ${sum}.`;
}

/** Where the grids stand: two side by side with the filter between for images; one below the other for rows. */
function layout(g, row) {
  if (row) {
    const [left, across] = [76, (g.L - 1) / 2];
    const [top, middle, bottom] = [44, 44 + CELL + 24, 44 + 2 * CELL + 48];
    const column = (c) => left + c * CELL;
    return {
      width: column(g.W + 2 * g.q + g.L - 1) + 20,
      height: bottom + CELL + 26,
      pixel: (i, c) => [column(across + c), top],
      output: (i, j) => [column(g.s * j + 2 * across), bottom],
      kernel: (item, i, j) => [column(item === "output" ? g.s * j + across : j + g.q), middle],
    };
  }
  const [rows, columns] = [g.H + 2 * g.p, g.W + 2 * g.q];
  const height = Math.max(rows, g.K, g.M) * CELL;
  const [left, gap, top] = [26, 84, 52];
  const starts = [left, left + columns * CELL + gap, left + (columns + g.L) * CELL + 2 * gap];
  const placed = (start, size) => (i, j) => [start + j * CELL, top + (height - size * CELL) / 2 + i * CELL];
  const kernel = placed(starts[1], g.K)(0, 0);
  return {
    width: starts[2] + Math.max(g.N * CELL, 80) + 12,
    height: top + height + 14,
    pixel: placed(starts[0], rows),
    output: placed(starts[2], g.M),
    kernel: () => kernel,
    arrows: [starts[1] - 60, starts[2] - 60].map((x) => [x, top + height / 2]),
  };
}

function render({ model, el }) {
  const root = add(el, "div", { class: "cnn-widget", "data-lm-suppress-shortcuts": "true", role: "group", "aria-label": "spray: a convolution, step by step" });
  const data = () => model.get("data");
  const state = { step: 0 };
  let scene; // what is drawn for the present view, stride and padding

  // ---- the controls
  const choice = add(root, "fieldset", { class: "views" });
  add(choice, "legend", { text: "view" });
  const group = `view-${Math.random().toString(36).slice(2)}`;
  const pairs = { forward: add(choice, "div"), backward: add(choice, "div") }; // a narrow page breaks between them
  const radios = Object.entries(VIEWS).map(([name, view]) => {
    const [way, how] = name.split(" ");
    const label = add(pairs[way], "label");
    const radio = add(label, "input", { type: "radio", name: group, value: name });
    add(label, "span", { text: `${way}: ${how} with ${view.kernel}` });
    radio.addEventListener("change", () => (controls.stop(), (state.view = name), rebuild(0)));
    return radio;
  });
  const tells = add(root, "p", { class: "tells" });
  const stage = add(root, "div", { class: "stage", tabindex: 0, role: "group", "aria-label": "the picture; arrow keys step, Home and End jump, Space plays" });
  const sentence = add(root, "p", { class: "sentence", "aria-live": "polite" });
  const notes = add(root, "div", { class: "notes" });
  const controls = transport(root, root, state, (step) => (Object.assign(state, { step, item: null, pinned: false }), draw()), (on) => sentence.setAttribute("aria-live", on ? "off" : "polite"));
  const settings = add(root, "div", { class: "bar" });
  const editing = add(settings, "div", { class: "editing" });
  const stride = slider(settings, "stride", String, (value) => (controls.stop(), (state.stride = value), rebuild(0)));
  const padding = slider(settings, "padding", String, (value) => (controls.stop(), (state.pad = value), rebuild(0)));
  add(settings, "button", { type: "button", text: "Reset" }).addEventListener("click", () => reset());
  let fill;

  function reset() {
    const given = data();
    controls.stop();
    Object.assign(state, { stride: given.stride, pad: given.pad, w: given.w.map((row) => [...row]) });
    state.view ??= given.view;
    editing.replaceChildren();
    fill = editor(editing, "W", given.w.length, given.w[0].length, (i, j, value) => ((state.w[i][j] = value), rebuild(state.step)));
    rebuild(given.compare ? Infinity : 0); // your result beside the finished one
  }

  const asGiven = () => {
    const given = data();
    return state.stride === given.stride && state.pad === given.pad && String(state.w) === String(given.w);
  };

  // ---- one picture per view, stride, padding and filter
  function rebuild(step) {
    const given = data();
    const g = geometry(given, state.stride, state.pad);
    const view = VIEWS[state.view];
    const put = layout(g, given.row);
    const source = view.forward ? given.x : upstream(given, g);
    state.steps = view.item === "output" ? g.M * g.N : g.H * g.W;
    Object.assign(state, { step: Math.min(step, state.steps - 1), item: null, pinned: false });
    scene = { g, view, put, source, row: given.row, whole: result(g, view, source, state.w, Infinity) };
    scene.apart = given.compare && given.compares === (view.forward ? "y" : "dx") && asGiven() ? differing(given.compare, scene.whole) : [];

    const svg = document.createElementNS(SVG, "svg");
    for (const [name, value] of Object.entries({ viewBox: `0 0 ${put.width} ${put.height}`, width: put.width, height: put.height, role: "group", "aria-label": `${state.view}: the numbers` })) svg.setAttribute(name, value);
    svg.style.minWidth = `${0.7 * put.width}px`;
    scene.hatch = hatching(svg);
    scene.under = add(svg, "g", { class: "under", "aria-hidden": "true" });
    const names = view.forward ? ["x", "y"] : ["dx", "dy"];
    const size = (rows, columns) => (given.row ? `${columns}` : `${rows} \u00d7 ${columns}`);
    const ring = (i, j) => i < g.p || j < g.q || i >= g.p + g.H || j >= g.q + g.W;
    const pixels = { id: "pixel", name: `${names[0]}, ${size(g.H, g.W)}, padding ${state.pad}`, rows: g.H + 2 * g.p, columns: g.W + 2 * g.q, place: put.pixel };
    scene.pixels = new Grid(svg, { ...pixels, kind: (i, j) => (ring(i, j) ? "pad" : "") });
    scene.kernel = new Grid(svg, { id: "kernel", name: "the filter", rows: g.K, columns: g.L, place: (u, v) => [v * CELL, u * CELL] });
    scene.kernel.group.classList.add("glides");
    scene.outputs = new Grid(svg, { id: "output", name: `${names[1]}, ${size(g.M, g.N)}`, rows: g.M, columns: g.N, place: put.output });
    const fixed = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    labels(fixed, names);
    dead(fixed);
    apart(fixed, view.forward ? scene.outputs : scene.pixels);
    scene.marks = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    scene.moving = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    scene.frames = { pixel: frame(scene.moving, view.forward ? "giver" : "taker"), output: frame(scene.moving, view.forward ? "taker" : "giver"), kernel: frame(scene.moving, "used") };
    stage.replaceChildren(svg);

    radios.forEach((radio) => (radio.checked = radio.value === state.view));
    tells.textContent = view.tells;
    const fits = Math.max(0, Math.ceil(Math.max(g.L - g.W, given.row ? 0 : g.K - g.H) / 2));
    const room = Math.floor((given.most - Math.max(g.W, given.row ? 0 : g.H)) / 2);
    stride.set(state.stride, 1, Math.max(4, given.stride, Math.min(g.L + 1, 8)));
    padding.set(state.pad, fits, Math.max(given.pad, fits, Math.min(room, Math.max(g.K, g.L))));
    fill(state.w);
    remarks(given);
    draw();
  }

  function labels(layer, [image, output]) {
    const { g, put, row, view } = scene;
    const label = (x, y, text, kind = "index") => add(layer, "text", { x, y, text, class: kind });
    const entitled = (corner, text) => (row ? label(12, corner[1] + 28, text, "name") : label(corner[0] + 2, corner[1] - 24, text, "name"));
    entitled(put.pixel(0, 0), image);
    entitled(put.output(0, 0), output);
    scene.title = entitled(put.kernel("output", 0, 0), "W");
    for (let j = 0; j < g.W; j++) label(put.pixel(0, j + g.q)[0] + CELL / 2, put.pixel(0, 0)[1] - 7, String(j));
    for (let j = 0; j < g.N; j++) label(put.output(0, j)[0] + CELL / 2, row ? put.output(0, 0)[1] + CELL + 16 : put.output(0, 0)[1] - 7, String(j));
    if (row) return;
    label(put.pixel(0, 0)[0] + 34, put.pixel(0, 0)[1] - 24, `${g.H} \u00d7 ${g.W}${g.p ? `, padding ${g.p}` : ""}`, "size");
    label(put.output(0, 0)[0] + 34, put.output(0, 0)[1] - 24, `${g.M} \u00d7 ${g.N}`, "size");
    for (let i = 0; i < g.H; i++) label(put.pixel(i + g.p, 0)[0] - 12, put.pixel(i + g.p, 0)[1] + 27, String(i));
    for (let i = 0; i < g.M; i++) label(put.output(i, 0)[0] - 12, put.output(i, 0)[1] + 27, String(i));
    for (const [x, y] of put.arrows) {
      const [from, to] = view.forward ? [x, x + 36] : [x + 36, x];
      const tip = view.forward ? -8 : 8;
      add(layer, "path", { d: `M ${from} ${y} H ${to} m ${tip} -7 L ${to} ${y} l ${tip} 7`, class: "arrow" });
    }
  }

  /** Hatch the pixels, and the padding, that lie under no window: what the stride leaves over. */
  function dead(layer) {
    const { g, put } = scene;
    scene.dead = 0;
    for (let i = 0; i < g.H + 2 * g.p; i++)
      for (let j = 0; j < g.W + 2 * g.q; j++) {
        if (linksOfPixel(g, i - g.p, j - g.q).length) continue;
        const [x, y] = put.pixel(i, j);
        add(layer, "rect", { x: x + 1, y: y + 1, width: CELL - 2, height: CELL - 2, rx: 3, fill: scene.hatch, class: "dead", "data-dead": `${i},${j}` });
        const padding = i < g.p || j < g.q || i >= g.p + g.H || j >= g.q + g.W;
        if (!padding) scene.dead++;
      }
  }

  /** The step after which an entry of the target is finished. */
  function readyAt(i, j) {
    const { g, view } = scene;
    if (view.how === "gather") return i * (view.forward ? g.N : g.W) + j;
    const givers = view.forward ? linksOfOutput(g, i, j).filter((l) => !l.off).map((l) => l.a * g.W + l.b) : linksOfPixel(g, i, j).map((l) => l.i * g.N + l.j);
    return Math.max(0, ...givers);
  }

  /** Mark the entries in which the student's own result parts from the right one, and write it below; once they are finished. */
  function apart(layer, grid) {
    scene.judged = [];
    const [p, q] = grid === scene.pixels ? [scene.g.p, scene.g.q] : [0, 0];
    for (const { i, j, yours } of scene.apart) {
      const [x, y] = grid.place(i + p, j + q);
      const mark = add(layer, "g");
      scene.judged.push({ mark, ready: readyAt(i, j) });
      add(mark, "rect", { x: x + 2.5, y: y + 2.5, width: CELL - 5, height: CELL - 5, rx: 3, class: "apart", "data-apart": `${i},${j}` });
      add(mark, "text", { x: x + CELL / 2, y: y + CELL - 5, text: `\u2260${short(yours)}`, class: "yours" });
    }
  }

  function remarks(given) {
    const { g, view, row, apart: wrong, whole } = scene;
    notes.replaceChildren();
    const note = (text, kind = "note") => add(notes, "p", { text, class: kind });
    const target = view.forward ? "y" : "dx";
    if (given.compare && given.compares === target) {
      const right = whole.flat().length;
      if (!asGiven()) note(`\u2026 Your ${target} belongs to stride ${given.stride}, padding ${given.pad} and the first W: Reset brings them back.`, "compared");
      else if (!wrong.length) note(`\u2713 Your ${target} is right in all ${right} entries.`, "compared");
      else {
        const at = ({ i, j }) => `${target}[${row ? j : `${i},${j}`}]`;
        const list = wrong.slice(0, 4).map((w) => `${at(w)} is ${said(w.yours)}, right is ${said(w.right)}`).join("; ");
        note(`\u2260 Your ${target} differs in ${wrong.length} of ${right} entries: ${list}${wrong.length > 4 ? "; \u2026" : "."}`, "compared");
      }
    }
    if (scene.dead) {
      const pixels = count(scene.dead, "pixel lies", "pixels lie");
      note(`\u25a8 Hatched: ${pixels} under no window. Forward nothing is read there; backward dx stays 0.`);
    }
    if (!view.forward && !(given.dy?.length === g.M && given.dy?.[0].length === g.N))
      note(given.dy ? "dy is cut or filled up with small whole numbers, to fit." : "dy is made up of small whole numbers; pass your own as dy=.");
  }

  // ---- one step
  function draw() {
    const { g, view, put, source, row, whole } = scene;
    const target = result(g, view, source, state.w, state.step + 1);
    const columns = view.item === "output" ? g.N : g.W;
    const { item, i, j } = state.item ?? { item: view.item, i: Math.floor(state.step / columns), j: state.step % columns };
    const [image, output] = view.forward ? [source, target] : [target, source];
    const limits = { source: largest(source), target: largest(whole), kernel: largest(state.w) };
    scene.pixels.cells.forEach((line, r) =>
      line.forEach((_, c) => scene.pixels.write(r, c, image[r - g.p]?.[c - g.q] === undefined ? 0 : image[r - g.p][c - g.q], view.forward ? limits.source : limits.target)));
    scene.outputs.cells.forEach((line, r) => line.forEach((_, c) => scene.outputs.write(r, c, output[r][c], view.forward ? limits.target : limits.source)));
    const turned = item === "pixel";
    const turn = (u, v) => (turned ? [g.K - 1 - u, g.L - 1 - v] : [u, v]);
    scene.kernel.cells.forEach((line, u) => line.forEach((_, v) => {
      const [from, to] = turn(u, v);
      scene.kernel.write(u, v, state.w[from][to], limits.kernel);
    }));
    const corner = put.kernel(item, i, j);
    scene.kernel.group.style.transform = `translate(${corner[0]}px, ${corner[1]}px)`;
    scene.title.textContent = turned ? "W\u2032" : "W";

    const found = links(g, item, i, j);
    const gives = view.forward === turned;
    scene.marks.replaceChildren();
    for (const link of found) {
      const weight = state.w[link.u][link.v];
      const at = turned ? put.output(link.i, link.j) : put.pixel(link.a + g.p, link.b + g.q);
      const product = gives ? weight * source[i][j] : 0;
      const text = gives ? (product < 0 ? short(product) : `+${short(product)}`) : `\u00d7${short(weight)}`;
      add(scene.marks, "text", { x: at[0] + CELL / 2, y: at[1] + 12, text, class: `share${gives && link.off ? " lost" : ""}` });
    }
    const own = turned ? put.pixel(i + g.p, j + g.q) : put.output(i, j);
    const first = found[0];
    const last = found[found.length - 1];
    scene.frames[item](own);
    const other = turned ? "output" : "pixel";
    scene.frames[other](first && (turned ? put.output(first.i, first.j) : put.pixel(first.a + g.p, first.b + g.q)), ...(row && turned && first ? [1, g.s * (last.j - first.j) + 1] : first ? (turned ? [last.i - first.i + 1, last.j - first.j + 1] : [g.K, g.L]) : []));
    const uses = first && [turn(first.u, first.v), turn(last.u, last.v)];
    scene.frames.kernel(uses && [corner[0] + uses[0][1] * CELL, corner[1] + uses[0][0] * CELL], ...(uses ? [uses[1][0] - uses[0][0] + 1, uses[1][1] - uses[0][1] + 1] : []));
    for (const { mark, ready } of scene.judged) mark.style.display = ready <= state.step ? "" : "none";
    beam(own, corner, turned);
    sentence.textContent = words(g, row, view.forward, item, i, j, source, state.w);
    controls.show();
  }

  /** In a row: the fan between the item and the filter that lies before it. */
  function beam([x, y], [kx, ky], turned) {
    scene.under.replaceChildren();
    if (!scene.row) return;
    const [edge, end] = turned ? [y + CELL, ky] : [y, ky + CELL];
    add(scene.under, "path", { d: `M ${x} ${edge} L ${kx} ${end} H ${kx + scene.g.L * CELL} L ${x + CELL} ${edge} Z`, class: "beam" });
  }

  // ---- hover and click: what a pixel gives or takes
  const itemAt = (event) => {
    const cell = event.target.closest?.(".cell");
    const id = cell?.closest("[data-grid]").dataset.grid;
    if (!cell || id === "kernel") return null;
    let [i, j] = cell.dataset.at.split(",").map(Number);
    if (id === "pixel") [i, j] = [i - scene.g.p, j - scene.g.q];
    return i < 0 || j < 0 || (id === "pixel" && (i >= scene.g.H || j >= scene.g.W)) ? null : { item: id, i, j };
  };
  const look = (item) => {
    if (JSON.stringify(item) === JSON.stringify(state.item ?? null)) return;
    state.item = item;
    draw();
  };
  stage.addEventListener("pointerover", (event) => state.pinned || look(itemAt(event)));
  stage.addEventListener("pointerleave", () => state.pinned || look(null));
  stage.addEventListener("click", (event) => {
    const item = itemAt(event);
    controls.stop();
    state.pinned = item !== null && !(state.pinned && JSON.stringify(item) === JSON.stringify(state.item));
    look(item);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    state.pinned = false;
    look(null);
  });

  const renew = () => ((state.view = null), reset());
  model.on("change:data", renew);
  reset();
  return () => {
    controls.stop();
    model.off("change:data", renew);
    root.remove();
  };
}

/** The entries of yours that are not the right ones; as `grader.verdict.differing`. Entries come as numbers or "nan", "inf", "-inf". */
function differing(yours, right) {
  const tolerance = 1e-9 * Math.max(1, largest(right));
  const number = (value) => (typeof value === "number" ? value : Number(value.replace("inf", "Infinity")));
  return right.flatMap((line, i) =>
    line.flatMap((value, j) => {
      const own = number(yours[i][j]);
      return Math.abs(own - value) <= tolerance + 1e-5 * Math.abs(value) ? [] : [{ i, j, yours: own, right: value }];
    }));
}

export default { render };
