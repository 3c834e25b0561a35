// toeplitz_pair: T of a row's convolution, and its transpose. grids.js, convolution.js and settings.js stand in front of this text.
//
// Row i of T is column i of its transpose: both are output i. Column a of T is row a of its transpose: both are pixel a.

const T = ["T", "T\u1d40"]; // forward, backward
const READINGS = [
  {
    "forward gather": "T, along a row: w gathers",
    "forward spray": "T, down a column: w\u2032 sprays",
  },
  {
    "backward spray": "T\u1d40, down a column: w sprays",
    "backward gather": "T\u1d40, along a row: w\u2032 gathers",
  },
];
const TELLS = {
  "forward gather": "A row of T holds w, where the window of its y lies. Number by number times x, added up: the row gathers its y.",
  "forward spray":
    "A column of T holds w\u2032, which is w back to front. Times its x, it is what this one pixel adds onto y: the column sprays.",
  "backward spray":
    "T\u1d40 has the rows of T as its columns. So what gathered forward sprays backward: w as it stands, times a dy, is added onto dx.",
  "backward gather":
    "T\u1d40 has the columns of T as its rows. So what sprayed forward gathers backward: w\u2032, number by number times dy, added up.",
};

// ---- what the numbers are, and their words

/** T, row by row: weight v of output i stands in the column of the pixel that it meets. */
function toeplitz(g, w) {
  const matrix = zeros(g.N, g.W);
  for (let i = 0; i < g.N; i++) for (const { b, v, off } of linksOfOutput(g, 0, i)) if (!off) matrix[i][b] = w[0][v];
  return matrix;
}

const between = (words, places, name = "") => {
  const [first, last] = [places[0], places[places.length - 1]].map((place) => (name ? `${name}[${place}]` : place));
  return first === last ? `${words} ${first}` : `${words}${name ? "" : "s"} ${first} to ${last}`;
};

/** A line of T or of its transpose: which it is, its links, and the places along it where they stand. */
function lineOf(g, reading, at) {
  const view = VIEWS[reading];
  const found = links(g, view.item, 0, at).filter((link) => !link.off);
  return { view, found, places: found.map((link) => (view.item === "output" ? link.b : link.j)), along: view.how === "gather" };
}

/** The step in words. */
function lineInWords(g, reading, at, source, w) {
  const { view, found, places, along } = lineOf(g, reading, at);
  const [matrix, other] = view.forward ? T : [...T].reverse();
  const [from, to] = view.forward ? ["x", "y"] : ["dy", "dx"];
  const twin = `The same numbers: ${along ? "column" : "row"} ${at} of ${other}.`;
  const line = `${along ? "Row" : "Column"} ${at} of ${matrix} holds`;
  if (!found.length)
    return `${line} zeros only: the window of y[${at}] lies in the padding. ${along ? `y[${at}] = 0.` : `dy[${at}] is added onto nothing.`} ${twin}`;
  const weights = found.map(({ v }) => w[0][v]);
  const list = weights.map(said).join(", ");
  const name = view.item === "output" ? "w" : "w reversed";
  const held = `${line} ${found.length < g.L ? `(${list}), a part of ${name},` : name} ${between(along ? "in column" : "in row", places)}`;
  if (along) {
    const products = weights.map((weight, k) => `${signed(weight)}\u00b7${signed(source[places[k]])}`).join(" + ");
    const sum = said(weights.reduce((total, weight, k) => total + weight * source[places[k]], 0));
    return `${held}: ${to}[${at}] = ${products} = ${sum}. ${twin}`;
  }
  const nothing = source[at] === 0 ? " Zeros: nothing changes." : "";
  const added = `${signed(source[at])}\u00b7(${list})`;
  return `${held}: ${from}[${at}] = ${said(source[at])} adds ${added} ${between("onto", places, to)}.${nothing} ${twin}`;
}

/** One entry of T in words. */
function entryInWords(g, w, i, a) {
  const v = a + g.q - i;
  if (v < 0 || v >= g.L)
    return `T[${i},${a}] = 0: the window of y[${i}] does not reach x[${a}], and dy[${i}] does not reach dx[${a}]. It is T\u1d40[${a},${i}], too.`;
  return `T[${i},${a}] = w[${v}] = ${said(w[0][v])} takes x[${a}] to y[${i}]. It is T\u1d40[${a},${i}], too, and takes dy[${i}] back to dx[${a}].`;
}

