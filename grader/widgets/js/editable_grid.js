// A grid whose numbers are changed by hand: dragged up and down, or chosen with the keys and typed.

import { field } from "./controls.js";
import { add } from "./grids.js";
import { entry } from "./sentences/phrases.js";

const NUDGE = 12; // pixels of the page that a drag goes up for each unit

/**
 * Let the numbers of a grid be changed. name: the array's; value(i, j): the number in use;
 * put(cell, number) changes it, where a cell is { i, j }; look(cell) is called when the keys have
 * gone to another one. Returns { attach, show, reset }: attach(grid) after each drawing, show()
 * writes the chosen number, reset() chooses the first.
 */
export function editableGrid(own, name, { value, put, look }) {
  let chosen = { i: 0, j: 0 };
  let grid;
  let dragged = false;
  const box = add(own.settings, "label", { class: "editor" });
  const label = add(box, "span");
  const fill = field(add(box, "span", { class: "fields" }), name, (number) => put(chosen, number));
  const typed = box.querySelector("input");
  typed.addEventListener("keydown", (event) => event.key === "Enter" && cellAt(chosen).focus());
  own.root.addEventListener("click", (event) => dragged && event.stopPropagation(), {
    capture: true,
  }); // what moved is no click

  const cellAt = ({ i, j }) => grid.cells[i][j].cell;
  const of = (event) => {
    const [i, j] = event.target.closest(".cell").dataset.at.split(",").map(Number);
    return { i, j };
  };
  function show() {
    label.textContent = entry(name, false, chosen.i, chosen.j);
    typed.setAttribute("aria-label", label.textContent);
    fill(value(chosen.i, chosen.j));
  }
  function choose(cell) {
    cellAt(chosen).setAttribute("tabindex", -1);
    chosen = cell;
    cellAt(cell).setAttribute("tabindex", 0);
    show();
  }

  /** Make the cells one stop of the tab key, in which the arrow keys go about. */
  function attach(drawn) {
    grid = drawn;
    grid.group.setAttribute("role", "grid");
    for (const { cell } of grid.cells.flat()) {
      cell.setAttribute("role", "gridcell");
      cell.setAttribute("tabindex", -1);
      cell.classList.add("free");
    }
    choose(chosen);
  }
  // on the stage, since Chromium gives the focus to any part of an SVG that listens for it
  for (const [kind, act] of Object.entries({ focusin: focused, keydown: keyed, pointerdown: drag }))
    own.stage.addEventListener(kind, (event) => grid.group.contains(event.target) && act(event));

  function focused(event) {
    choose(of(event));
    if (event.target.matches(":focus-visible")) look(chosen);
  }

  function keyed(event) {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const { i, j } = of(event);
    const within = (k, length) => Math.max(0, Math.min(length - 1, k));
    const go = (row, column) => () =>
      cellAt({
        i: within(row, grid.cells.length),
        j: within(column, grid.cells[0].length),
      }).focus();
    const by = (more) => () => put({ i, j }, value(i, j) + more);
    const type = (text) => () => {
      typed.focus();
      typed.value = text;
      typed.dispatchEvent(new Event("input"));
    };
    const acts = {
      ArrowUp: go(i - 1, j),
      ArrowDown: go(i + 1, j),
      ArrowLeft: go(i, j - 1),
      ArrowRight: go(i, j + 1),
      Home: go(i, 0),
      End: go(i, Infinity),
      PageUp: by(1),
      PageDown: by(-1),
      "+": by(1),
      "-": by(-1),
      Enter: () => (typed.focus(), typed.select()),
    };
    const act = acts[event.key] ?? (/^[0-9.,]$/.test(event.key) ? type(event.key) : null);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** Follow the pointer from a number: up makes it larger. */
  function drag(event) {
    dragged = false;
    if (event.button !== 0) return;
    const { target, pointerId, clientY } = event;
    const { i, j } = of(event);
    const first = value(i, j);
    const move = (now) => {
      const number = first + Math.round((clientY - now.clientY) / NUDGE);
      if (number === value(i, j)) return;
      dragged = true;
      put({ i, j }, number);
    };
    const done = new AbortController();
    const { signal } = done;
    target.setPointerCapture(pointerId);
    target.addEventListener("pointermove", move, { signal });
    for (const kind of ["pointerup", "pointercancel"])
      target.addEventListener(kind, () => done.abort(), { signal });
  }

  return { attach, show, reset: () => (chosen = { i: 0, j: 0 }) };
}
