"""What the fast layers cost beside the readable ones, im2col, loops, scipy and PyTorch.

    python tests/benchmarks/fast_layers.py [--rounds 9] [--only NAME] [--json FILE]

All contenders of a row run in turn, forward and backward together, on one thread; the figures are
medians of CPU time. Ratios within one run carry over to other machines, absolute times do not.
At the end stands what each row reached beside its goals. PyTorch is optional (the extra `bench`).
"""

from __future__ import annotations

import argparse
import importlib
import os
import platform
import statistics
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

# One thread alone can be compared; BLAS reads this when it is loaded.
os.environ.update({"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"})
# OpenBLAS chooses its kernels for this CPU, as PyTorch does, whatever the environment sets.
os.environ.pop("OPENBLAS_CORETYPE", None)
os.environ.pop("OPENBLAS_L2_SIZE", None)

import numpy as np
from goals import Reached, save

sys.path.insert(0, str(Path(__file__).parents[2]))
from solutions import affine, fast, max_pool, relu, strided

Work = Callable[[], Any]
PYTORCH, IM2COL, SLICED = "PyTorch", "im2col", "im2col sliced"
SAMPLE = 0.03  # seconds that one measurement takes at least
FEW_ENTRIES = 10**8  # of the matrix of windows: beyond, indices take seconds and gigabytes
SLOW = 1.0  # a contender that takes longer is measured in two rounds only


@dataclass(frozen=True)
class Row:
    """A layer to measure, and by how much of another contender's time it may take at most."""

    name: str
    kind: str  # conv, pool, relu or affine
    dtype: str
    x: tuple[int, ...]
    w: tuple[int, ...]  # the filters, the window or the matrix
    stride: int = 1
    pad: int = 0
    goals: dict[str, float] = field(default_factory=dict)
    loops: bool = False  # naive loops are affordable


SMALL, MEDIUM, LARGE = (2, 3, 7, 7), (32, 16, 32, 32), (64, 64, 56, 56)
FILTERS = {SMALL: (3, 3, 3, 3), MEDIUM: (32, 16, 3, 3), LARGE: (64, 64, 3, 3)}
ODD, IMAGE = (32, 16, 33, 33), (1, 1, 1024, 1024)
ROWS = (
    Row("conv small", "conv", "float32", SMALL, FILTERS[SMALL], 1, 1, {PYTORCH: 0.3}, True),
    Row(
        "conv medium", "conv", "float32", MEDIUM, FILTERS[MEDIUM], 1, 1, {PYTORCH: 1.4, IM2COL: 0.15}, True
    ),
    Row("conv medium, stride 2", "conv", "float32", ODD, FILTERS[MEDIUM], 2, 0, {PYTORCH: 1.1}, True),
    Row("conv large", "conv", "float32", LARGE, FILTERS[LARGE], 1, 1, {PYTORCH: 1.0}),
    Row("conv medium", "conv", "float64", MEDIUM, FILTERS[MEDIUM], 1, 1, {PYTORCH: 0.45}),
    Row("conv large", "conv", "float64", LARGE, FILTERS[LARGE], 1, 1, {PYTORCH: 0.6}),
    Row("conv 11 x 11, one channel", "conv", "float64", IMAGE, (1, 1, 11, 11), goals={PYTORCH: 0.1}),
    Row("max pool 2 x 2, stride 2", "pool", "float32", LARGE, (2, 2), 2, 0, {PYTORCH: 0.75}),
    Row("max pool 3 x 3, stride 2", "pool", "float32", LARGE, (3, 3), 2, 0, {PYTORCH: 1.3}),
    Row("ReLU", "relu", "float32", LARGE, (), goals={PYTORCH: 1.0}),
    Row("affine", "affine", "float32", (256, 1024), (1024, 256), goals={PYTORCH: 1.0}),
    Row("affine", "affine", "float64", (256, 1024), (1024, 256), goals={PYTORCH: 1.0}),
)  # fmt: skip
PEAK_MEMORY = 1.2  # of its results: what a conv may allocate at its peak, they included
WITH_MEMORY_GOAL = "conv large"


