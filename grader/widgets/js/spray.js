// spray: the four views of a convolution, drawn and stepped.

import {
  VIEWS,
  geometry,
  inImage,
  itemsOf,
  links,
  linksOfPixel,
  readyAt,
  result,
  wholeResult,
} from "./arithmetic/convolution.js";
import { differing, largest, upstream } from "./arithmetic/numbers.js";
import { CELL, layoutOf, places } from "./arithmetic/places.js";
import { annotate, choice, goTo, looking, parts, transport, widget } from "./controls.js";
import { Grid, add, frame, hatched, parted, picture } from "./grids.js";
import { convolutionInWords, convolutionTells } from "./sentences/convolution.js";
import { added, count, short, sizeOf, standsIn } from "./sentences/phrases.js";
import { settings } from "./settings.js";

function spray(el, data) {
  const own = parts(el, "spray: a convolution, step by step");
  const state = { step: 0 };
  /** @type {any} what is drawn for the present view, stride and padding */
  let scene;

  // ---- the controls
  const { views } = data(); // "forward", or null for all
  const ways = (views ? [views] : ["forward", "backward"]).map((way) =>
    Object.fromEntries(
      Object.entries(VIEWS)
        .filter(([name]) => name.startsWith(way))
        .map(([name, view]) => [name, `${name.replace(" ", ": ")} with ${view.kernel}`]),
    ),
  );
  const check = choice(own.choices, "view", ways, (name) => ((state.view = name), rebuild(0)));
  const controls = transport(own, state, draw);
  const adjust = settings(own, state, data, views ? ["pad"] : ["stride", "pad"], rebuild);

  // ---- one picture per view, stride, padding and filter
  function rebuild(step) {
    const given = data();
    controls.stop();
    const g = geometry(given, state.stride, state.pad);
    const view = VIEWS[state.view];
    const put = places(layoutOf("spray", given.row ? "row" : "image"), {
      ...g,
      rows: g.H + 2 * g.p,
      columns: g.W + 2 * g.q,
    });
    const source = view.forward ? given.x : upstream(given, g);
    const { rows, columns } = itemsOf(g, view);
    state.steps = rows * columns;
    goTo(state, step);
    scene = { g, view, put, source, row: given.row, whole: wholeResult(g, view, source, state.w) };
    const judged = isCompared(given) && adjust.asGiven();
    scene.apart = judged ? differing(given.compare, scene.whole) : [];

    const { svg, hatch } = picture(own.stage, put.width, put.height, `${state.view}: the numbers`);
    scene.hatch = hatch;
    scene.under = add(svg, "g", { class: "under", "aria-hidden": "true" });
    const names = view.forward ? ["x", "y"] : ["dx", "dy"];
    grids(svg, names[0], names[1]);
    const fixed = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    labels(fixed, names[0], names[1]);
    dead(fixed);
    apart(fixed, view.forward ? scene.outputs : scene.pixels);
    scene.marks = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    scene.moving = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    const [from, to] = [frame(scene.moving, "giver"), frame(scene.moving, "taker")];
    scene.frames = {
      pixel: view.forward ? from : to,
      output: view.forward ? to : from,
      kernel: frame(scene.moving, "used"),
    };

    check(state.view);
    own.tells.textContent = convolutionTells(state.view, given.row);
    adjust.show(g);
    remarks(given);
    draw();
  }

  /** Tell whether the student's own result is one of this view. */
  const isCompared = ({ compare, compares }) =>
    compare && compares === (scene.view.forward ? "y" : "dx");

  function grids(svg, image, output) {
    const { g, put, row } = scene;
    const ring = (i, j) => !inImage(g, i - g.p, j - g.q);
    const pixels = {
      id: "pixel",
      name: `${image}, ${sizeOf(row, g.H, g.W)}, padding ${state.pad}`,
      rows: g.H + 2 * g.p,
      columns: g.W + 2 * g.q,
      place: (i, j) => put.at("pixel", i, j),
      first: [-g.p, -g.q],
    };
    scene.pixels = new Grid(svg, { ...pixels, kind: (i, j) => (ring(i, j) ? "pad" : "") });
    scene.kernel = new Grid(svg, {
      id: "kernel",
      name: "the filter",
      rows: g.kh,
      columns: g.kw,
      place: (u, v) => [v * CELL, u * CELL],
    });
    scene.kernel.group.classList.add("glides");
    scene.outputs = new Grid(svg, {
      id: "output",
      name: `${output}, ${sizeOf(row, g.M, g.N)}`,
      rows: g.M,
      columns: g.N,
      place: (i, j) => put.at("output", i, j),
    });
  }

  function labels(layer, image, output) {
    const { g, put, row } = scene;
    const label = (x, y, text, kind = "index") => add(layer, "text", { x, y, text, class: kind });
    const entitled = (grid, text) => label(...put.name(grid), text, "name");
    entitled("pixel", image);
    entitled("output", output);
    scene.title = entitled("kernel", "w");
    for (let j = 0; j < g.W; j++)
      label(put.at("pixel", 0, j + g.q)[0] + CELL / 2, put.at("pixel", 0, 0)[1] - 7, String(j));
    for (let j = 0; j < g.N; j++)
      label(
        put.at("output", 0, j)[0] + CELL / 2,
        row ? put.at("output", 0, 0)[1] + CELL + 16 : put.at("output", 0, 0)[1] - 7,
        String(j),
      );
    if (row) return;
    label(
      put.at("pixel", 0, 0)[0] + 34,
      put.at("pixel", 0, 0)[1] - 24,
      `${g.H} \u00d7 ${g.W}${g.p ? `, padding ${g.p}` : ""}`,
      "size",
    );
    label(
      put.at("output", 0, 0)[0] + 34,
      put.at("output", 0, 0)[1] - 24,
      `${g.M} \u00d7 ${g.N}`,
      "size",
    );
    for (let i = 0; i < g.H; i++)
      label(put.at("pixel", i + g.p, 0)[0] - 12, put.at("pixel", i + g.p, 0)[1] + 27, String(i));
    for (let i = 0; i < g.M; i++)
      label(put.at("output", i, 0)[0] - 12, put.at("output", i, 0)[1] + 27, String(i));
    arrows(layer);
  }

  function arrows(layer) {
    const { g, put, view } = scene;
    const [kernel, y] = put.at("kernel", g.kh / 2, 0);
    for (const x of [kernel - 60, put.at("output", 0, 0)[0] - 60]) {
      const [from, to] = view.forward ? [x, x + 36] : [x + 36, x];
      const tip = view.forward ? -8 : 8;
      add(layer, "path", {
        d: `M ${from} ${y} H ${to} m ${tip} -7 L ${to} ${y} l ${tip} 7`,
        class: "arrow",
      });
    }
  }

  /** Hatch the pixels, and the padding, that lie under no window: what the stride leaves over. */
  function dead(layer) {
    const { g, put } = scene;
    scene.dead = 0;
    for (let i = 0; i < g.H + 2 * g.p; i++)
      for (let j = 0; j < g.W + 2 * g.q; j++) {
        if (linksOfPixel(g, i - g.p, j - g.q).length) continue;
        hatched(layer, put.at("pixel", i, j), scene.hatch, `${i},${j}`);
        if (inImage(g, i - g.p, j - g.q)) scene.dead++;
      }
  }

  /**
   * Mark the entries in which the student's own result parts from the right one, and write it
   * below; once they are finished.
   */
  function apart(layer, grid) {
    scene.judged = [];
    const [p, q] = grid === scene.pixels ? [scene.g.p, scene.g.q] : [0, 0];
    for (const { i, j, yours } of scene.apart) {
      scene.judged.push({
        mark: parted(layer, grid.place(i + p, j + q), yours, `${i},${j}`),
        ready: readyAt(scene.g, scene.view, i, j),
      });
    }
  }

  function remarks(given) {
    const { g, view, row, apart: wrong, whole } = scene;
    const told = [];
    const note = (text) => told.push([text, "note"]);
    const target = view.forward ? "y" : "dx";
    if (isCompared(given)) told.push(adjust.judge(target, row, wrong, whole.flat().length));
    if (given.without_bias && view.forward)
      note("These y are without b: b is subtracted from every y of the convolution.");
    if (scene.dead) {
      const pixels = count(scene.dead, "pixel lies", "pixels lie");
      const what = views
        ? "Nothing is read there."
        : "Forward nothing is read there; backward dx stays 0.";
      note(`\u25a8 Hatched: ${pixels} under no window. ${what}`);
    }
    if (!view.forward && standsIn(given, g)) note(standsIn(given, g));
    annotate(own.notes, told);
  }

  // ---- one step
  function draw() {
    const { g, view, source, row } = scene;
    const { columns } = itemsOf(g, view);
    const shown = state.item ?? {
      item: view.item,
      i: Math.floor(state.step / columns),
      j: state.step % columns,
    };
    const found = links(g, shown.item, shown.i, shown.j);
    write(result(g, view, source, state.w, state.step + 1), shown.item === "pixel");
    share(shown, found);
    enframe(shown, found);
    for (const { mark, ready } of scene.judged)
      mark.style.display = ready <= state.step ? "" : "none";
    own.sentence.textContent = convolutionInWords(
      { g, row, forward: view.forward, source, w: state.w },
      shown,
    );
    controls.show();
  }

  /** Write all numbers; the filter rotated where the item is a pixel. */
  function write(target, turned) {
    const { g, view, source, whole } = scene;
    const given = { values: source, limit: largest(source) };
    const made = { values: target, limit: largest(whole) };
    const [image, output] = view.forward ? [given, made] : [made, given];
    const pixel = (i, j) => (inImage(g, i, j) ? image.values[i][j] : 0); // 0 in the padding
    scene.pixels.fill((i, j) => pixel(i - g.p, j - g.q), image.limit);
    scene.outputs.fill((i, j) => output.values[i][j], output.limit);
    scene.kernel.fill(
      (u, v) => (turned ? state.w[g.kh - 1 - u][g.kw - 1 - v] : state.w[u][v]),
      largest(state.w),
    );
    scene.title.textContent = turned ? "w\u2032" : "w";
  }

  const cornerOf = (side, link) =>
    side === "output"
      ? scene.put.at("output", link.i, link.j)
      : scene.put.at("pixel", link.a + scene.g.p, link.b + scene.g.q);

  /**
   * Beside every number that the item is tied to: the product it is given, or the weight it is
   * taken with.
   */
  function share({ item, i, j }, found) {
    const gives = scene.view.forward === (item === "pixel");
    scene.marks.replaceChildren();
    for (const link of found) {
      const weight = state.w[link.u][link.v];
      const [x, y] = cornerOf(item === "pixel" ? "output" : "pixel", link);
      const product = gives ? weight * scene.source[i][j] : 0;
      const text = gives ? added(product) : `\u00d7${short(weight)}`;
      add(scene.marks, "text", {
        x: x + CELL / 2,
        y: y + 12,
        text,
        class: `share${gives && link.off ? " lost" : ""}`,
      });
    }
  }

  /** The corner of the filter. In a row it stands between the item and what it is tied to. */
  function kernelAt(item, i, j) {
    const { g, put, row } = scene;
    if (!row) return put.at("kernel", 0, 0);
    return put.at("kernel", 0, item === "output" ? g.s * j + (g.kw - 1) / 2 : j + g.q);
  }

  /** Frame the item, what it is tied to, and the part of the filter in use. */
  function enframe({ item, i, j }, found) {
    const { g, put, row } = scene;
    const [other, turned] = item === "pixel" ? ["output", true] : ["pixel", false];
    const own = turned ? put.at("pixel", i + g.p, j + g.q) : put.at("output", i, j);
    const corner = kernelAt(item, i, j);
    scene.kernel.group.style.transform = `translate(${corner[0]}px, ${corner[1]}px)`;
    scene.frames[item](own);
    beam(own, corner, turned);
    if (!found.length) {
      scene.frames[other](null);
      scene.frames.kernel(null);
      return;
    }
    const [first, last] = [found[0], found[found.length - 1]];
    const rows = Math.abs(last.u - first.u) + 1; // of the filter
    const columns = Math.abs(last.v - first.v) + 1;
    const [u, v] = turned ? [g.kh - 1 - first.u, g.kw - 1 - first.v] : [first.u, first.v];
    scene.frames.kernel([corner[0] + v * CELL, corner[1] + u * CELL], rows, columns);
    // in a row the outputs stand as far apart as their windows; in an image they stand side by side
    const apart = turned && !row ? [last.i - first.i + 1, last.j - first.j + 1] : [rows, columns];
    scene.frames[other](cornerOf(other, first), ...apart);
  }

  /** In a row: the fan between the item and the filter that lies before it. */
  function beam([x, y], [kx, ky], turned) {
    scene.under.replaceChildren();
    if (!scene.row) return;
    const [edge, end] = turned ? [y + CELL, ky] : [y, ky + CELL];
    add(scene.under, "path", {
      d: `M ${x} ${edge} L ${kx} ${end} H ${kx + scene.g.kw * CELL} L ${x + CELL} ${edge} Z`,
      class: "beam",
    });
  }

  /** What a cell stands for: the padding and the filter for nothing. */
  const find = (id, row, column) => {
    const [i, j] = id === "pixel" ? [row - scene.g.p, column - scene.g.q] : [row, column];
    const outside = id === "pixel" && !inImage(scene.g, i, j);
    return id === "kernel" || outside ? null : { item: id, i, j };
  };
  looking(own, state, find, controls.stop, () => draw());

  adjust.reset();
  return {
    root: own.root,
    renew: () => ((state.view = null), adjust.reset()),
    stop: controls.stop,
  };
}

export default widget(spray);
