"""Recursion and warnings."""

import numpy as np

MESSAGES = ("warned: UserWarning",)  # what the checks must say

# %%
import warnings


# %% output_size
def output_size(n, k, stride, pad):
    if pad:
        return output_size(n + 2, k, stride, pad - 1)
    if n - k < stride:
        return 1, n - k
    m, r = output_size(n - stride, k, stride, 0)
    return m + 1, r


# %% dilate
def dilate(dy, stride, axis=3):
    if axis < 2:
        return dy
    parts = np.split(dy, dy.shape[axis], axis)
    zeros = np.zeros_like(np.concatenate([parts[0]] * (stride - 1), axis)) if stride > 1 else None
    if zeros is not None:
        parts = [piece for part in parts for piece in (part, zeros)][:-1]
    return dilate(np.concatenate(parts, axis), stride, axis - 1)


# %% strided_backward_spray
def strided_backward_spray(dy, x, w, stride, pad):
    warnings.warn("slow: one image after the other", stacklevel=1)
    if len(x) > 1:
        dx, dw, db = strided_backward_spray(dy[:1], x[:1], w, stride, pad)
        dx_2, dw_2, db_2 = strided_backward_spray(dy[1:], x[1:], w, stride, pad)
        return np.concatenate([dx, dx_2]), dw + dw_2, db + db_2
    if pad:
        wide = np.pad(x, ((0, 0), (0, 0), (1, 1), (1, 1)))
        dx, dw, db = strided_backward_spray(dy, wide, w, stride, pad - 1)
        return dx[:, :, 1:-1, 1:-1], dw, db
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for f in range(len(w)):
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                at = np.s_[
                    0, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]
                ]
                dx[at] += dy[0, f, i, j] * w[f]
                dw[f] += dy[0, f, i, j] * x[at]
    return dx, dw, dy[0].sum((1, 2))


# %% pixels_without_gradient
def pixels_without_gradient(n, k, stride, pad):
    m, r = output_size(n, k, stride, pad)
    gaps = [i * stride + k + g for i in range(m - 1) for g in range(stride - k)]
    return sum(pad <= a < pad + n for a in gaps + list(range(n + 2 * pad - r, n + 2 * pad)))