@dataclass
class Figures:
    """What was measured of a row; times in milliseconds, memory in multiples of the results."""

    row: Row
    times: dict[str, float]
    forward_memory: float
    backward_memory: float
    product_gflops: float | None  # of one product of matrices of the layer's size
    share: float | None  # of that speed, reached by the whole layer
    weight_errors: dict[str, float]

    def ratio(self, other: str) -> float | None:
        """Return the time of the fast layer over that of another contender."""
        return self.times["fast"] / self.times[other] if other in self.times else None

    def goals(self) -> list[Reached]:
        """Return what the row reached, beside its goals."""
        title = f"{self.row.name}, {self.row.dtype}"
        reached = []
        for other, limit in self.row.goals.items():
            ratio = self.ratio(other)
            if ratio is not None:
                reached.append(Reached(f"{title}, / {other}", ratio, limit))
        if self.row.name == WITH_MEMORY_GOAL:
            peak = max(self.forward_memory, self.backward_memory)
            reached.append(Reached(f"{title}, peak memory / results", peak, PEAK_MEMORY))
        errors = self.weight_errors
        if PYTORCH in errors:
            error = errors["fast"] / errors[PYTORCH]
            reached.append(Reached(f"{title}, error of dw / {PYTORCH}", error, 1.0))
        return reached


# --- the contenders ---


def window_indices(x: Any, w: Any, stride: int, pad: int) -> tuple[Any, Any, Any]:
    """Return channel, row and column in the padded x of each entry of the matrix of windows."""
    (C, kh, kw), (H, W) = w.shape[1:], x.shape[2:]
    P, Q = (H + 2 * pad - kh) // stride + 1, (W + 2 * pad - kw) // stride + 1
    channel, u, v = (a.reshape(-1, 1) for a in np.indices((C, kh, kw)))
    p, q = (a.reshape(1, -1) for a in np.indices((P, Q)))
    return channel, stride * p + u, stride * q + v


def im2col_layer(x: Any, w: Any, b: Any, dy: Any, stride: int, pad: int) -> Any:
    """Run both passes with the matrix of all windows, picked and added by indices.

    So do the widespread im2col.py of Stanford's course CS231n and the libraries that copy it.
    """
    (N, C, H, W), F = x.shape, len(w)
    border = ((0, 0), (0, 0), (pad, pad), (pad, pad))
    index = window_indices(x, w, stride, pad)
    columns = np.pad(x, border)[:, *index].transpose(1, 2, 0).reshape(w[0].size, -1)
    y = (w.reshape(F, -1) @ columns + b[:, None]).reshape(F, *dy.shape[2:], N)
    rows = dy.transpose(1, 2, 3, 0).reshape(F, -1)
    dw = (rows @ columns.T).reshape(w.shape)
    dcolumns = (w.reshape(F, -1).T @ rows).reshape(w[0].size, -1, N).transpose(2, 0, 1)
    padded = np.zeros((N, C, H + 2 * pad, W + 2 * pad), x.dtype)
    np.add.at(padded, (slice(None), *index), dcolumns)
    dx = padded[:, :, pad : pad + H, pad : pad + W]
    return np.ascontiguousarray(y.transpose(3, 0, 1, 2)), dx, dw, rows.sum(axis=1)


def sliced_im2col_layer(x: Any, w: Any, b: Any, dy: Any, stride: int, pad: int) -> Any:
    """Run both passes with the same matrix, copied from a view and added back slice by slice."""
    (N, C, H, W), (F, _, kh, kw), (P, Q) = x.shape, w.shape, dy.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (kh, kw), axis=(2, 3))
    windows = windows[:, :, ::stride, ::stride].transpose(1, 4, 5, 0, 2, 3)
    columns = windows.reshape(w[0].size, -1)
    y = (w.reshape(F, -1) @ columns + b[:, None]).reshape(F, N, P, Q)
    rows = dy.transpose(1, 0, 2, 3).reshape(F, -1)
    dw = (rows @ columns.T).reshape(w.shape)
    dcolumns = (w.reshape(F, -1).T @ rows).reshape(C, kh, kw, N, P, Q).transpose(1, 2, 3, 0, 4, 5)
    sprayed = np.zeros_like(padded)
    for u, v in np.ndindex(kh, kw):
        down = slice(u, u + stride * (P - 1) + 1, stride)
        across = slice(v, v + stride * (Q - 1) + 1, stride)
        sprayed[:, :, down, across] += dcolumns[u, v]
    dx = sprayed[:, :, pad : pad + H, pad : pad + W]
    return np.ascontiguousarray(y.transpose(1, 0, 2, 3)), dx, dw, rows.sum(axis=1)


