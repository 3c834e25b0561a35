// What may be changed of a convolution, the same for all widgets of one: the fields of its filter,
// its sliders, and Reset.

import { copied } from "./arithmetic/numbers.js";
import { editor, slider } from "./controls.js";
import { add } from "./grids.js";
import { compared } from "./sentences/phrases.js";

const SLIDERS = { stride: "stride", pad: "padding" };

/**
 * Fields and sliders, and Reset, which brings back what Python gave. state: { step, w, view,
 * stride, pad }; `sliders` names those of stride and pad that can be moved; rebuild(step) draws a
 * new picture. Returns { reset, show, asGiven, judge }.
 */
export function settings({ settings: bar }, state, data, sliders, rebuild) {
  const editing = add(bar, "div", { class: "editing" });
  const moved = (name) => (value) => ((state[name] = value), rebuild(0));
  const made = Object.fromEntries(
    sliders.map((name) => [name, slider(bar, SLIDERS[name], String, moved(name))]),
  );
  let fill;

  function reset() {
    const given = data();
    Object.assign(state, { stride: given.stride, pad: given.pad });
    state.w = copied(given.w);
    state.view ??= given.view;
    editing.replaceChildren();
    const typed = (i, j, value) => ((state.w[i][j] = value), rebuild(state.step));
    fill = editor(editing, "w", given.w.length, given.w[0].length, typed);
    rebuild(given.compare && given.compares ? Infinity : 0); // your result beside the finished one
  }
  add(bar, "button", { type: "button", text: "Reset" }).addEventListener("click", reset);

  /** Bring the fields and the sliders in line with the state, for a convolution of these sizes. */
  function show(g) {
    const given = data();
    const fits = Math.max(0, Math.ceil(Math.max(g.kw - g.W, given.row ? 0 : g.kh - g.H) / 2));
    const room = Math.floor((given.most - Math.max(g.W, given.row ? 0 : g.H)) / 2);
    made.stride?.set(state.stride, 1, Math.max(4, given.stride, Math.min(g.kw + 1, 8)));
    made.pad.set(state.pad, fits, Math.max(given.pad, fits, Math.min(room, Math.max(g.kh, g.kw))));
    fill(state.w);
  }

  const asGiven = () =>
    sliders.every((name) => state[name] === data()[name]) && String(state.w) === String(data().w);

  /**
   * The note on a student's own result, [text, kind]: what is wrong of `count` entries, or with
   * which settings it is compared.
   */
  function judge(name, row, wrong, count) {
    const values = sliders.map((slider) => `${SLIDERS[slider]} ${data()[slider]}`).join(", ");
    const first = `${values} and the first w`;
    const elsewhere = `\u2026 Your ${name} belongs to ${first}: Reset brings them back.`;
    return [asGiven() ? compared(name, row, wrong, count) : elsewhere, "compared"];
  }

  return { reset, show, asGiven, judge };
}
