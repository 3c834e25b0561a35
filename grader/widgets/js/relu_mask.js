// relu_mask: both passes of y = max(x, 0) as one mask, entry by entry.

import { copied, largest, total } from "./arithmetic/numbers.js";
import { judgedRelu, reluPasses } from "./arithmetic/relu.js";
import { CELL, layoutOf, places } from "./arithmetic/places.js";
import { annotate, field, looking, parts, slider, transport, widget } from "./controls.js";
import { Grid, add, frame, hatched, parted, picture } from "./grids.js";
import { compared, entry, said, sizeOf } from "./sentences/phrases.js";
import { reluInWords } from "./sentences/relu.js";

const FORMULAS = { x: "", mask: "x > 0", y: "mask\u00b7x", dy: "", dx: "mask\u00b7dy" };
const KINDS = { x: "giver", mask: "used", y: "taker", dy: "giver", dx: "taker" }; // of frames

function reluMask(el, data) {
  const own = parts(el, "relu_mask: a ReLU's two passes and its mask, entry by entry");
  const state = { step: 0 };
  /** @type {any} what is drawn */
  let scene;

  // ---- the controls
  const controls = transport(own, state, draw);
  const value = slider(
    own.settings,
    "chosen x",
    (quarters) => `${entry("x", data().row, ...chosen())} = ${said(quarters / 4)}`,
    (quarters) => change(quarters / 4),
  );
  value.input.parentNode.classList.add("value");
  const typing = add(own.settings, "div", { class: "editor" });
  add(typing, "span", { text: "or type" });
  const show = field(add(typing, "div", { class: "fields value" }), "x of this step", (number) =>
    change(number),
  );
  add(own.settings, "button", { type: "button", text: "Reset" }).addEventListener("click", () =>
    reset(),
  );

  /** @returns {[number, number]} */
  function chosen() {
    const columns = state.x[0].length;
    return state.item ?? [Math.floor(state.step / columns), state.step % columns];
  }

  function change(number) {
    const [i, j] = chosen();
    controls.stop();
    state.x[i][j] = number;
    draw();
  }

  function reset() {
    const { x } = data();
    controls.stop();
    Object.assign(state, {
      x: copied(x),
      step: 0,
      steps: x.flat().length,
      item: null,
      pinned: false,
    });
    build();
    draw();
  }

  // ---- one picture; what follows x is drawn anew with each step
  function build() {
    const { x, row } = data();
    const [H, W] = [x.length, x[0].length];
    const put = places(layoutOf("relu_mask", row ? "row" : "image"), { H, W });
    const { svg, hatch } = picture(own.stage, put.width, put.height, "x, mask and y; dy and dx");
    scene = {
      put,
      row,
      hatch,
      band: add(svg, "g", { class: "under", "aria-hidden": "true" }),
      grids: {},
      frames: {},
    };
    for (const id of Object.keys(FORMULAS)) {
      const name = `${id}, ${sizeOf(row, H, W)}`;
      scene.grids[id] = new Grid(svg, {
        id,
        name,
        rows: H,
        columns: W,
        place: (i, j) => put.at(id, i, j),
      });
    }
    const layers = Array.from({ length: 3 }, () =>
      add(svg, "g", { class: "marks", "aria-hidden": "true" }),
    );
    labels(layers[0], H, W);
    scene.marks = layers[1];
    for (const [id, kind] of Object.entries(KINDS)) scene.frames[id] = frame(layers[2], kind);
    own.tells.textContent =
      "y = max(x, 0). The mask is 1 where x > 0, else 0. One mask serves both ways: " +
      "y\u00a0=\u00a0mask\u00b7x, dx\u00a0=\u00a0mask\u00b7dy.";
  }

  function labels(layer, H, W) {
    const { put, row } = scene;
    const label = (x, y, text, kind = "index") => add(layer, "text", { x, y, text, class: kind });
    for (const [id, formula] of Object.entries(FORMULAS)) {
      const [x, y] = put.at(id, 0, 0);
      label(...put.name(id), id, "name");
      if (row) label(4, y + 36, formula, "size");
      else {
        label(x + 14 + 12 * id.length, y - 22, formula, "size");
        if (id.endsWith("x"))
          for (let i = 0; i < H; i++) label(x - 10, y + i * CELL + 27, String(i));
      }
      if (!row || id === "x" || id === "dy")
        for (let j = 0; j < W; j++) label(x + j * CELL + CELL / 2, y - 6, String(j));
    }
    if (!row) arrows(layer, H, W);
  }

  function arrows(layer, H, W) {
    const { at } = scene.put;
    for (const [[x, y], [to, down]] of [
      [at("x", 0.75 * H, W), at("mask", 0.25 * H, 0)],
      [at("mask", 0.25 * H, W), at("y", 0.75 * H, 0)],
      [at("dy", 0.25 * H, 0), at("mask", 0.75 * H, W)],
      [at("mask", 0.75 * H, 0), at("dx", 0.25 * H, W)],
    ]) {
      const [length, angle] = [
        Math.hypot(to - x, down - y) - 12,
        (Math.atan2(down - y, to - x) * 180) / Math.PI,
      ];
      const arrow = add(layer, "path", {
        d: `M 6 0 H ${length} m -7 -6 L ${length} 0 l -7 6`,
        class: "arrow",
      });
      arrow.setAttribute("transform", `translate(${x} ${y}) rotate(${angle})`);
    }
  }

  // ---- one step
  function draw() {
    const { put, row, grids, frames } = scene;
    const given = data();
    const [i, j] = chosen();
    const numbers = reluPasses(state.x, given.dy);
    const limits = [Math.max(largest(given.x), largest(state.x)), largest(given.dy)];
    for (const id of Object.keys(FORMULAS)) {
      const limit = id === "mask" ? 1 : limits[id.startsWith("d") ? 1 : 0];
      grids[id].fill((r, c) => numbers[id][r][c], limit);
      frames[id](put.at(id, i, j));
    }
    const [x, top] = put.at("x", i, j);
    scene.band.replaceChildren();
    if (row)
      add(scene.band, "rect", {
        x: x - 3,
        y: top,
        width: CELL + 6,
        height: put.at("dx", i, j)[1] + CELL - top,
        class: "beam",
      });
    mark(numbers, i, j);
    own.sentence.textContent = reluInWords(numbers, row, i, j);
    const most = 4 * Math.max(4, Math.ceil(limits[0]));
    value.set(4 * state.x[i][j], -most, most);
    show(state.x[i][j]);
    controls.show();
  }

  /**
   * Hatch what is shut, mark the student's own where it is wrong, and write the factor of the step.
   */
  function mark(numbers, i, j) {
    const { put, marks, hatch, row } = scene;
    const { compare, made } = data();
    const factor = (id, r, c, text) => {
      const [x, y] = put.at(id, r, c);
      add(marks, "text", { x: x + CELL / 2, y: y + 12, text, class: "share" });
    };
    marks.replaceChildren();
    numbers.mask.forEach((line, r) =>
      line.forEach((open, c) => {
        if (!open)
          for (const id of ["mask", "dx"])
            hatched(marks, put.at(id, r, c), hatch, `${id} ${r},${c}`);
        if (numbers.x[r][c] === 0) factor("mask", r, c, "0 to 1");
      }),
    );
    for (const id of ["y", "dx"]) factor(id, i, j, `\u00d7${numbers.mask[i][j]}`);

    const told = [];
    const count = state.steps - total(numbers.mask);
    if (compare && String(state.x) !== String(data().x))
      told.push(["\u2026 Your dx belongs to the first x: Reset brings it back.", "compared"]);
    else if (compare) {
      const { wrong, free } = judgedRelu(compare, numbers);
      for (const one of wrong)
        parted(marks, put.at("dx", one.i, one.j), one.yours, `${one.i},${one.j}`);
      told.push([compared("dx", row, wrong, state.steps), "compared"]);
      if (free.length)
        told.push([
          "Where x is exactly 0 yours is not 0: every slope from 0 to 1 is right there, and " +
            "frameworks take 0.",
          "note",
        ]);
    }
    if (count)
      told.push([
        `\u25a8 Hatched: shut in ${count} of ${state.steps} entries. ` +
          "No gradient passes there, whatever dy is.",
        "note",
      ]);
    if (made) told.push(["dy is made up of small whole numbers; pass your own as dy=.", "note"]);
    annotate(own.notes, told);
  }

  looking(
    own,
    state,
    (_, i, j) => [i, j],
    controls.stop,
    () => draw(),
  );

  reset();
  return { root: own.root, renew: reset, stop: controls.stop };
}

export default widget(reluMask);