def loops_layer(x: Any, w: Any, b: Any, dy: Any, stride: int, pad: int) -> Any:
    """Run both passes window by window."""
    kh, kw = w.shape[2:]
    padded = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    y, dpadded, dw = np.zeros_like(dy), np.zeros_like(padded), np.zeros_like(w)
    for n, f, i, j in np.ndindex(*dy.shape):
        rows = slice(i * stride, i * stride + kh)
        window = (n, slice(None), rows, slice(j * stride, j * stride + kw))
        y[n, f, i, j] = (padded[window] * w[f]).sum() + b[f]
        dpadded[window] += dy[n, f, i, j] * w[f]
        dw[f] += dy[n, f, i, j] * padded[window]
    H, W = x.shape[2:]
    return y, dpadded[:, :, pad : pad + H, pad : pad + W], dw, dy.sum(axis=(0, 2, 3))


def scipy_layer(signal: Any, x: Any, w: Any, dy: Any) -> Any:
    """Run both passes of one channel, one filter, stride 1 and no padding."""
    image, taps, gradient = x[0, 0], w[0, 0], dy[0, 0]
    y = signal.correlate(image, taps, "valid")
    return y, signal.convolve(gradient, taps, "full"), signal.correlate(image, gradient, "valid")


def optional(name: str) -> Any:
    """Import a module that is perhaps not installed; None if it is not."""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError:
        return None


def torch_work(torch: Any, row: Row, arrays: list[Any]) -> Work:
    """Return a call that runs both passes of a row in PyTorch."""
    *leaves, dy = [torch.tensor(a) for a in arrays]
    for leaf in leaves:
        leaf.requires_grad_(True)
    functional = torch.nn.functional
    forward = {
        "conv": lambda: functional.conv2d(*leaves, row.stride, row.pad),
        "pool": lambda: functional.max_pool2d(leaves[0], row.w, row.stride),
        "relu": lambda: functional.relu(leaves[0]),
        "affine": lambda: torch.addmm(leaves[2], leaves[0], leaves[1]),
    }[row.kind]

    def work() -> Any:
        y = forward()
        return y, *torch.autograd.grad(y, leaves, dy)

    return work


def conv_contenders(row: Row, arrays: list[Any]) -> dict[str, Work]:
    x, w, b, dy = arrays
    s, p = row.stride, row.pad
    contenders: dict[str, Work] = {
        "readable": lambda: (
            strided.strided_forward(x, w, b, s, p),
            strided.strided_backward_spray(dy, x, w, s, p),
        ),
        SLICED: lambda: sliced_im2col_layer(x, w, b, dy, s, p),
    }
    if dy[:, 0].size * w[0].size < FEW_ENTRIES:
        contenders[IM2COL] = lambda: im2col_layer(x, w, b, dy, s, p)
    if row.loops:
        contenders["loops"] = lambda: loops_layer(x, w, b, dy, s, p)
    signal = optional("scipy.signal")
    if signal and w.shape[:2] == (1, 1):
        contenders["scipy"] = lambda: scipy_layer(signal, x, w, dy)
    return contenders


def fast_passes(row: Row, arrays: list[Any]) -> tuple[Work, Work]:
    """Return the forward and the backward pass of the fast layer."""
    s, p = row.stride, row.pad
    if row.kind == "conv":
        x, w, b, dy = arrays
        return (
            lambda: fast.strided_forward(x, w, b, s, p),
            lambda: fast.strided_backward(dy, x, w, s, p),
        )
    if row.kind == "affine":
        x, w, b, dy = arrays
        return lambda: fast.affine_forward(x, w, b), lambda: fast.affine_backward(dy, x, w)
    x, dy = arrays
    if row.kind == "relu":
        return lambda: fast.relu_forward(x), lambda: fast.relu_backward(dy, x)
    return (
        lambda: fast.max_pool_forward(x, row.w, s),
        lambda: fast.max_pool_backward(dy, x, row.w, s),
    )


