"""float32 throughout."""

import numpy as np

MESSAGES = ("float32: seven digits",)  # what the checks must say


# %% strided_forward
def strided_forward(x, w, b, stride, pad):
    x, w, b = (a.astype(np.float32) for a in (x, w, b))
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    F, C, kh, kw = w.shape
    P, Q = (xp.shape[2] - kh) // stride + 1, (xp.shape[3] - kw) // stride + 1
    y = np.zeros((len(x), F, P, Q), dtype=np.float32)
    for i in range(P):
        for j in range(Q):
            piece = xp[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
            y[:, :, i, j] = np.tensordot(piece, w, ([1, 2, 3], [1, 2, 3])) + b
    return y


# %% strided_backward_spray
def strided_backward_spray(dy, x, w, stride, pad):
    dy, x, w = (a.astype("f4") for a in (dy, x, w))
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    kh, kw = w.shape[2:]
    for i, j in np.ndindex(*dy.shape[2:]):
        s = np.s_[:, :, i * stride : i * stride + kh, j * stride : j * stride + kw]
        dxp[s] += np.tensordot(dy[:, :, i, j], w, 1)
        dw += np.tensordot(dy[:, :, i, j].T, xp[s], 1)
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dy.sum((0, 2, 3))


# %% dilate
def dilate(dy, stride):
    out = np.zeros(
        (dy.shape[0], dy.shape[1], (dy.shape[2] - 1) * stride + 1, (dy.shape[3] - 1) * stride + 1),
        np.float32,
    )
    out[..., ::stride, ::stride] = dy
    return out


# %% strided_backward_rotated
def strided_backward_rotated(dy, x, w, stride, pad):
    (N, C, H, W), (F, _, kh, kw) = x.shape, w.shape
    x, w = np.float32(x), np.float32(w)
    d = np.zeros((N, F, H + 2 * pad - kh + 1, W + 2 * pad - kw + 1), np.float32)
    spread = dilate(dy, stride)
    d[:, :, : spread.shape[2], : spread.shape[3]] = spread
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dw = np.zeros_like(w)
    for u in range(kh):
        for v in range(kw):
            dw[:, :, u, v] = np.tensordot(
                d, xp[:, :, u : u + d.shape[2], v : v + d.shape[3]], ([0, 2, 3], [0, 2, 3])
            )
    wide, turned = (
        np.pad(d, ((0, 0), (0, 0), (kh - 1, kh - 1), (kw - 1, kw - 1))),
        np.rot90(w, 2, (2, 3)),
    )
    dx = np.zeros((N, C, H, W), np.float32)
    for a in range(H):
        for b in range(W):
            seen = wide[:, :, a + pad : a + pad + kh, b + pad : b + pad + kw]
            dx[:, :, a, b] = np.tensordot(seen, turned, ([1, 2, 3], [0, 2, 3]))
    return dx, dw, d.sum((0, 2, 3))
