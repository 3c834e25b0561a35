// What surrounds the picture of a widget: its parts in reading order, choices, sliders, steps,
// fields, and what a pointer rests on.

import { add } from "./grids.js";
import { entry, short } from "./sentences/phrases.js";

/** The parts that every widget has, in reading order. */
export function parts(el, label) {
  const root = add(el, "div", {
    class: "cnn-widget",
    "data-lm-suppress-shortcuts": "true",
    role: "group",
    "aria-label": label,
  });
  // JupyterLab takes the keys of whatever has the focus, in spite of the attribute: b adds a cell,
  // an arrow leaves the slider.
  root.addEventListener(
    "keydown",
    (event) => event.altKey || event.ctrlKey || event.metaKey || event.stopPropagation(),
  );
  const told = "the picture; arrow keys step, Home and End jump, Space plays";
  return {
    root,
    choices: add(root, "div"),
    tells: add(root, "p", { class: "tells" }),
    stage: add(root, "div", { class: "stage", tabindex: 0, role: "group", "aria-label": told }),
    sentence: add(root, "p", { class: "sentence", "aria-live": "polite" }),
    notes: add(root, "div", { class: "notes" }),
    steps: add(root, "div", { class: "bar" }),
    settings: add(root, "div", { class: "bar" }),
  };
}

/** Write the notes under the sentence: [text, kind] each, kind "note" or "compared". */
export function annotate(notes, told) {
  notes.replaceChildren();
  for (const [text, kind] of told) add(notes, "p", { text, class: kind });
}

/**
 * One of several; rows of { value: words }, which a narrow page breaks between. Returns a function
 * that checks one.
 */
export function choice(parent, legend, rows, changed) {
  const box = add(parent, "fieldset", { class: "views" });
  add(box, "legend", { text: legend });
  const name = `choice-${Math.random().toString(36).slice(2)}`;
  const radios = rows.flatMap((row) => {
    const line = add(box, "div");
    return Object.entries(row).map(([value, text]) => {
      const label = add(line, "label");
      const radio = add(label, "input", { type: "radio", name, value });
      add(label, "span", { text });
      radio.addEventListener("change", () => changed(value));
      return radio;
    });
  });
  return (value) => radios.forEach((radio) => (radio.checked = radio.value === value));
}

/**
 * What the pointer rests on, or was clicked: kept in state.item until Escape. find(cell) names what
 * a cell stands for, or null.
 */
export function looking({ root, stage }, state, find, stop, draw) {
  const same = (item) => JSON.stringify(item) === JSON.stringify(state.item ?? null);
  const look = (item) => {
    if (same(item)) return;
    state.item = item;
    draw();
  };
  const under = ({ target }) => {
    const cell = target.closest?.(".cell");
    if (!cell) return null;
    const [i, j] = cell.dataset.at.split(",").map(Number);
    return find(cell.closest("[data-grid]").dataset.grid, i, j);
  };
  stage.addEventListener("pointerover", (event) => state.pinned || look(under(event)));
  stage.addEventListener("pointerleave", () => state.pinned || look(null));
  stage.addEventListener("click", (event) => {
    const item = under(event);
    stop();
    state.pinned = item !== null && !(state.pinned && same(item));
    look(item);
  });
  root.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    state.pinned = false;
    look(null);
  });
}

/**
 * A widget's module: draw(el, data) draws once and returns { root, renew, stop }. data() is what
 * Python gave; renew() draws it anew when that changes. Data with a `fold` stay closed under these
 * words until they are opened.
 */
export function widget(draw) {
  const opened = (model, el) => {
    const { root, renew, stop } = draw(el, () => model.get("data"));
    model.on("change:data", renew);
    return () => {
      stop();
      model.off("change:data", renew);
      root.remove();
    };
  };
  const render = ({ model, el }) => {
    const { fold } = model.get("data");
    if (!fold) return opened(model, el);
    const box = add(el, "details", { class: "cnn-fold" });
    add(box, "summary", { text: fold });
    let close = null;
    box.addEventListener("toggle", () => {
      if (box.open) close ??= opened(model, box);
    });
    return () => {
      close?.();
      box.remove();
    };
  };
  return { render };
}

/** A labelled slider; returns its input and a function that sets limits and value. */
export function slider(parent, name, told, changed) {
  const label = add(parent, "label", { class: "slider" });
  add(label, "span", { text: name });
  const input = add(label, "input", { type: "range", step: 1, "aria-label": name });
  const output = add(label, "span", { class: "told" });
  input.addEventListener("input", () => changed(Number(input.value)));
  const set = (value, least, most) => {
    [input.min, input.max, input.value] = [least, most, value];
    input.disabled = least === most;
    output.textContent = told(value, most);
    input.setAttribute("aria-valuetext", told(value, most));
  };
  return { input, set };
}

