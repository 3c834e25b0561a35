// stride_trick: a strided backward pass as a correlation, beside the spray.

import {
  VIEWS,
  geometry,
  linksOfOutput,
  linksOfPixel,
  readyAt,
  result,
  wholeResult,
} from "./arithmetic/convolution.js";
import {
  AROUND,
  LEFT_OUT,
  STAGES,
  cellOf,
  correlated,
  hasWindow,
  meets,
  trickOf,
} from "./arithmetic/dilation.js";
import { differing, largest, upstream } from "./arithmetic/numbers.js";
import { CELL } from "./arithmetic/places.js";
import { annotate, choice, goTo, looking, parts, transport, widget } from "./controls.js";
import { add, frame, hatched, parted, picture } from "./grids.js";
import { convolutionInWords } from "./sentences/convolution.js";
import { stageInWords, windowInWords, zeroInWords } from "./sentences/dilation.js";
import { added, count, short, standsIn } from "./sentences/phrases.js";
import { settings } from "./settings.js";
import {
  braces,
  cuts,
  kernelAt,
  lines,
  trickGrids,
  trickLabels,
  trickPlaces,
} from "./stride_trick_picture.js";

const WAYS = {
  trick: "the trick: zeros, then correlate with w\u2032",
  spray: "the spray: w, added once for every dy",
};
const MISTAKES = {
  nothing: "all the zeros",
  end: "none at the end",
  between: "none between",
  both: "neither",
};
const TELLS = {
  trick:
    "dy gets zeros between, at the end and around; then w\u2032 slides over it by one pixel " +
    "at a time, and every window makes one dx whole.",
  spray:
    "Each dy times w is added onto the pixels in its window. Every dy changes many dx; each dx " +
    "is whole when its last dy has come.",
};

