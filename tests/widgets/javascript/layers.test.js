// Max pooling, the ReLU, the affine layer and numbers, worked by hand.

import assert from "node:assert/strict";
import { test } from "node:test";

import {
  judgedDerivatives,
  scores,
  slicesOf,
} from "../../../grader/widgets/js/arithmetic/affine.js";
import {
  contests,
  pool,
  pooled,
  routed,
  seenBy,
} from "../../../grader/widgets/js/arithmetic/max_pool.js";
import { differing, largest, upstream } from "../../../grader/widgets/js/arithmetic/numbers.js";
import { judgedRelu, reluPasses } from "../../../grader/widgets/js/arithmetic/relu.js";
import { compared, said, short } from "../../../grader/widgets/js/sentences/phrases.js";

const x = [
  [1, 5, 2],
  [5, 0, 7],
  [3, 3, 3],
];

test("of two largest entries the first in reading order wins", () => {
  const [first] = contests(pool(x, 2, 2, 1), x);
  assert.deepEqual(first, {
    i: 0,
    j: 0,
    value: 5,
    places: [
      [0, 1],
      [1, 0],
    ],
  });
});

test("a pixel that wins twice is given both dy", () => {
  const g = pool(x, 2, 2, 1);
  const all = contests(g, x);
  assert.deepEqual(pooled(g, all, 3), [
    [5, 7],
    [5, null],
  ]);
  const dy = [
    [10, 20],
    [30, 40],
  ];
  assert.deepEqual(routed(g, all, dy, Infinity), [
    [0, 10, 0],
    [30, 0, 60],
    [0, 0, 0],
  ]);
  assert.deepEqual(seenBy(g, 1, 1), [0, 1, 2, 3]);
});

test("the remainder lies in no window", () => {
  assert.deepEqual(seenBy(pool(x, 2, 2, 2), 2, 2), []);
});

test("one mask serves both passes of a ReLU, and is 0 at 0", () => {
  const { mask, y, dx } = reluPasses([[2, 0, -1]], [[3, 4, 5]]);
  assert.deepEqual([mask, y, dx], [[[1, 0, 0]], [[2, 0, 0]], [[3, 0, 0]]]);
});

test("at 0 every slope from 0 to 1 is right", () => {
  const passes = reluPasses([[0, 0, -1]], [[4, 4, 5]]);
  const { wrong, free } = judgedRelu([[4, 4.1, 5]], passes);
  assert.deepEqual(wrong, [
    { i: 0, j: 1, yours: 4.1, right: 0 },
    { i: 0, j: 2, yours: 5, right: 0 },
  ]);
  assert.deepEqual(free, [{ i: 0, j: 0, yours: 4, right: 0 }]);
});

const layer = {
  D: 2,
  C: 2,
  x: [1, -2],
  w: [
    [3, 4],
    [5, 6],
  ],
  b: [1, 0],
  dy: [2, -1],
};

test("the derivatives of an affine layer", () => {
  assert.deepEqual(scores(layer), [-6, -8]);
  assert.deepEqual(slicesOf("dy/dx", layer), [
    [
      [3, 5],
      [4, 6],
    ],
  ]);
  assert.deepEqual(slicesOf("dy/dW", layer), [
    [
      [1, 0],
      [-2, 0],
    ],
    [
      [0, 1],
      [0, -2],
    ],
  ]);
  assert.deepEqual(slicesOf("dy/db", layer), [
    [
      [1, 0],
      [0, 1],
    ],
  ]);
  assert.deepEqual(slicesOf("dL/dW", layer), [
    [
      [2, -1],
      [-4, 2],
    ],
  ]);
});

test("a derivative that is not written yet is not judged", () => {
  const judged = judgedDerivatives(
    {
      dy_dx: [
        [
          [3, 5],
          [4, 7],
        ],
      ],
      dy_db: null,
    },
    layer,
  );
  assert.deepEqual(judged["dy/dx"], [{ s: 0, i: 1, j: 1, yours: 7, right: 6 }]);
  assert.deepEqual([judged["dy/dW"], judged["dy/db"]], [null, null]);
});

test("what is not finite differs, and a rounding does not", () => {
  assert.deepEqual(differing([["nan", 1e-10, "-inf"]], [[0, 0, 1]]), [
    { i: 0, j: 0, yours: NaN, right: 0 },
    { i: 0, j: 2, yours: -Infinity, right: 1 },
  ]);
});

test("a dy that is not given is made up, and one that is too small is filled up", () => {
  assert.deepEqual(upstream({ dy: null }, { M: 2, N: 3 }), [
    [1, 2, -1],
    [3, 0, -2],
  ]);
  assert.deepEqual(upstream({ dy: [[9]] }, { M: 1, N: 2 }), [[9, 2]]);
});

test("numbers as cells and sentences write them", () => {
  assert.equal(largest([[null, -3, NaN, Infinity]]), 3);
  assert.deepEqual([1 / 3, -123456, -0, -Infinity].map(short), [
    "0.333",
    "\u22121e5",
    "0",
    "\u2212inf",
  ]);
  assert.equal(said(-1 / 3), "\u22120.333333");
  assert.equal(
    compared("dx", true, [{ i: 0, j: 2, yours: 1, right: 7 }], 6),
    "\u2260 Your dx differs in 1 of 6 entries: dx[2] is 1, right is 7.",
  );
});
