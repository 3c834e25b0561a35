// jacobian_explorer: the derivatives of y = xW + b, drawn and stepped.

import { DERIVATIVES, judgedDerivatives, scores, slicesOf } from "./arithmetic/affine.js";
import { copied, largest } from "./arithmetic/numbers.js";
import { CELL, layoutOf, places } from "./arithmetic/places.js";
import { annotate, choice, editor, looking, parts, transport, widget } from "./controls.js";
import { Grid, add, frame, parted, picture, ramp } from "./grids.js";
import { VIEWS } from "./sentences/affine.js";
import { added, compared, short } from "./sentences/phrases.js";

/**
 * Where the grids stand: x, W, b and y one below the other, classes in columns; to the right the
 * derivative, under its small tensor.
 */
function explorerPlaces({ D, C }, name, [, rows, columns]) {
  // of a cell of the small tensor
  const side = name.endsWith("dW") ? Math.min(12, Math.floor(320 / (C * C))) : 0;
  const pitch = Math.max(C * side + 12, 50);
  const put = places(layoutOf("jacobian_explorer", "layer"), {
    D,
    C,
    rows,
    columns,
    upstream: name === "dL/dW" ? (CELL + 30) / CELL : 0, // dL/dy stands below y
    tensor_width: side ? (C * pitch) / CELL : 0,
    tensor_height: side ? (32 + D * side) / CELL : 0,
  });
  const [right] = put.at("entry", 0, 0);
  return { ...put, side, small: (i, d, c) => [right + i * pitch + c * side, 52 + d * side] };
}