function strideTrick(el, data) {
  const own = parts(el, "stride_trick: dilate, pad and correlate, beside the spray");
  const state = { step: 0, zeros: "nothing" };
  /** @type {any} what is drawn for the present way, zeros, stride, padding and filter */
  let scene;

  const checkWay = choice(own.choices, "way", [WAYS], (way) => ((state.view = way), rebuild(0)));
  const checkZeros = choice(
    own.choices,
    "zeros",
    [MISTAKES],
    (zeros) => ((state.zeros = zeros), rebuild(state.step)),
  );
  const controls = transport(own, state, draw);
  const adjust = settings(own, state, data, ["stride", "pad"], rebuild);

  // ---- one picture per way, zeros, stride, padding and filter
  function rebuild(step) {
    const given = data();
    controls.stop();
    const g = geometry(given, state.stride, state.pad);
    const [trick, all] = [LEFT_OUT[state.zeros], []].map((left) => trickOf(g, left));
    const dy = upstream(given, g);
    state.steps =
      state.view === "trick" ? STAGES + trick.rows.count * trick.columns.count : g.M * g.N;
    goTo(state, step);
    const right = wholeResult(g, VIEWS["backward spray"], dy, state.w);
    const put = trickPlaces(g, given.row, all);
    scene = { g, row: given.row, trick, put, dy, right };

    const { svg, hatch } = picture(
      own.stage,
      put.width,
      put.height,
      `${WAYS[state.view]}: the numbers`,
    );
    const under = add(svg, "g", { class: "under", "aria-hidden": "true" });
    scene.grid = trickGrids(svg, scene);
    const fixed = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    scene.title = trickLabels(fixed, scene);
    scene.staged = [...lines(under, scene), ...braces(fixed, scene), ...cuts(fixed, hatch, scene)];
    apart(fixed, given, hatch);
    scene.marks = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    const moving = add(svg, "g", { class: "marks", "aria-hidden": "true" });
    const kinds = { source: "giver", kernel: "used", trick: "taker", spray: "taker" };
    scene.frames = Object.fromEntries(
      Object.entries(kinds).map(([name, kind]) => [name, frame(moving, kind)]),
    );

    checkWay(state.view);
    checkZeros(state.zeros);
    own.tells.textContent = TELLS[state.view];
    adjust.show(g);
    remarks(given);
    draw();
  }

  /**
   * Hatch the pixels under no window; mark where the trick, or the student's own dx, parts from the
   * right one.
   */
  function apart(layer, given, hatch) {
    const { g, trick, put, dy, right } = scene;
    scene.unseen = 0;
    for (let a = 0; a < g.H; a++)
      for (let b = 0; b < g.W; b++) {
        if (linksOfPixel(g, a, b).length) continue;
        scene.unseen++;
        for (const id of ["trick", "spray"])
          hatched(layer, put.at(id, a, b), hatch, `${id} ${a},${b}`);
      }
    const made = correlated(trick, dy, state.w, Infinity);
    scene.slips = differing(
      made.map((line) => line.map((value) => value ?? "nan")),
      right,
    );
    scene.judged = scene.slips.map(({ i, j, right: value }) => {
      const missing = made[i][j] === null;
      const ready = missing
        ? STAGES - 1 + trick.rows.count * trick.columns.count
        : STAGES + i * trick.columns.count + j;
      return {
        mark: parted(layer, put.at("trick", i, j), value, `trick ${i},${j}`),
        way: "trick",
        ready,
      };
    });
    scene.apart = given.compare && adjust.asGiven() ? differing(given.compare, right) : [];
    for (const { i, j, yours } of scene.apart) {
      const ready = readyAt(g, VIEWS["backward spray"], i, j);
      scene.judged.push({
        mark: parted(layer, put.at("spray", i, j), yours, `${i},${j}`),
        way: "spray",
        ready,
      });
    }
  }

  function remarks(given) {
    const { g, row, trick, slips, apart } = scene;
    const told = [];
    if (given.compare) told.push(adjust.judge("dx", row, apart, g.H * g.W));
    if (trick.left.length) {
      const [wrong, all] = [slips.length, g.H * g.W];
      const missing = all - trick.rows.count * trick.columns.count;
      const are = (many) => (many === 1 ? "is" : "are");
      const also =
        missing && missing < wrong ? `, and ${missing} of them ${are(missing)} missing` : "";
      const what = `${are(wrong)} ${missing === wrong ? "missing" : "not right"}${also}`;
      const words = `\u2260 Without these zeros ${wrong} of ${all} entries of dx ${what}.`;
      told.push([wrong ? words : "\u2713 Nothing goes wrong here.", "compared"]);
    }
    if (scene.unseen) {
      const pixels = count(
        scene.unseen,
        "pixel lies under no window. Its dx is",
        "pixels lie under no window. Their dx is",
      );
      told.push([`\u25a8 Hatched: ${pixels} 0.`, "note"]);
    }
    if (standsIn(given, g)) told.push([standsIn(given, g), "note"]);
    annotate(own.notes, told);
  }

  // ---- one step
  function draw() {
    const { g } = scene;
    const stepped =
      state.view === "trick"
        ? ofTrick(state.step)
        : { dy: [Math.floor(state.step / g.N), state.step % g.N] };
    const shown = state.item ?? stepped;
    scene.marks.replaceChildren();
    write(Boolean(shown.dy));
    if (shown.dy) sprays(...shown.dy);
    else if (shown.window) gathers(...shown.window);
    else still(shown);
    for (const { mark, way, ready } of scene.judged)
      mark.style.display = way !== state.view || ready <= state.step ? "" : "none";
    own.sentence.textContent = inWords(shown);
    controls.show();
  }

  function inWords({ dy: place, window, zero, stage }) {
    const { g, row, trick, dy, right } = scene;
    if (place) {
      const [i, j] = place;
      const step = { g, row, forward: false, source: dy, w: state.w };
      return convolutionInWords(step, { item: "output", i, j });
    }
    if (window) return windowInWords(trick, row, window, dy, state.w, right[window[0]][window[1]]);
    return zero ? zeroInWords(zero) : stageInWords(trick, row, stage);
  }

  /** The item of a step of the trick: a stage of dy, or a window. */
  function ofTrick(step) {
    if (step < STAGES) return { stage: step };
    const across = scene.trick.columns.count;
    return { window: [Math.floor((step - STAGES) / across), (step - STAGES) % across] };
  }

  /** Write all numbers, as far as they have come; w as it stands where a dy sprays. */
  function write(spraying) {
    const { g, trick, dy, right } = scene;
    const [tricking, stage] =
      state.view === "trick" ? [true, Math.min(state.step, AROUND)] : [false, AROUND];
    const made = correlated(trick, dy, state.w, tricking ? state.step - STAGES + 1 : Infinity);
    const sprayed = tricking
      ? right
      : result(g, VIEWS["backward spray"], dy, state.w, state.step + 1);
    const { grid } = scene;
    grid.dy.fill((i, j) => dy[i][j], largest(dy));
    grid.strip.fill((a, b) => {
      const { from, stage: since } = cellOf(trick, a, b);
      grid.strip.cells[a][b].cell.style.visibility = since > stage ? "hidden" : "";
      return since > stage ? null : from ? dy[from[0]][from[1]] : 0;
    }, largest(dy));
    grid.kernel.fill(
      (u, v) => (spraying ? state.w[u][v] : state.w[g.kh - 1 - u][g.kw - 1 - v]),
      largest(state.w),
    );
    grid.trick.fill((a, b) => made[a][b], largest(right));
    grid.spray.fill((a, b) => sprayed[a][b], largest(right));
    scene.title.textContent = spraying ? "w" : "w\u2032";
    for (const [mark, since] of scene.staged) mark.style.display = since > stage ? "none" : "";
  }

  const share = ([x, y], text) =>
    add(scene.marks, "text", { x: x + CELL / 2, y: y + 12, text, class: "share" });

  /**
   * Frame what a step ties together, [corner, rows, columns] each; the frames not named are put
   * away.
   */
  function enframe(framed) {
    for (const [name, move] of Object.entries(scene.frames)) move(...(framed[name] ?? [null]));
  }

  /** One dy: where w is added, by the spray. */
  function sprays(i, j) {
    const { g, put, dy } = scene;
    const found = linksOfOutput(g, i, j).filter((link) => !link.off);
    const corner = kernelAt(scene, "spray", j);
    scene.grid.kernel.group.style.transform = `translate(${corner[0]}px, ${corner[1]}px)`;
    for (const { a, b, u, v } of found) {
      const product = state.w[u][v] * dy[i][j];
      share(put.at("spray", a, b), added(product));
    }
    const framed = { source: [put.at("dy", i, j)] };
    if (found.length) {
      const [first, last] = [found[0], found[found.length - 1]];
      const size = [last.u - first.u + 1, last.v - first.v + 1];
      framed.kernel = [[corner[0] + first.v * CELL, corner[1] + first.u * CELL], ...size];
      framed.spray = [put.at("spray", first.a, first.b), ...size];
    }
    enframe(framed);
  }

  /**
   * One window: what w\u2032 meets there, and the dx that it makes, which the spray has made too.
   */
  function gathers(a, b) {
    const { g, trick, put } = scene;
    const corner = kernelAt(scene, "trick", b);
    scene.grid.kernel.group.style.transform = `translate(${corner[0]}px, ${corner[1]}px)`;
    if (!hasWindow(trick, a, b)) return enframe({ spray: [put.at("spray", a, b)] });
    const [top, left] = [a - trick.rows.first, b - trick.columns.first];
    for (const { u, v } of meets(trick, a, b))
      share(
        put.at("strip", top + g.kh - 1 - u, left + g.kw - 1 - v),
        `\u00d7${short(state.w[u][v])}`,
      );
    enframe({
      source: [put.at("strip", top, left), g.kh, g.kw],
      kernel: [corner, g.kh, g.kw],
      trick: [put.at("trick", a, b)],
      spray: [put.at("spray", a, b)],
    });
  }

  /** A stage of dy: its new zeros are tinted. */
  function still({ stage }) {
    const { trick, put } = scene;
    const corner = kernelAt(scene, "trick", 0);
    scene.grid.kernel.group.style.transform = `translate(${corner[0]}px, ${corner[1]}px)`;
    enframe({});
    trick.rows.cells.forEach((_, a) =>
      trick.columns.cells.forEach((_, b) => {
        const cell = cellOf(trick, a, b);
        const [x, y] = put.at("strip", a, b);
        if (cell.stage === stage && !cell.from)
          add(scene.marks, "rect", { x, y, width: CELL, height: CELL, class: "beam" });
      }),
    );
  }

  /**
   * What a cell stands for: a dy, one of the zeros around it, or a window; the filter for nothing.
   */
  const find = (id, i, j) => {
    if (id === "kernel") return null;
    if (id === "dy") return { dy: [i, j] };
    if (id !== "strip") return { window: [i, j] };
    const cell = cellOf(scene.trick, i, j);
    return cell.from && !cell.cut ? { dy: cell.from } : { zero: cell };
  };
  looking(own, state, find, controls.stop, () => draw());

  adjust.reset();
  return {
    root: own.root,
    renew: () => ((state.view = null), adjust.reset()),
    stop: controls.stop,
  };
}

export default widget(strideTrick);
