"""np.correlate and np.convolve; prints and logs."""

import numpy as np

# %%
import itertools, logging, sys

logging.basicConfig()
log = logging.getLogger("fay")


# %% correlate_1d
def correlate_1d(x, w, pad):
    print("correlate_1d:", x.shape, w.shape, pad)
    return np.correlate(np.concatenate([np.zeros(pad), x, np.zeros(pad)]), w, mode="valid")


# %% spray_1d
def spray_1d(x, w, pad):
    # np.convolve turns its filter round by itself, so it has to be turned before
    return np.convolve(np.pad(x, pad), w[::-1], "valid")


# %% toeplitz_1d
def toeplitz_1d(w, n, pad):
    columns = []
    for unit in np.identity(n):
        columns.append(np.correlate(np.pad(unit, pad), w))
        print("column", len(columns), columns[-1], file=sys.stderr)
    return np.stack(columns, axis=1)


# %% conv_1d_backward_spray
def conv_1d_backward_spray(dy, w, pad):
    log.warning("pad %d", pad)
    dx = np.convolve(dy, w)
    return dx[pad:-pad] if pad else dx


# %% conv_1d_backward_rotated
def conv_1d_backward_rotated(dy, w, pad):
    dx = np.correlate(dy, w[::-1], "full")
    return dx[pad : dx.size - pad]


# %% backward_pad
def backward_pad(k, pad):
    return np.convolve([1], np.ones(k)).size - 1.0 - pad


# %% conv_1d_weight_gradient
def conv_1d_weight_gradient(dy, x, pad):
    return np.correlate(np.pad(x, pad), dy, "valid")


# %% conv_forward
def conv_forward(x, w, b, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (N, C, Hp, Wp), (F, _, kh, kw) = xp.shape, w.shape
    y = np.tile(b[None, :, None, None], (N, 1, Hp - kh + 1, Wp - kw + 1))
    for n, f, i, c, u in itertools.product(*map(range, (N, F, Hp - kh + 1, C, kh))):
        y[n, f, i] += np.correlate(xp[n, c, i + u], w[f, c, u], "valid")
    print("done")
    return y


# %% conv_backward
def conv_backward(dy, x, w, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for n, f, i, c, u in itertools.product(*map(range, (*dy.shape[:3], *w.shape[1:3]))):
        dxp[n, c, i + u] += np.convolve(dy[n, f, i], w[f, c, u])
        dw[f, c, u] += np.correlate(xp[n, c, i + u], dy[n, f, i], "valid")
    keep = slice(pad, -pad or None)
    return dxp[:, :, keep, keep], dw, dy.sum(axis=(0, 2, 3))