function jacobianExplorer(el, data) {
  const own = parts(el, "jacobian_explorer: the derivatives of an affine layer, entry by entry");
  const state = { step: 0 };
  /** @type {any} what is drawn for the present view and numbers */
  let scene;

  // ---- the controls
  const names = Object.fromEntries(Object.keys(VIEWS).map((name) => [name, name]));
  const check = choice(own.choices, "derivative", [names], (name) => {
    controls.stop();
    state.view = name;
    rebuild();
  });
  const controls = transport(own, state, draw);
  const editing = add(own.settings, "div", { class: "bar" });
  add(own.settings, "button", { type: "button", text: "Reset" }).addEventListener("click", () =>
    reset(),
  );
  let fill;

  function reset() {
    const { x, w, b, dy, view } = data();
    controls.stop();
    state.layer = { D: w.length, C: b.length, x: [...x], w: copied(w), b: [...b], dy };
    state.view ??= view;
    editing.replaceChildren();
    const { layer } = state;
    const fields = (name, rows, set, row) =>
      editor(
        editing,
        name,
        rows.length,
        rows[0].length,
        (r, c, value) => (set(r, c, value), rebuild(state.step)),
        row,
      );
    const shown = [
      fields("x", [x], (_, d, value) => (layer.x[d] = value), true),
      fields("W", w, (d, c, value) => (layer.w[d][c] = value), false),
      fields("b", [b], (_, c, value) => (layer.b[c] = value), true),
    ];
    fill = () => [[layer.x], layer.w, [layer.b]].forEach((rows, k) => shown[k](rows));
    rebuild();
  }

  const asGiven = () =>
    String(state.layer.x) === String(data().x) && String(state.layer.w) === String(data().w);

  // ---- one picture per view and numbers; by default from the first entry of the student's own
  // that is wrong
  function rebuild(step = null) {
    const { layer } = state;
    const view = VIEWS[state.view];
    const size = DERIVATIVES[state.view].size(layer);
    const put = explorerPlaces(layer, state.view, size);
    const slices = slicesOf(state.view, layer);
    const wrong = asGiven() ? judgedDerivatives(data().compare, layer) : {};
    state.steps = size[0] * size[1] * size[2];
    const { s, i, j } = wrong[state.view]?.[0] ?? { s: 0, i: 0, j: 0 };
    Object.assign(state, {
      step: step ?? (s * size[1] + i) * size[2] + j,
      item: null,
      pinned: false,
    });
    scene = { view, size, put, slices, wrong, limit: largest(slices.flat()), shown: null };
    scene.given = { x: [layer.x], W: layer.w, b: [layer.b], y: [scores(layer)] };
    if (!DERIVATIVES[state.view].compares) scene.given["dL/dy"] = [layer.dy];

    const { svg } = picture(own.stage, put.width, put.height, `${state.view}: the numbers`);
    for (const [id, values] of Object.entries(scene.given)) {
      const [rows, columns] = [values.length, values[0].length];
      const grid = new Grid(svg, {
        id,
        name: `${id}, ${rows} \u00d7 ${columns}`,
        rows,
        columns,
        place: (r, c) => put.at(id, r, c),
      });
      grid.fill((r, c) => values[r][c], largest(values));
    }
    scene.entries = new Grid(svg, {
      id: "entry",
      name: state.view,
      rows: size[1],
      columns: size[2],
      place: (r, c) => put.at("entry", r, c),
    });
    const layers = Array.from({ length: 3 }, () =>
      add(svg, "g", { class: "marks", "aria-hidden": "true" }),
    );
    labels(layers[0]);
    const [x, y] = put.name("entry");
    scene.title = add(layers[0], "text", { x, y, class: "name" });
    scene.told = add(layers[0], "text", { x: x + 104, y, class: "size" });
    scene.meant = put.side ? small(layers[0]) : () => {};
    scene.apart = layers[1];
    scene.frames = {
      nudged: frame(layers[2], "giver"),
      answers: frame(layers[2], "taker"),
      slope: frame(layers[2], "used"),
    };
    scene.entry = frame(layers[2], "giver");
    scene.shares = add(layers[2], "g");

    check(state.view);
    own.tells.textContent = `y = xW + b. ${view.tells}`;
    fill();
    remarks();
    draw();
  }

  function labels(layer) {
    const { put, view, size, given } = scene;
    const label = (x, y, text, kind = "index") => add(layer, "text", { x, y, text, class: kind });
    for (const [name, values] of Object.entries(given)) {
      const [x, y] = put.at(name, 0, 0);
      label(...put.name(name), name, "name");
      label(8, y + 38, `${values.length} \u00d7 ${values[0].length}`, "size");
      values[0].forEach((_, c) => label(x + c * CELL + CELL / 2, y - 6, String(c)));
      if (name === "W") values.forEach((_, d) => label(x - 8, y + d * CELL + 27, String(d)));
    }
    const head = (name, k) => (name ? `${name}[${k}]` : String(k));
    const [x, y] = put.at("entry", 0, 0);
    for (let r = 0; r < size[1]; r++) label(x - 16, y + r * CELL + 27, head(view.heads?.[0], r));
    for (let c = 0; c < size[2]; c++)
      label(x + c * CELL + CELL / 2, y - 6, head(view.heads?.[1], c));
  }

  /**
   * All slices of dy/dW, or what each adds to dL/dW, small and without numbers. Returns what frames
   * one of them.
   */
  function small(layer) {
    const { put, view, wrong } = scene;
    const { D, C, dy } = state.layer;
    const slices = slicesOf("dy/dW", state.layer);
    if (!view.tensor)
      slices.forEach((slice, i) =>
        slice.forEach((row) => row.forEach((value, c) => (row[c] = value * dy[i]))),
      );
    const limit = largest(slices.flat());
    slices.forEach((slice, i) => {
      for (const [d, row] of slice.entries())
        for (const [c, value] of row.entries()) {
          const [x, y] = put.small(i, d, c);
          const cell = add(layer, "rect", {
            x,
            y,
            width: put.side,
            height: put.side,
            class: "small",
          });
          cell.style.fill = ramp(value, limit);
        }
      const differs = view.tensor && wrong[state.view]?.some(({ s }) => s === i);
      const text = view.tensor ? `${differs ? "\u2260" : "slice"} ${i}` : `\u00d7${short(dy[i])}`;
      add(layer, "text", {
        x: put.small(i, 0, C / 2)[0],
        y: 45,
        text,
        class: differs ? "yours" : "index",
      });
    });
    const rect = add(layer, "rect", {
      class: "frame used",
      width: C * put.side + 4,
      height: D * put.side + 4,
      rx: 3,
    });
    return (i) => {
      const [x, y] = put.small(i, 0, 0);
      rect.style.transform = `translate(${x - 2}px, ${y - 2}px)`;
    };
  }

  function remarks() {
    const { compare, made } = data();
    const told = [];
    const note = (text, kind = "compared") => told.push([text, kind]);
    if (compare && !asGiven())
      note("\u2026 Your results belong to the first x and W: Reset brings them back.");
    else if (compare)
      for (const [name, { compares, size }] of Object.entries(DERIVATIVES)) {
        if (!compares) continue;
        const wrong = scene.wrong[name]?.map((one) =>
          VIEWS[name].tensor ? { ...one, i: `${one.s},${one.i}` } : one,
        );
        const count = size(state.layer).reduce((product, n) => product * n);
        note(
          wrong
            ? compared(compares, false, wrong, count)
            : `\u2026 ${compares} is None: nothing to compare yet.`,
        );
      }
    if (!DERIVATIVES[state.view].compares && made)
      note("dL/dy is made up of small whole numbers; pass your own as dy=.", "note");
    annotate(own.notes, told);
  }

  // ---- one step
  function draw() {
    const { view, size, slices, put } = scene;
    const { step } = state;
    const [, rows, columns] = size;
    const stepped = [
      Math.floor(step / (rows * columns)),
      Math.floor(step / columns) % rows,
      step % columns,
    ];
    const [s, r, c] = state.item ?? stepped;
    if (s !== scene.shown?.[0]) turnTo(s);
    scene.shown = [s, r, c];
    const value = slices[s][r][c];
    const ties = view.ties(s, r, c);
    scene.shares.replaceChildren();
    for (const [kind, show] of Object.entries(scene.frames))
      show(ties[kind] && put.at(...ties[kind]));
    scene.entry(put.at("entry", r, c));
    scene.meant(view.tensor ? s : c);
    if (DERIVATIVES[state.view].compares) {
      share(ties.nudged, 1);
      share(ties.answers, value);
    }
    own.sentence.textContent = view.words(value, [s, r, c], state.layer);
    controls.show();
  }

  /** Write at a cell of the layer by how much it moves. */
  function share(at, value) {
    const [x, y] = scene.put.at(...at);
    add(scene.shares, "text", { x: x + CELL / 2, y: y + 12, text: added(value), class: "share" });
  }

  /** Show another slice, with the marks on the student's own. */
  function turnTo(s) {
    const { view, size, put, slices, entries, limit } = scene;
    const [count, rows, columns] = size;
    const name = view.tensor ? `dy[${s}]/dW` : state.view;
    const slice = view.tensor ? `, slice ${s} of 0 to ${count - 1}` : "";
    const told = `${rows} \u00d7 ${columns}${slice} ${view.is}`;
    [scene.title.textContent, scene.told.textContent] = [name, told];
    entries.group.setAttribute("aria-label", `${name}, ${told}`);
    entries.fill((r, c) => slices[s][r][c], limit);
    scene.apart.replaceChildren();
    for (const one of scene.wrong[state.view] ?? [])
      if (one.s === s)
        parted(scene.apart, put.at("entry", one.i, one.j), one.yours, `${s},${one.i},${one.j}`);
  }

  /** The entry that a cell stands for; null where a grid has no part in the view. */
  const find = (id, i, j) =>
    id === "entry" ? [scene.shown[0], i, j] : (scene.view.find[id]?.(j, i, scene.shown) ?? null);
  looking(own, state, find, controls.stop, () => draw());

  reset();
  return { root: own.root, renew: () => ((state.view = null), reset()), stop: controls.stop };
}

export default widget(jacobianExplorer);
