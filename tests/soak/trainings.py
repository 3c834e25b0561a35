"""How far the capstone's thresholds lie below the worst of many trainings: plain gradient descent,
drawn as for a grade.

    python tests/soak/trainings.py [--seeds 50] [--resplit]

Ends with status 1 when a threshold is missed, or lies less than two points below the worst run.
With --resplit the images to train on and to test on are divided anew for every seed, which is
harder than a grade: there, only the former are drawn.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

os.environ["OPENBLAS_NUM_THREADS"] = "1"  # before numpy is imported: seconds of one core

import numpy as np

from grader.exercises import COURSE
from grader.exercises.cases import capstone as cases
from grader.exercises.material.images import load_images
from grader.exercises.material.networks import accuracy
from grader.instructor.author import layers
from solutions import capstone

CAPSTONE = COURSE.by_assignment["6-capstone"]
MARGIN = 0.02


def drawn(part: str, seed: int, resplit: bool) -> tuple[tuple[Any, ...], np.ndarray, np.ndarray]:
    """Return the arguments of one training, and the images and labels that judge what it learnt."""
    rng = np.random.default_rng(seed)
    (case,) = (case for case in cases.train(rng, True) if case.goal and case.parts == (part,))
    if not resplit or case.goal.seen:
        return case.args, case.goal.images, case.goal.labels
    start, learnt, _, *rest = case.args
    data = load_images(cases.TRAININGS[part][1])
    images = np.concatenate([data.train_images, data.test_images])
    classes = np.concatenate([data.train_labels, data.test_labels])
    order = rng.permutation(len(images))
    train, held = order[: len(learnt)], order[-len(case.goal.images) :]
    return (start, images[train], classes[train], *rest), images[held], classes[held]


def run(
    part: str, seeds: int, resplit: bool, train: Callable[..., Any] = capstone.train
) -> tuple[list[float], list[float]]:
    """Return the accuracy and the CPU seconds of every training."""
    shares, seconds = [], []
    for seed in range(seeds):
        args, images, labels = drawn(part, seed, resplit)
        start = time.process_time()
        params = train(*args)
        seconds.append(time.process_time() - start)
        with np.errstate(all="ignore"):
            shares.append(accuracy(params, images, labels))
    return shares, seconds


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument(
        "--resplit", action="store_true", help="divide all images anew for every seed"
    )
    options = parser.parse_args()
    print(
        f"{'training':10} {'steps':>6} {'rate':>6} {'asked':>7} {'worst':>7} {'median':>7} "
        f"{'CPU s':>7}   ({options.seeds} seeds)"
    )
    close = []
    for part, (_, _, steps, rate, least) in cases.TRAININGS.items():
        with layers.importable(CAPSTONE):
            shares, seconds = run(part, options.seeds, options.resplit)
        worst, median = min(shares), statistics.median(shares)
        cpu = statistics.median(seconds)
        print(
            f"{part:10} {steps:6} {rate:6g} {least:7.1%} {worst:7.1%} {median:7.1%} {cpu:7.2f}",
            flush=True,
        )
        if worst < min(least + MARGIN, 1.0):
            close.append(part)
    if close:
        print(
            f"{', '.join(close)}: the threshold lies less than {100 * MARGIN:g} points below the "
            "worst run"
        )
    return bool(close)


if __name__ == "__main__":
    sys.exit(main())