// ---- the picture

/** A matrix with what it is multiplied with above its columns, and the product on its right. The corner of the matrix is at `left`. */
function half(svg, marks, { left, title, from, to, ids, rows, columns }) {
  const [top, body, right] = [74, 74 + CELL + 16, left + columns * CELL + 18];
  const label = (x, y, text, kind = "index") => add(marks, "text", { x, y, text, class: kind });
  const put = {
    source: (_, j) => [left + j * CELL, top],
    matrix: (i, j) => [left + j * CELL, body + i * CELL],
    result: (i) => [right, body + i * CELL],
  };
  const grids = {
    source: new Grid(svg, { id: ids[0], name: `${from}, ${columns}`, rows: 1, columns, place: put.source }),
    matrix: new Grid(svg, { id: ids[1], name: `${title}, ${rows} \u00d7 ${columns}`, rows, columns, place: put.matrix }),
    result: new Grid(svg, { id: ids[2], name: `${to}, ${rows}`, rows, columns: 1, place: put.result }),
  };
  label(left - 46, 30, `${to} = ${title} ${from}`, "name");
  label(left - 46, top + 28, from, "name");
  label(left - 46, body + 28, title, "name");
  label(right + 10, body - 12, to, "name");
  for (let j = 0; j < columns; j++) label(left + (j + 0.5) * CELL, top - 7, String(j));
  for (let i = 0; i < rows; i++) {
    label(left - 10, body + i * CELL + 27, String(i));
    label(right + CELL + 12, body + i * CELL + 27, String(i));
  }
  return { grids, put, columns, left, top, body, right };
}