def contenders(row: Row, arrays: list[Any]) -> dict[str, Work]:
    """Return calls that run both passes of a row, by the contender's name."""
    forward, backward = fast_passes(row, arrays)
    result: dict[str, Work] = {"fast": lambda: (forward(), backward())}
    x, dy = arrays[0], arrays[-1]
    if row.kind == "conv":
        result |= conv_contenders(row, arrays)
    elif row.kind == "affine":
        _, w, b, _ = arrays
        result["readable"] = lambda: (
            affine.affine_forward(x, w, b),
            affine.affine_backward(dy, x, w),
        )
    elif row.kind == "relu":
        result["readable"] = lambda: (relu.relu_forward(x), relu.relu_backward(dy, x))
    else:  # the readable backward pass goes window by window, for minutes at this size
        result["readable, forward"] = lambda: max_pool.max_pool_forward(x, row.w, row.stride)
    torch = optional("torch")
    if torch:
        torch.set_num_threads(1)
        result[PYTORCH] = torch_work(torch, row, arrays)
    return result


# --- measuring ---


def output_shape(row: Row) -> tuple[int, ...]:
    if row.kind == "relu":
        return row.x
    if row.kind == "affine":
        return row.x[0], row.w[1]
    height, width = (
        (n + 2 * row.pad - k) // row.stride + 1 for n, k in zip(row.x[2:], row.w[-2:], strict=True)
    )
    return row.x[0], row.w[0] if row.kind == "conv" else row.x[1], height, width


def drawn(row: Row) -> list[Any]:
    """Return x, the parameters where the layer has them, and dy."""
    rng = np.random.default_rng(0)
    shapes = [row.x, output_shape(row)]
    if row.kind in ("conv", "affine"):
        outputs = row.w[0] if row.kind == "conv" else row.w[1]
        shapes[1:1] = [row.w, (outputs,)]
    return [rng.standard_normal(shape).astype(row.dtype) for shape in shapes]


def seconds(work: Work, repeats: int) -> float:
    """Return the CPU time of one call, on average over the repeats."""
    start = time.process_time()
    for _ in range(repeats):
        work()
    return (time.process_time() - start) / repeats


def medians(works: dict[str, Work], rounds: int) -> dict[str, float]:
    """Return the median CPU time of each contender in milliseconds; they run in turn."""
    for work in works.values():
        work()  # the first call of PyTorch's writes machine code, which takes long
    once = {name: seconds(work, 1) for name, work in works.items()}
    repeats = {name: max(1, int(SAMPLE / max(t, 1e-5))) for name, t in once.items()}
    samples: dict[str, list[float]] = {name: [] for name in works}
    for number in range(rounds):
        for name, work in works.items():
            if number < 2 or once[name] < SLOW:
                samples[name].append(seconds(work, repeats[name]))
    return {name: 1000 * statistics.median(values) for name, values in samples.items()}


def memory(work: Work) -> float:
    """Return the peak of what a call allocates, its results included, over its results' size."""
    work()
    tracemalloc.start()
    results = work()
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    arrays = results if isinstance(results, tuple) else (results,)
    return peak / sum(a.nbytes for a in arrays)


def products(row: Row) -> tuple[int, int, int] | None:
    """Return the sizes of the forward pass's product for one image: (m, k) times (k, n)."""
    if row.kind == "conv":
        return row.w[0], int(np.prod(row.w[1:])), int(np.prod(output_shape(row)[2:]))
    return (row.x[0], *row.w) if row.kind == "affine" else None


def product_speed(row: Row) -> float | None:
    """Return the GFLOP/s of one such product of matrices."""
    sizes = products(row)
    if sizes is None:
        return None
    m, k, n = sizes
    left, right = np.ones((m, k), row.dtype), np.ones((k, n), row.dtype)
    out = np.empty((m, n), row.dtype)
    spent = medians({"product": lambda: np.matmul(left, right, out=out)}, 9)["product"]
    return 2 * m * k * n / spent / 1e6