/** Tell whether what has the focus uses this key itself. */
function hasOwnKeys({ key, target }, steps) {
  const { type, tagName } = target;
  if (type === "text" || type === "radio") return true;
  return key === " " ? tagName === "BUTTON" : type === "range" && target !== steps;
}

/** Go to a step, or to the nearest that there is; what was looked at is let go. */
export function goTo(state, step) {
  const nearest = Math.max(0, Math.min(state.steps - 1, step));
  Object.assign(state, { step: nearest, item: null, pinned: false });
}

/**
 * Play, step buttons, step slider and keys. state: { step, steps }; draw() draws it. While it
 * plays, the sentence is not read aloud. Returns { show, stop }: show() brings the controls in line
 * with the state.
 */
export function transport({ root, steps: bar, sentence }, state, draw) {
  const button = (text, name, act) => {
    const made = add(bar, "button", { type: "button", text, "aria-label": name });
    made.addEventListener("click", act);
    return made;
  };
  let timer = 0;
  let due = 0;
  const move = (step) => (goTo(state, step), draw());
  const by = (count) => (stop(), move(state.step + count));
  const back = button("\u2039 Back", "one step back", () => by(-1));
  const play = button("Play", "play", () => (timer ? stop() : start()));
  const next = button("Next \u203a", "one step on", () => by(1));
  const steps = slider(
    bar,
    "step",
    (value, most) => `${value + 1} of ${most + 1}`,
    (step) => (stop(), move(step)),
  );
  steps.input.parentNode.classList.add("steps");
  const speed = slider(
    bar,
    "speed",
    (value) => `${value} a second`,
    (value) => ((state.speed = value), speed.set(value, 1, 20)),
  );
  state.speed ??= 2;
  speed.set(state.speed, 1, 20);

  function start() {
    if (state.step === state.steps - 1) move(0);
    due = performance.now() + 1000 / state.speed;
    timer = requestAnimationFrame(tick);
    label();
  }
  function tick(now) {
    if (!root.isConnected) return void (timer = 0);
    if (now >= due) {
      due = Math.max(due + 1000 / state.speed, now); // late frames are not made up for
      move(state.step + 1);
    }
    if (state.step === state.steps - 1) stop();
    else timer = requestAnimationFrame(tick);
  }
  function stop() {
    if (timer) cancelAnimationFrame(timer);
    timer = 0;
    label();
  }
  function label() {
    const word = timer ? "Pause" : "Play";
    if (play.textContent !== word) {
      play.textContent = word;
      play.setAttribute("aria-label", word.toLowerCase());
      sentence.setAttribute("aria-live", timer ? "off" : "polite");
    }
  }
  root.addEventListener("keydown", (event) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    if (hasOwnKeys(event, steps.input)) return;
    const acts = {
      ArrowRight: () => by(1),
      ArrowDown: () => by(1),
      ArrowLeft: () => by(-1),
      ArrowUp: () => by(-1),
      Home: () => by(-state.steps),
      End: () => by(state.steps),
      " ": () => (timer ? stop() : start()),
    };
    if (!acts[event.key]) return;
    event.preventDefault();
    event.stopPropagation();
    acts[event.key]();
  });
  return {
    show() {
      steps.set(state.step, 0, state.steps - 1);
      back.setAttribute("aria-disabled", state.step === 0);
      next.setAttribute("aria-disabled", state.step === state.steps - 1);
    },
    stop,
  };
}

/**
 * A field for a number, in a box of class "fields"; changed(value) is called for each that is
 * typed. Returns what shows one.
 */
export function field(box, name, changed) {
  const input = add(box, "input", {
    type: "text",
    inputmode: "decimal",
    autocomplete: "off",
    "aria-label": name,
  });
  input.addEventListener("input", () => {
    const text = input.value.trim().replace("\u2212", "-").replace(",", ".");
    const value = text === "" ? NaN : Number(text);
    input.setAttribute("aria-invalid", !Number.isFinite(value));
    if (Number.isFinite(value)) changed(value);
  });
  return (value) => {
    if (input === document.activeElement) return; // someone is typing
    input.value = short(value).replaceAll("\u2212", "-");
    input.setAttribute("aria-invalid", false);
  };
}

/**
 * A table of fields for an array that may be changed; changed(i, j, value) is called for each
 * number typed. row: has one index.
 */
export function editor(parent, name, rows, columns, changed, row = rows === 1) {
  const box = add(parent, "div", {
    class: "editor",
    role: "group",
    "aria-label": `${name}, to change`,
  });
  add(box, "span", { text: name });
  const table = add(box, "div", {
    class: "fields",
    style: `grid-template-columns: repeat(${columns}, 3.6em)`,
  });
  const fields = Array.from({ length: rows }, (_, i) =>
    Array.from({ length: columns }, (_, j) =>
      field(table, entry(name, row, i, j), (value) => changed(i, j, value)),
    ),
  );
  return (values) => fields.forEach((row, i) => row.forEach((show, j) => show(values[i][j])));
}
