// x = 1 2 0 -1 3 5, w = 1 -2 4, worked by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  VIEWS,
  geometry,
  linksOfOutput,
  linksOfPixel,
  readyAt,
  result,
} from "../../../grader/widgets/js/arithmetic/convolution.js";
import { lineOf, toeplitz } from "../../../grader/widgets/js/arithmetic/toeplitz.js";
import {
  END,
  LEFT_OUT,
  cellOf,
  correlated,
  trickOf,
} from "../../../grader/widgets/js/arithmetic/dilation.js";

const x = [[1, 2, 0, -1, 3, 5]];
const w = [[1, -2, 4]];
const row = { x, w, row: true };

test("a stride of 2 leaves one pixel over", () => {
  const { M, N, p, q } = geometry(row, 2, 0);
  assert.deepEqual([M, N, p, q], [1, 2, 0, 0]);
  assert.deepEqual(linksOfPixel(geometry(row, 2, 0), 0, 5), []);
});

test("the padding of a row is at its ends alone", () => {
  const { M, N, p, q } = geometry(row, 1, 1);
  assert.deepEqual([M, N, p, q], [1, 6, 0, 1]);
});

test("an output in the corner has links into the padding", () => {
  const off = linksOfOutput(geometry(row, 1, 1), 0, 0).map((link) => link.off);
  assert.deepEqual(off, [true, false, false]);
});

test("forward, gather and spray make the same y", () => {
  const g = geometry(row, 2, 0);
  const y = [[1 * 1 - 2 * 2 + 4 * 0, 1 * 0 - 2 * -1 + 4 * 3]];
  assert.deepEqual(y, [[-3, 14]]);
  assert.deepEqual(result(g, VIEWS["forward gather"], x, w, Infinity), y);
  assert.deepEqual(result(g, VIEWS["forward spray"], x, w, Infinity), y);
});

test("backward, gather and spray make the same dx", () => {
  const g = geometry(row, 2, 0);
  const dx = [[2, -4, 8 - 1, 2, -4, 0]];
  assert.deepEqual(result(g, VIEWS["backward spray"], [[2, -1]], w, Infinity), dx);
  assert.deepEqual(result(g, VIEWS["backward gather"], [[2, -1]], w, Infinity), dx);
});

test("a gather does not know what it has not reached; a spray has zeros there", () => {
  const g = geometry(row, 2, 0);
  assert.deepEqual(result(g, VIEWS["forward gather"], x, w, 1), [[-3, null]]);
  assert.deepEqual(result(g, VIEWS["backward spray"], [[2, -1]], w, 1), [[2, -4, 8, 0, 0, 0]]);
});

test("a pixel is finished when the last dy that saw it has been added", () => {
  const g = geometry(row, 2, 0);
  const ready = [0, 1, 2, 3, 4, 5].map((j) => readyAt(g, VIEWS["backward spray"], 0, j));
  assert.deepEqual(ready, [0, 0, 1, 1, 1, 0]);
});

test("each row of T holds w, and each column w back to front", () => {
  const g = geometry({ x: [[0, 0, 0, 0]], w, row: true }, 1, 0);
  assert.deepEqual(toeplitz(g, w), [
    [1, -2, 4, 0],
    [0, 1, -2, 4],
  ]);
  assert.deepEqual(lineOf(g, "forward spray", 1).places, [0, 1]);
});

test("dy with its zeros, correlated with the rotated filter, is dx", () => {
  const g = geometry(row, 2, 0);
  const trick = trickOf(g, LEFT_OUT.nothing);
  const strip = trick.columns.cells.map((_, b) => cellOf(trick, 0, b).from?.[1] ?? null);
  assert.deepEqual(strip, [null, null, 0, null, 1, null, null, null]);
  assert.deepEqual(correlated(trick, [[2, -1]], w, Infinity), [[2, -4, 7, 2, -4, 0]]);
});

test("without the zeros at the end the last pixel is missing", () => {
  const trick = trickOf(geometry(row, 2, 0), [END]);
  assert.deepEqual(correlated(trick, [[2, -1]], w, Infinity), [[2, -4, 7, 2, -4, null]]);
});
