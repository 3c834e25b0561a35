// toeplitz_pair: T of a row's convolution, and its transpose, drawn and stepped.

import { VIEWS, geometry, result, wholeResult } from "./arithmetic/convolution.js";
import { differing, largest, upstream } from "./arithmetic/numbers.js";
import { lineOf, toeplitz } from "./arithmetic/toeplitz.js";
import { CELL, layoutOf, places } from "./arithmetic/places.js";
import { annotate, choice, goTo, looking, parts, transport, widget } from "./controls.js";
import { Grid, add, frame, parted, picture } from "./grids.js";
import { added, short, standsIn } from "./sentences/phrases.js";
import {
  MATRICES,
  READINGS,
  READINGS_TELL,
  entryInWords,
  lineInWords,
} from "./sentences/toeplitz.js";
import { settings } from "./settings.js";

// ---- the picture

/** A matrix with what it is multiplied with above its columns, and the product on its right. */
function half(svg, { at, name, title, from, to, rows, columns }) {
  const put = {
    source: (i, j) => at(from, i, j),
    matrix: (i, j) => at(title, i, j),
    result: (i) => at(to, i, 0),
  };
  const grids = {
    source: new Grid(svg, {
      id: from,
      name: `${from}, ${columns}`,
      rows: 1,
      columns,
      place: put.source,
    }),
    matrix: new Grid(svg, {
      id: title,
      name: `${title}, ${rows} \u00d7 ${columns}`,
      rows,
      columns,
      place: put.matrix,
    }),
    result: new Grid(svg, {
      id: to,
      name: `${to}, ${rows}`,
      rows,
      columns: 1,
      place: put.result,
    }),
  };
  const [left, top] = put.source(0, 0);
  const [right, body] = put.result(0);
  return { grids, put, name, rows, columns, left, top, body, right, title, from, to };
}

/** Write the names of a half, and the numbers of its rows and columns. */
function nameHalf(marks, half) {
  const { name, left, top, body, right, title, from, to, rows, columns } = half;
  const label = (x, y, text, kind = "index") => add(marks, "text", { x, y, text, class: kind });
  label(left - 46, 30, `${to} = ${title} ${from}`, "name");
  for (const id of [from, title, to]) label(...name(id), id, "name");
  for (let j = 0; j < columns; j++) label(left + (j + 0.5) * CELL, top - 7, String(j));
  for (let i = 0; i < rows; i++) {
    label(left - 10, body + i * CELL + 27, String(i));
    label(right + CELL + 12, body + i * CELL + 27, String(i));
  }
}

