// pool_router: max pooling and its way back, drawn and stepped.

import { contests, pool, pooled, routed, seenBy, wins } from "./arithmetic/max_pool.js";
import { copied, largest, total, unplain, upstream } from "./arithmetic/numbers.js";
import { CELL, layoutOf, places, poolVariant } from "./arithmetic/places.js";
import { annotate, choice, goTo, looking, parts, slider, transport, widget } from "./controls.js";
import { editableGrid } from "./editable_grid.js";
import { Grid, add, frame, hatched, parted, picture } from "./grids.js";
import { POOLING_TELLS, pixelInWords, poolWindowInWords } from "./sentences/max_pool.js";
import { compared, count, said, standsIn } from "./sentences/phrases.js";

function poolRouter(el, data) {
  const own = parts(el, "pool_router: max pooling, window by window");
  const state = { step: 0 };
  /** @type {any} what is drawn for the present view, window and stride */
  let scene;

  // ---- the controls
  const check = choice(
    own.choices,
    "view",
    [{ forward: "forward: the largest of each window", backward: "backward: dy to the winners" }],
    (view) => change({ view }),
  );
  const controls = transport(own, state, draw);
  const hand = editableGrid(own, "x", { value: (i, j) => state.x[i][j], put, look });
  const rows = slider(own.settings, "window rows", String, (kh) => change({ kh }));
  const columns = slider(own.settings, "window columns", String, (kw) => change({ kw }));
  const stride = slider(own.settings, "stride", String, (s) => change({ s }));
  add(own.settings, "button", { type: "button", text: "Reset" }).addEventListener("click", () =>
    reset(),
  );

  function change(settings) {
    controls.stop();
    Object.assign(state, settings);
    rebuild(0);
  }

  function reset() {
    const given = data();
    controls.stop();
    const [kh, kw] = given.size;
    Object.assign(state, { kh, kw, s: given.stride, x: copied(given.x) });
    state.view ??= given.view;
    hand.reset();
    rebuild(given.compare ? Infinity : 0); // your result beside the finished one
  }

  const asGiven = () => {
    const given = data();
    return (
      String([state.kh, state.kw, state.s, state.x]) ===
      String([...given.size, given.stride, given.x])
    );
  };
  const forward = () => state.view === "forward";
  const target = () => (forward() ? "y" : "dx");

  // ---- one picture per view, window and stride
  function rebuild(step) {
    const given = data();
    const g = pool(state.x, state.kh, state.kw, state.s);
    const at = places(layoutOf("pool_router", poolVariant(forward(), g)), g);
    scene = { g, at, dy: upstream(given, g) };
    state.steps = g.M * g.N;
    goTo(state, step);

    const { svg, hatch } = picture(own.stage, at.width, at.height, `${state.view}: the numbers`);
    const grid = (id, name, rows, columns) =>
      new Grid(svg, {
        id,
        name: `${name}, ${rows} \u00d7 ${columns}`,
        rows,
        columns,
        place: (i, j) => at.at(id, i, j),
      });
    scene.pixels = grid("pixel", "x", g.H, g.W);
    scene.outputs = grid("output", forward() ? "y" : "dy", g.M, g.N);
    scene.gradients = forward() ? null : grid("gradient", "dx", g.H, g.W);
    hand.attach(scene.pixels);
    const fixed = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    labels(fixed);
    dead(fixed, hatch);
    scene.judged = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    scene.marks = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    const moving = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    const kinds = forward()
      ? ["used", "giver", "taker", "used"]
      : ["used", "used", "giver", "taker"];
    scene.frames = Object.fromEntries(
      ["window", "pixel", "output", "gradient"].map((of, n) => [of, frame(moving, kinds[n])]),
    );
    check(state.view);
    const drag = "Drag a number of x up or down to change it, or choose it and type.";
    own.tells.textContent = `${POOLING_TELLS[state.view]} ${drag}`;
    rows.set(state.kh, 1, g.H);
    columns.set(state.kw, 1, g.W);
    stride.set(state.s, 1, Math.max(4, given.stride, Math.min(Math.max(g.H, g.W), 8)));
    renumber();
  }

  function labels(layer) {
    const { g, at } = scene;
    const entitled = (id, name, rows, columns) => {
      const [x, y] = at.at(id, 0, 0);
      const [left, top] = at.name(id);
      add(layer, "text", { x: left, y: top, text: name, class: "name" });
      add(layer, "text", {
        x: left + 10 + 11 * name.length,
        y: top,
        text: `${rows} \u00d7 ${columns}`,
        class: "size",
      });
      for (let j = 0; j < columns; j++)
        add(layer, "text", { x: x + (j + 0.5) * CELL, y: y - 7, text: j, class: "index" });
      for (let i = 0; i < rows; i++)
        add(layer, "text", { x: x - 12, y: y + i * CELL + 27, text: i, class: "index" });
    };
    entitled("pixel", "x", g.H, g.W);
    entitled("output", forward() ? "y" : "dy", g.M, g.N);
    if (!forward()) entitled("gradient", "dx", g.H, g.W);
  }

  /** Hatch the pixels that lie in no window. */
  function dead(layer, hatch) {
    const { g, at } = scene;
    scene.dead = 0;
    scene.pixels.cells.forEach((row, i) =>
      row.forEach((_, j) => {
        if (seenBy(g, i, j).length) return;
        scene.dead++;
        hatched(layer, at.at("pixel", i, j), hatch, `${i},${j}`);
        if (!forward()) hatched(layer, at.at("gradient", i, j), hatch, `${i},${j}`);
      }),
    );
  }

  /**
   * After a change of x: the winners anew, and where the student's own result parts from the right
   * one.
   */
  function renumber() {
    const given = data();
    scene.all = contests(scene.g, state.x);
    scene.whole = forward()
      ? pooled(scene.g, scene.all, Infinity)
      : routed(scene.g, scene.all, scene.dy, Infinity);
    scene.asked = given.compare && given.view === state.view;
    scene.judged.replaceChildren();
    const place = forward() ? "output" : "gradient";
    scene.apart = (scene.asked && asGiven() ? given.apart : []).map(({ i, j, yours }) => {
      const number = unplain(yours);
      const ready = forward() ? i * scene.g.N + j : Math.max(0, ...seenBy(scene.g, i, j));
      return {
        i,
        j,
        yours: number,
        ready,
        mark: parted(scene.judged, scene.at.at(place, i, j), number, `${i},${j}`),
      };
    });
    draw();
  }

  function remarks(result) {
    const given = data();
    const told = [];
    const note = (text, kind = "note") => told.push([text, kind]);
    if (scene.asked && !asGiven())
      note(
        `\u2026 Your ${target()} belongs to the first x, window and stride: ` +
          "Reset brings them back.",
        "compared",
      );
    else if (scene.asked) {
      const wrong = scene.apart.map((apart, k) => ({ ...apart, right: given.apart[k].right }));
      note(
        compared(target(), false, wrong, given.compare.length * given.compare[0].length),
        "compared",
      );
    }
    if (!forward()) sums(result, note);
    const ties = scene.all.filter(({ places }) => places.length > 1).length;
    if (ties)
      note(
        `= ${count(ties, "window has", "windows have")} several largest entries: ` +
          "the first in reading order wins, the others are dotted.",
      );
    if (scene.dead)
      note(
        `\u25a8 Hatched: ${count(scene.dead, "pixel lies", "pixels lie")} in no window. ` +
          "There dx stays 0.",
      );
    const standing = standsIn(given, scene.g);
    if (!forward() && standing) note(standing);
    annotate(own.notes, told);
  }

  /** The sums of dy and dx, which are the same once every window has passed its own on. */
  function sums(dx, note) {
    const [all, sum] = [total(scene.dy), total(dx)];
    const finished = state.step === state.steps - 1;
    note(
      finished
        ? `sum of dx = ${said(sum)} = sum of dy`
        : `sum of dx so far = ${said(sum)}, sum of dy = ${said(all)}`,
    );
    if (!finished || !scene.apart.length) return;
    const yours = data()
      .compare.flat()
      .reduce((sum, value) => sum + (typeof value === "number" ? value : NaN), 0);
    if (Math.abs(yours - all) > 1e-9 * Math.max(1, Math.abs(all)))
      note(`sum of your dx = ${said(yours)}: it is not conserved`);
  }

  // ---- one step
  function draw() {
    const { g, all, dy } = scene;
    const shown = state.item ?? {
      item: "output",
      i: Math.floor(state.step / g.N),
      j: state.step % g.N,
    };
    const result = forward() ? pooled(g, all, state.step + 1) : routed(g, all, dy, state.step + 1);
    const limit = largest(state.x);
    scene.pixels.fill((i, j) => state.x[i][j], limit);
    scene.outputs.fill((i, j) => (forward() ? result : dy)[i][j], forward() ? limit : largest(dy));
    scene.gradients?.fill((i, j) => result[i][j], Math.max(largest(scene.whole), largest(dy)));
    contested();
    if (shown.item === "output") enframe(all[shown.i * g.N + shown.j]);
    else follow(shown);
    for (const { mark, ready } of scene.apart)
      mark.style.display = ready <= state.step ? "" : "none";
    own.sentence.textContent =
      shown.item === "output"
        ? poolWindowInWords(g, all, shown.i * g.N + shown.j, dy, forward())
        : pixelInWords(g, all, state.x, shown, dy, forward());
    hand.show();
    remarks(result);
    controls.show();
  }

  /** Ring the winners that are known, and all equals of a winner. */
  function contested() {
    const { all, at } = scene;
    scene.marks.replaceChildren();
    const known = forward() ? all.slice(0, state.step + 1) : all;
    const named = (windows, of) =>
      new Map(windows.flatMap(of).map((place) => [String(place), place]));
    const winners = named(known, ({ places }) => [places[0]]);
    const equals = named(known, ({ places }) => (places.length > 1 ? places : []));
    for (const [name, [i, j]] of new Map([...winners, ...equals])) {
      const [x, y] = at.at("pixel", i, j);
      const [side, kind] = [CELL - 8, winners.has(name) ? "winner" : "tie"];
      add(scene.marks, "rect", {
        x: x + 4,
        y: y + 4,
        width: side,
        height: side,
        rx: 4,
        class: kind,
        [`data-${kind}`]: name,
      });
      if (equals.has(name))
        add(scene.marks, "text", {
          x: x + CELL - 9,
          y: y + 15,
          text: "=",
          class: "equals",
          "data-equal": name,
        });
    }
  }

  /** Frame a window, its winner, and where its number goes. */
  function enframe({ i, j, places: [[a, b]] }) {
    const { g, at, frames } = scene;
    frames.window(at.at("pixel", g.s * i, g.s * j), g.kh, g.kw);
    frames.pixel(at.at("pixel", a, b));
    frames.output(at.at("output", i, j));
    frames.gradient(forward() ? null : at.at("gradient", a, b));
    wire({ i, j }, [a, b]);
  }

  /** Frame a pixel, and the windows that it wins by their places in y or dy. */
  function follow(pixel) {
    const { g, all, at, frames } = scene;
    frames.window(null);
    frames.output(null);
    frames.pixel(at.at("pixel", pixel.i, pixel.j));
    frames.gradient(forward() ? null : at.at("gradient", pixel.i, pixel.j));
    for (const k of seenBy(g, pixel.i, pixel.j)) {
      if (!wins(all[k], pixel)) continue;
      const [x, y] = at.at("output", all[k].i, all[k].j);
      add(scene.marks, "rect", {
        x: x - 1,
        y: y - 1,
        width: CELL + 2,
        height: CELL + 2,
        rx: 5,
        class: "frame used",
        "data-won": k,
      });
      wire(all[k], [pixel.i, pixel.j]);
    }
  }

  /** The way of one number: from x to y, or from dy to dx. */
  function wire({ i, j }, [a, b]) {
    const { at } = scene;
    const middle = ([x, y]) => [x + CELL / 2, y + CELL / 2];
    const [output, pixel] = [
      middle(at.at("output", i, j)),
      middle(at.at(forward() ? "pixel" : "gradient", a, b)),
    ];
    const [from, to] = forward() ? [pixel, output] : [output, pixel];
    const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
    const [dx, dy] = [(to[0] - from[0]) / length, (to[1] - from[1]) / length];
    const reach = (CELL / 2 + 3) / Math.max(Math.abs(dx), Math.abs(dy)); // to the edge of a cell
    const [x, y] = [to[0] - dx * reach, to[1] - dy * reach];
    const wing = (turn) => `${x - 9 * dx + turn * 6 * dy} ${y - 9 * dy - turn * 6 * dx}`;
    const start = `M ${from[0] + dx * reach} ${from[1] + dy * reach}`;
    // pale: numbers are read through it
    add(scene.marks, "path", { d: `${start} L ${x} ${y}`, class: "wire" });
    add(scene.marks, "path", { d: `M ${wing(1)} L ${x} ${y} L ${wing(-1)}`, class: "barb" });
  }

  const find = (id, i, j) => ({ item: id === "output" ? "output" : "pixel", i, j });
  looking(own, state, find, controls.stop, () => draw());

  /** Change a number of x, and show what became of it once all windows have passed. */
  function put(pixel, value) {
    controls.stop();
    state.x[pixel.i][pixel.j] = value;
    Object.assign(state, {
      step: state.steps - 1,
      item: { item: "pixel", ...pixel },
      pinned: true,
    });
    renumber();
  }

  function look(pixel) {
    controls.stop();
    Object.assign(state, { item: { item: "pixel", ...pixel }, pinned: true });
    draw();
  }

  reset();
  return { root: own.root, renew: () => ((state.view = null), reset()), stop: controls.stop };
}

export default widget(poolRouter);