def share_of(row: Row, gflops: float | None, milliseconds: float) -> float | None:
    """Return which share of the product's speed the whole layer reaches."""
    sizes = products(row)
    if sizes is None or gflops is None:
        return None
    images = row.x[0] if row.kind == "conv" else 1
    operations = 3 * 2 * images * float(np.prod(sizes))  # forward, dx and dw
    return operations / milliseconds / 1e6 / gflops


def weight_errors(row: Row, works: dict[str, Work], arrays: list[Any]) -> dict[str, float]:
    """Return the largest errors of dw beside float64, in parts of dw's largest entry."""
    if row.kind != "conv" or row.dtype != "float32" or PYTORCH not in works:
        return {}
    x, w, _, dy = (a.astype(np.float64) for a in arrays)
    right = fast.strided_backward(dy, x, w, row.stride, row.pad)[1]
    dws = {"fast": works["fast"]()[1][1], PYTORCH: works[PYTORCH]()[2].numpy()}
    return {name: float(np.abs(dw - right).max() / np.abs(right).max()) for name, dw in dws.items()}


def measured(row: Row, rounds: int) -> Figures:
    """Measure everything of a row."""
    arrays = drawn(row)
    works = contenders(row, arrays)
    times = medians(works, rounds)
    forward, backward = fast_passes(row, arrays)
    speed = product_speed(row)
    return Figures(
        row,
        times,
        memory(forward),
        memory(backward),
        speed,
        share_of(row, speed, times["fast"]),
        weight_errors(row, works, arrays),
    )


# --- printing ---

COLUMNS = (PYTORCH, IM2COL, SLICED, "readable", "loops", "scipy")


def heading() -> str:
    ratios = "".join(f"{'/ ' + name:>16}" for name in COLUMNS)
    return f"{'':34}{'ms':>9}{ratios}{'memory':>12}{'product':>9}{'share':>7}  dw error"


def line(figures: Figures) -> str:
    """Return a row of the table."""
    ratios = ""
    for name in COLUMNS:
        ratio = figures.ratio(name)
        ratios += f"{'' if ratio is None else format(ratio, '.3f'):>16}"
    used = f"{figures.forward_memory:.2f} {figures.backward_memory:.2f}"
    speed = "" if figures.product_gflops is None else f"{figures.product_gflops:.0f}"
    share = "" if figures.share is None else f"{100 * figures.share:.0f} %"
    errors = " ".join(f"{value:.1e}" for value in figures.weight_errors.values())
    title = f"{figures.row.name}, {figures.row.dtype}"
    start = f"{title:34}{figures.times['fast']:9.3f}{ratios}{used:>12}{speed:>9}{share:>7}"
    return f"{start}  {errors}"


def cpu() -> str:
    """Return the name of the CPU."""
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((text.split(": ")[1] for text in lines if text.startswith("model name")), "")


def surroundings() -> dict[str, str]:
    """Return the versions, the CPU and the kernels of BLAS that were measured with."""
    versions = {"python": platform.python_version(), "numpy": np.__version__, "cpu": cpu()}
    for name in ("scipy", "torch"):
        module = optional(name)
        versions[name] = module.__version__ if module else "not installed"
    control = optional("threadpoolctl")
    pools = control.threadpool_info() if control else []
    kernels = [pool["architecture"] for pool in pools if "architecture" in pool]
    versions["blas kernels"] = " ".join(kernels) or "unknown: threadpoolctl is not installed"
    return versions


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--only", default="", help="measure rows whose name contains this text")
    parser.add_argument("--json", type=Path, help="write the figures to this file")
    return parser.parse_args()


def main() -> None:
    options = arguments()
    about = surroundings()
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    print("ms: forward and backward of the fast layer; / other: its time over the other's;")
    print("memory: peak of the forward and the backward pass over their results, included;")
    print("product: GFLOP/s of one product of matrices of that size; dw error: fast, PyTorch")
    print(heading())
    table = []
    for row in ROWS:
        if options.only in f"{row.name}, {row.dtype}":
            table.append(measured(row, options.rounds))
            print(line(table[-1]), flush=True)
    goals = [goal for figures in table for goal in figures.goals()]
    print(*goals, sep="\n")
    if options.json:
        save(options.json, goals, about=about, rows=[asdict(figures) for figures in table])


if __name__ == "__main__":
    main()