function toeplitzPair(el, data) {
  const alone = data().views === "forward"; // T without its transpose
  const subject = alone ? "T" : "T and its transpose";
  const own = parts(el, `toeplitz_pair: ${subject}, line by line`);
  const state = { step: 0 };
  /** @type {any} what is drawn for the present reading, padding and filter */
  let scene;

  const check = choice(
    own.choices,
    alone ? "how to read the matrix" : "how to read the matrices",
    alone ? READINGS.slice(0, 1) : READINGS,
    (name) => ((state.view = name), rebuild(0)),
  );
  const controls = transport(own, state, draw);
  const adjust = settings(own, state, data, ["pad"], rebuild);

  // ---- one picture per reading, padding and filter
  function rebuild(step) {
    const given = data();
    controls.stop();
    const g = geometry(given, 1, state.pad);
    const matrix = toeplitz(g, state.w);
    const sources = [given.x, upstream(given, g)];
    state.steps = VIEWS[state.view].item === "output" ? g.N : g.W;
    goTo(state, step);
    const whole = ["forward gather", "backward gather"].map((name, k) =>
      wholeResult(g, VIEWS[name], sources[k], state.w),
    );
    scene = {
      g,
      matrix,
      sources,
      whole,
      apart: given.compare && adjust.asGiven() ? differing(given.compare, matrix) : [],
    };

    const { width, height, at, name } = places(
      layoutOf("toeplitz_pair", alone ? "forward" : "pair"),
      g,
    );
    const { svg } = picture(own.stage, width, height, `${subject}: the numbers`);
    const forward = { title: MATRICES[0], from: "x", to: "y", rows: g.N, columns: g.W };
    const backward = { title: MATRICES[1], from: "dy", to: "dx", rows: g.W, columns: g.N };
    scene.halves = (alone ? [forward] : [forward, backward]).map((sizes) =>
      half(svg, { at, name, ...sizes }),
    );
    const labels = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    for (const drawn of scene.halves) nameHalf(labels, drawn);
    for (const { i, j, yours } of scene.apart)
      parted(labels, scene.halves[0].put.matrix(i, j), yours, `${i},${j}`);
    scene.marks = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    const moving = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    const kinds = ["giver", "taker", "used", "used"];
    [scene.giver, scene.taker, ...scene.used] = kinds.map((kind) => frame(moving, kind));

    check(state.view);
    own.tells.textContent = READINGS_TELL[state.view];
    adjust.show(g);
    remarks(given);
    draw();
  }

  function remarks(given) {
    const { g, matrix, apart } = scene;
    const told = given.compare ? [adjust.judge("T", false, apart, matrix.flat().length)] : [];
    if (!given.own_x)
      told.push(["x is made up of small whole numbers; pass your own as x=.", "note"]);
    if (!alone && standsIn(given, g)) told.push([standsIn(given, g), "note"]);
    annotate(own.notes, told);
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
      own.sentence.textContent = entryInWords(g, state.w, i, a, alone);
    } else {
      const { reading, at } = shown;
      line(reading, at);
      const source = sources[VIEWS[reading].forward ? 0 : 1][0];
      own.sentence.textContent = lineInWords(g, reading, at, source, state.w, alone);
    }
    controls.show();
  }

  /**
   * Write all numbers: the product that is stepped through as far as it has come, the other one
   * whole.
   */
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

  /**
   * Show a line of one matrix, and that it is a line of the other: what it takes, with which
   * weights, and what it gives.
   */
  function line(reading, at) {
    const { view, found, places, along } = lineOf(scene.g, reading, at);
    const { put, left, top, body, right, columns } = scene.halves[view.forward ? 0 : 1];
    /** @type {[number, number]} */
    const stretch = [places[0] ?? 0, places.length];
    enframe(view.forward, along ? stretch : [at, 1], along ? [at, 1] : stretch);
    const source = scene.sources[view.forward ? 0 : 1][0];
    found.forEach(({ v }, k) => {
      const weight = state.w[0][v];
      const product = weight * source[at];
      const [x, y] = along ? put.source(0, places[k]) : put.result(places[k]);
      const text = along ? `\u00d7${short(weight)}` : added(product);
      add(scene.marks, "text", { x: x + CELL / 2, y: y + 12, text, class: "share" });
    });
    const arrow = along
      ? `M ${left + columns * CELL} ${body + (at + 0.5) * CELL} H ${right - 3} m -6 -5 l 6 5 l -6 5`
      : `M ${left + (at + 0.5) * CELL} ${top + CELL} V ${body - 3} m -5 -6 l 5 6 l 5 -6`;
    if (found.length) add(scene.marks, "path", { d: arrow, class: "arrow" });
  }

  /**
   * Frame a stretch of columns, [first, how many], and one of rows: in one matrix with its vectors,
   * and the same in the other, if it is there.
   */
  function enframe(forward, [column, across], [row, down]) {
    const [mine, its = null] = forward ? scene.halves : [...scene.halves].reverse();
    const seen = across > 0 && down > 0;
    scene.giver(seen ? mine.put.source(0, column) : null, 1, across);
    scene.taker(seen ? mine.put.result(row) : null, down, 1);
    scene.used[0](seen ? mine.put.matrix(row, column) : null, down, across);
    scene.used[1](its && seen ? its.put.matrix(column, row) : null, across, down);
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
  return {
    root: own.root,
    renew: () => ((state.view = null), adjust.reset()),
    stop: controls.stop,
  };
}

export default widget(toeplitzPair);