function toeplitzPair(el, data) {
  const own = parts(el, "toeplitz_pair: T and its transpose, line by line");
  const state = { step: 0 };
  let scene; // what is drawn for the present reading, padding and filter

  const check = choice(own.choices, "how to read the matrices", READINGS, (name) => ((state.view = name), rebuild(0)));
  const controls = transport(own, state, (step) => (Object.assign(state, { step, item: null, pinned: false }), draw()));
  const adjust = settings(own, state, data, ["pad"], rebuild, "w");

  // ---- one picture per reading, padding and filter
  function rebuild(step) {
    const given = data();
    controls.stop();
    const g = geometry(given, 1, state.pad);
    const matrix = toeplitz(g, state.w);
    const sources = [given.x, upstream(given, g)];
    state.steps = VIEWS[state.view].item === "output" ? g.N : g.W;
    Object.assign(state, { step: Math.min(step, state.steps - 1), item: null, pinned: false });
    const whole = ["forward gather", "backward gather"].map((name, k) => result(g, VIEWS[name], sources[k], state.w, Infinity));
    scene = { g, matrix, sources, whole, apart: given.compare && adjust.asGiven() ? differing(given.compare, matrix) : [] };

    const [first, second] = [60, 60 + (g.W + 1) * CELL + 18 + 96];
    const width = second + (g.N + 1) * CELL + 18 + 26;
    const { svg } = picture(own.stage, width, 74 + CELL + 16 + Math.max(g.N, g.W) * CELL + 10, "T and its transpose: the numbers");
    const labels = document.createElementNS(SVG, "g");
    scene.halves = [
      half(svg, labels, { left: first, title: T[0], from: "x", to: "y", ids: ["x", "T", "y"], rows: g.N, columns: g.W }),
      half(svg, labels, { left: second, title: T[1], from: "dy", to: "dx", ids: ["dy", "T\u1d40", "dx"], rows: g.W, columns: g.N }),
    ];
    labels.setAttribute("class", "marks");
    labels.setAttribute("aria-hidden", "true");
    svg.append(labels);
    for (const { i, j, yours } of scene.apart) parted(labels, scene.halves[0].put.matrix(i, j), yours, `${i},${j}`);
    scene.marks = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    const moving = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    const kinds = ["giver", "taker", "used", "used"];
    [scene.giver, scene.taker, ...scene.used] = kinds.map((kind) => frame(moving, kind));

    check(state.view);
    own.tells.textContent = TELLS[state.view];
    adjust.show(g);
    const told = given.compare ? [adjust.judge("T", false, scene.apart, matrix.flat().length)] : [];
    if (!given.own_x) told.push(["x is made up of small whole numbers; pass your own as x=.", "note"]);
    if (standsIn(given, g)) told.push([standsIn(given, g), "note"]);
    annotate(own.notes, told);
    draw();
  }

  // ---- one step
  function draw() {
    const { g, sources } = scene;
    const shown = state.item ?? { reading: state.view, at: state.step };
    write();
    scene.marks.replaceChildren();
    if (shown.entry) {
      const [i, a] = shown.entry;
      enframe(true, [a, 1], [i, 1]);
      own.sentence.textContent = entryInWords(g, state.w, i, a);
    } else {
      line(shown.reading, shown.at);
      const source = sources[VIEWS[shown.reading].forward ? 0 : 1][0];
      own.sentence.textContent = lineInWords(g, shown.reading, shown.at, source, state.w);
    }
    controls.show();
  }

  /** Write all numbers: the product that is stepped through as far as it has come, the other one whole. */
  function write() {
    const { g, matrix, sources, whole, halves } = scene;
    const now = VIEWS[state.view];
    halves.forEach(({ grids }, k) => {
      const stepped = now.forward === (k === 0);
      const [made] = stepped ? result(g, now, sources[k], state.w, state.step + 1) : whole[k];
      grids.source.fill((_, j) => sources[k][0][j], largest(sources[k]));
      grids.matrix.fill((i, j) => (k ? matrix[j][i] : matrix[i][j]), largest(state.w));
      grids.result.fill((i) => made[i], largest(whole[k]));
    });
  }

  /** Show a line of one matrix, and that it is a line of the other: what it takes, with which weights, and what it gives. */
  function line(reading, at) {
    const { view, found, places, along } = lineOf(scene.g, reading, at);
    const { put, left, top, body, right, columns } = scene.halves[view.forward ? 0 : 1];
    const stretch = [places[0] ?? 0, places.length];
    enframe(view.forward, along ? stretch : [at, 1], along ? [at, 1] : stretch);
    const source = scene.sources[view.forward ? 0 : 1][0];
    found.forEach(({ v }, k) => {
      const weight = state.w[0][v];
      const product = weight * source[at];
      const [x, y] = along ? put.source(0, places[k]) : put.result(places[k]);
      const text = along ? `\u00d7${short(weight)}` : `${product < 0 ? "" : "+"}${short(product)}`;
      add(scene.marks, "text", { x: x + CELL / 2, y: y + 12, text, class: "share" });
    });
    const arrow = along
      ? `M ${left + columns * CELL} ${body + (at + 0.5) * CELL} H ${right - 3} m -6 -5 l 6 5 l -6 5`
      : `M ${left + (at + 0.5) * CELL} ${top + CELL} V ${body - 3} m -5 -6 l 5 6 l 5 -6`;
    if (found.length) add(scene.marks, "path", { d: arrow, class: "arrow" });
  }

  /** Frame a stretch of columns, [first, how many], and one of rows: in one matrix with its vectors, and the same in the other. */
  function enframe(forward, [column, across], [row, down]) {
    const [mine, its] = forward ? scene.halves : [...scene.halves].reverse();
    const seen = across > 0 && down > 0;
    scene.giver(seen ? mine.put.source(0, column) : null, 1, across);
    scene.taker(seen ? mine.put.result(row) : null, down, 1);
    scene.used[0](seen ? mine.put.matrix(row, column) : null, down, across);
    scene.used[1](seen ? its.put.matrix(column, row) : null, across, down);
  }

  /** What a cell stands for: an entry, or the line that takes or makes it. */
  const find = (id, i, j) =>
    ({
      x: { reading: "forward spray", at: j },
      y: { reading: "forward gather", at: i },
      dy: { reading: "backward spray", at: j },
      dx: { reading: "backward gather", at: i },
      T: { entry: [i, j] },
      "T\u1d40": { entry: [j, i] },
    })[id];
  looking(own, state, find, controls.stop, () => draw());

  adjust.reset();
  return { root: own.root, renew: () => ((state.view = null), adjust.reset()), stop: controls.stop };
}

export default widget(toeplitzPair);
