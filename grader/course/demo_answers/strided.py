"""Answers to 3-strided, in honest styles and broken."""

from __future__ import annotations

_LOOPED = """
def {name}(dy, x, w, stride, pad):
    N, C, H, W = x.shape
    F, C, K, L = w.shape
    dx, dw, db = np.zeros((N, C, H, W)), np.zeros((F, C, K, L)), np.zeros(F)
    for n in range(N):
        for f in range(F):
            for i in range(dy.shape[2]):
                for j in range(dy.shape[3]):
                    db[f] += dy[n, f, i, j]
                    for c in range(C):
                        for u in range(K):
                            for v in range(L):
                                p = i * stride + u - pad
                                q = j * stride + v - pad
                                if p < 0 or q < 0 or p >= H or q >= W:
                                    continue
                                dx[n, c, p, q] += dy[n, f, i, j] * w[f, c, u, v]
                                dw[f, c, u, v] += dy[n, f, i, j] * x[n, c, p, q]
    return dx, dw, db
"""

LOOPS = {
    "output_size": """
def output_size(n, K, stride, pad):
    outputs, start = 0, 0
    while start + K <= n + 2 * pad:
        outputs += 1
        start += stride
    last = start - stride + K  # one behind the last entry of the last window
    return outputs, n + 2 * pad - last
""",
    "strided_forward": """
def strided_forward(x, w, b, stride, pad):
    N, C, H, W = x.shape
    F, C, K, L = w.shape
    y = np.zeros((N, F, (H + 2 * pad - K) // stride + 1, (W + 2 * pad - L) // stride + 1))
    for n in range(N):
        for f in range(F):
            for i in range(y.shape[2]):
                for j in range(y.shape[3]):
                    y[n, f, i, j] = b[f]
                    for c in range(C):
                        for u in range(K):
                            for v in range(L):
                                p = i * stride + u - pad
                                q = j * stride + v - pad
                                if p >= 0 and q >= 0 and p < H and q < W:
                                    y[n, f, i, j] += x[n, c, p, q] * w[f, c, u, v]
    return y
""",
    "strided_backward_spray": _LOOPED.format(name="strided_backward_spray"),
    "dilate": """
def dilate(dy, stride):
    N, F, P, Q = dy.shape
    out = np.zeros((N, F, P * stride - stride + 1, Q * stride - stride + 1))
    for n in range(N):
        for f in range(F):
            for i in range(P):
                for j in range(Q):
                    out[n, f, i * stride, j * stride] = dy[n, f, i, j]
    return out
""",
    "strided_backward_rotated": """
def strided_backward_rotated(dy, x, w, stride, pad):
    N, C, H, W = x.shape
    F, C, K, L = w.shape
    P, Q = dy.shape[2:]
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(F)
    for n in range(N):
        for c in range(C):
            for a in range(H):
                for b in range(W):
                    for f in range(F):
                        for u in range(K):
                            for v in range(L):
                                i, r = divmod(a + pad - u, stride)  # a zero of the dilation unless r is 0
                                j, s = divmod(b + pad - v, stride)
                                if r == s == 0 and 0 <= i < P and 0 <= j < Q:
                                    dx[n, c, a, b] += dy[n, f, i, j] * w[f, c, u, v]
                                    dw[f, c, u, v] += dy[n, f, i, j] * x[n, c, a, b]
    for f in range(F):
        db[f] = sum(dy[n, f, i, j] for n in range(N) for i in range(P) for j in range(Q))
    return dx, dw, db
""",
    "pixels_without_gradient": """
def pixels_without_gradient(n, K, stride, pad):
    dead = 0
    for a in range(n):
        seen = False
        start = -pad
        while start + K <= n + pad:
            if start <= a < start + K:
                seen = True
            start += stride
        if not seen:
            dead += 1
    return dead
""",
}

EINSUM = {
    "output_size": "def output_size(n, K, stride, pad):\n    m, r = divmod(n + 2 * pad - K, stride)\n    return m + 1, r",
    "strided_forward": """
from numpy.lib.stride_tricks import sliding_window_view

def strided_forward(x, w, b, stride, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    cut = sliding_window_view(xp, w.shape[-2:], axis=(-2, -1))[:, :, ::stride, ::stride]
    return np.einsum("ncijuv,fcuv->nfij", cut, w) + b[:, None, None]
""",
    "strided_backward_spray": """
def strided_backward_spray(dy, x, w, stride, pad):
    rows = meets(dy.shape[2], x.shape[2], w.shape[2], stride, pad)
    columns = meets(dy.shape[3], x.shape[3], w.shape[3], stride, pad)
    dx = np.einsum("nfij,fcuv,iau,jbv->ncab", dy, w, rows, columns, optimize=True)
    dw = np.einsum("nfij,ncab,iau,jbv->fcuv", dy, x, rows, columns, optimize=True)
    return dx, dw, np.einsum("nfij->f", dy)
""",
    "dilate": """
def dilate(dy, stride):
    P, Q = dy.shape[2:]
    rows, columns = np.eye((P - 1) * stride + 1)[::stride], np.eye((Q - 1) * stride + 1)[::stride]
    return np.einsum("nfij,ia,jb->nfab", dy, rows, columns)
""",
    "strided_backward_rotated": """
def strided_backward_rotated(dy, x, w, stride, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    K, L = w.shape[2:]
    wide = np.zeros((*dy.shape[:2], xp.shape[2] + K - 1, xp.shape[3] + L - 1))
    wide[:, :, K - 1 : xp.shape[2] : stride, L - 1 : xp.shape[3] : stride] = dy
    seen = sliding_window_view(wide, (K, L), axis=(2, 3))
    dxp = np.einsum("nfabuv,fcuv->ncab", seen, w[:, :, ::-1, ::-1])
    P, Q = xp.shape[2] - K + 1, xp.shape[3] - L + 1
    under = sliding_window_view(xp, (P, Q), axis=(2, 3))
    dw = np.einsum("ncuvij,nfij->fcuv", under, wide[:, :, K - 1 : K - 1 + P, L - 1 : L - 1 + Q])
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, np.einsum("nfij->f", dy)
""",
    "pixels_without_gradient": """
def pixels_without_gradient(n, K, stride, pad):
    seen = np.zeros(n + 2 * pad, bool)
    sliding_window_view(seen, K, writeable=True)[::stride] = True
    return np.sum(~seen[pad : pad + n])
""",
}

FLOAT32 = {
    "strided_forward": """
def strided_forward(x, w, b, stride, pad):
    x, w, b = (a.astype(np.float32) for a in (x, w, b))
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    F, C, K, L = w.shape
    P, Q = (xp.shape[2] - K) // stride + 1, (xp.shape[3] - L) // stride + 1
    y = np.zeros((len(x), F, P, Q), dtype=np.float32)
    for i in range(P):
        for j in range(Q):
            piece = xp[:, :, i * stride : i * stride + K, j * stride : j * stride + L]
            y[:, :, i, j] = np.tensordot(piece, w, ([1, 2, 3], [1, 2, 3])) + b
    return y
""",
    "strided_backward_spray": """
def strided_backward_spray(dy, x, w, stride, pad):
    dy, x, w = (a.astype("f4") for a in (dy, x, w))
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    K, L = w.shape[2:]
    for i, j in np.ndindex(*dy.shape[2:]):
        s = np.s_[:, :, i * stride : i * stride + K, j * stride : j * stride + L]
        dxp[s] += np.tensordot(dy[:, :, i, j], w, 1)
        dw += np.tensordot(dy[:, :, i, j].T, xp[s], 1)
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dy.sum((0, 2, 3))
""",
    "dilate": """
def dilate(dy, stride):
    out = np.zeros((dy.shape[0], dy.shape[1], (dy.shape[2] - 1) * stride + 1, (dy.shape[3] - 1) * stride + 1), np.float32)
    out[..., ::stride, ::stride] = dy
    return out
""",
    "strided_backward_rotated": """
def strided_backward_rotated(dy, x, w, stride, pad):
    (N, C, H, W), (F, _, K, L) = x.shape, w.shape
    x, w = np.float32(x), np.float32(w)
    d = np.zeros((N, F, H + 2 * pad - K + 1, W + 2 * pad - L + 1), np.float32)
    spread = dilate(dy, stride)
    d[:, :, : spread.shape[2], : spread.shape[3]] = spread
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dw = np.zeros_like(w)
    for u in range(K):
        for v in range(L):
            dw[:, :, u, v] = np.tensordot(d, xp[:, :, u : u + d.shape[2], v : v + d.shape[3]], ([0, 2, 3], [0, 2, 3]))
    wide, turned = np.pad(d, ((0, 0), (0, 0), (K - 1, K - 1), (L - 1, L - 1))), np.rot90(w, 2, (2, 3))
    dx = np.zeros((N, C, H, W), np.float32)
    for a in range(H):
        for b in range(W):
            seen = wide[:, :, a + pad : a + pad + K, b + pad : b + pad + L]
            dx[:, :, a, b] = np.tensordot(seen, turned, ([1, 2, 3], [0, 2, 3]))
    return dx, dw, d.sum((0, 2, 3))
""",
}

FROM_STRIDE_1 = {  # the layer of the last notebook, pasted into an extra cell, and every second of its outputs
    "output_size": """
def output_size(n, K, stride, pad):
    starts = np.arange(n + 2 * pad - K + 1)
    return len(starts[::stride]), starts[-1] - starts[::stride][-1]
""",
    "strided_forward": """
def strided_forward(x, w, b, stride, pad):
    return conv_forward(x, w, b, pad)[:, :, ::stride, ::stride]
""",
    "strided_backward_spray": """
def strided_backward_spray(dy, x, w, stride, pad):
    between = np.zeros(conv_forward(x, w, np.zeros(len(w)), pad).shape)
    between[:, :, ::stride, ::stride] = dy
    return conv_backward(between, x, w, pad)
""",
    "dilate": """
def dilate(dy, stride):
    out = np.zeros((*dy.shape[:2], dy.shape[2] * stride, dy.shape[3] * stride))
    out[:, :, ::stride, ::stride] = dy
    return out[:, :, : out.shape[2] - stride + 1, : out.shape[3] - stride + 1]
""",
    "strided_backward_rotated": """
def strided_backward_rotated(dy, x, w, stride, pad):
    dilated = dilate(dy, stride)
    remainder = [(n + 2 * pad - k) % stride for n, k in zip(x.shape[2:], w.shape[2:])]
    dilated = np.pad(dilated, ((0, 0), (0, 0), (0, remainder[0]), (0, remainder[1])))
    return turned_backward(dilated, x, w, pad)
""",
    "pixels_without_gradient": """
def pixels_without_gradient(n, K, stride, pad):
    touched = [0] * (n + 2 * pad)
    for start in range(0, n + 2 * pad - K + 1, stride):
        touched[start : start + K] = [1] * K
    return touched[pad : pad + n].count(0)
""",
}

FANCY = {
    "output_size": """
def output_size(n, K, stride, pad):
    starts = np.arange(0, n + 2 * pad - K + 1, stride)
    return np.array([starts.size, n + 2 * pad - (starts.max() + K)])
""",
    "strided_forward": """
def strided_forward(x, w, b, stride, pad):
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows, columns = places(x.shape, w.shape, stride, pad)
    y = np.tensordot(xp[:, :, rows, columns], w, ([1, 3, 5], [1, 2, 3]))
    return np.transpose(y, (0, 3, 1, 2)) + b[None, :, None, None]
""",
    "strided_backward_spray": """
def strided_backward_spray(dy, x, w, stride, pad):
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    rows, columns = places(x.shape, w.shape, stride, pad)
    dxp = np.zeros(xp.shape)
    sprays = np.tensordot(dy, w, (1, 0))  # N, P, Q, C, K, L
    np.add.at(dxp, (slice(None), slice(None), rows, columns), sprays.transpose(0, 3, 1, 4, 2, 5))
    dw = np.tensordot(dy, xp[:, :, rows, columns], ([0, 2, 3], [0, 2, 4]))
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dy.sum(axis=(0, -1, -2))
""",
    "dilate": """
def dilate(dy, stride):
    holes = np.arange(1, max(dy.shape)).repeat(stride - 1)
    return np.insert(np.insert(dy, holes[holes < dy.shape[2]], 0, axis=2), holes[holes < dy.shape[3]], 0, axis=3)
""",
    "pixels_without_gradient": """
def pixels_without_gradient(n, K, stride, pad):
    seen = (np.arange(0, n + 2 * pad - K + 1, stride)[:, None] + np.arange(K)).ravel() - pad
    return np.setdiff1d(np.arange(n), seen).size
""",
}

FOURIER = {
    "strided_forward": """
def strided_forward(x, w, b, stride, pad):
    size = (x.shape[2] + 2 * pad, x.shape[3] + 2 * pad)
    X = np.fft.rfft2(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    y = np.fft.irfft2(np.einsum("nchw,fchw->nfhw", X, np.fft.rfft2(w, size).conj()), size)
    return y[:, :, : size[0] - w.shape[2] + 1 : stride, : size[1] - w.shape[3] + 1 : stride] + b[:, None, None]
""",
    "dilate": """
def dilate(dy, stride):
    P, Q = dy.shape[2:]
    spectrum = np.tile(np.fft.fft2(dy), (1, 1, stride, stride))  # zeros between repeat the spectrum
    return np.fft.ifft2(spectrum).real[:, :, : P * stride - stride + 1, : Q * stride - stride + 1]
""",
    "strided_backward_rotated": """
def strided_backward_rotated(dy, x, w, stride, pad):
    H, W = x.shape[2:]
    size = (H + 2 * pad, W + 2 * pad)
    D, V = np.fft.rfft2(dilate(dy, stride), size), np.fft.rfft2(w, size)
    X = np.fft.rfft2(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    dx = np.fft.irfft2(np.einsum("nfhw,fchw->nchw", D, V), size)
    dw = np.fft.irfft2(np.einsum("nfhw,nchw->fchw", D.conj(), X), size)
    return dx[:, :, pad : pad + H, pad : pad + W], dw[:, :, : w.shape[2], : w.shape[3]], dy.sum((0, 2, 3))
""",
    "pixels_without_gradient": """
def pixels_without_gradient(n, K, stride, pad):
    size = n + 2 * pad
    starts = np.zeros(size)
    starts[: size - K + 1 : stride] = 1
    covered = np.fft.ifft(np.fft.fft(starts) * np.fft.fft(np.ones(K), size)).real
    return int(np.sum(covered[pad : pad + n] < 0.5))
""",
}

IN_PLACE = {
    "output_size": "def output_size(n, K, stride, pad):\n    n += 2 * pad - K\n    return [n // stride + 1, n % stride]",
    "strided_forward": """
def strided_forward(x, w, b, stride, pad):
    (K, L), x = w.shape[2:], np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    w = w.reshape(len(w), -1)
    y = []
    for i in range(0, x.shape[2] - K + 1, stride):
        y.append([w @ x[:, :, i : i + K, j : j + L].reshape(len(x), -1).T for j in range(0, x.shape[3] - L + 1, stride)])
    y = np.array(y).transpose(3, 2, 0, 1)
    y += b.reshape(-1, 1, 1)
    return y
""",
    "strided_backward_spray": """
def strided_backward_spray(dy, x, w, stride, pad):
    H, W = x.shape[2:]
    K, L = w.shape[2:]
    x = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dx, dw, db = x * 0, w * 0, dy.sum((0, 2, 3))
    for n, f, i, j in np.argwhere(dy):
        window = np.s_[n, :, i * stride : i * stride + K, j * stride : j * stride + L]
        dx[window] += dy[n, f, i, j] * w[f]
        dw[f] += dy[n, f, i, j] * x[window]
        dy[n, f, i, j] = 0  # done
    return [dx[:, :, pad : pad + H, pad : pad + W], dw, db]
""",
    "dilate": """
def dilate(dy, stride):
    N, F, P, Q = dy.shape
    out = np.zeros((N, F, P, stride, Q, stride))
    out[:, :, :, 0, :, 0] = dy
    out = out.reshape(N, F, P * stride, Q * stride)
    return out[:, :, : 1 - stride or None, : 1 - stride or None]
""",
    "strided_backward_rotated": """
def strided_backward_rotated(dy, x, w, stride, pad):
    N, C, H, W = x.shape
    F, C, K, L = w.shape
    w[:] = w[:, :, ::-1, ::-1].copy()
    wide = np.zeros((N, F, H + 2 * pad + K - 1, W + 2 * pad + L - 1))
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            wide[:, :, K - 1 + i * stride, L - 1 + j * stride] = dy[:, :, i, j]
    dx, dw = np.zeros(x.shape), np.zeros(w.shape)
    for a in range(H):
        for b in range(W):
            seen = wide[:, :, a + pad : a + pad + K, b + pad : b + pad + L]
            for f in range(F):
                dx[:, :, a, b] += (seen[:, f, None] * w[f]).sum((2, 3))
                dw[f] += (x[:, :, a, b][:, :, None, None] * seen[:, f, None]).sum(0)[:, ::-1, ::-1]
    return [dx, dw, wide.sum((0, 2, 3))]
""",
}

CALLABLES = {
    "output_size": """
import functools

output_size = lambda n, K, stride, pad: ((span := n + 2 * pad - K) // stride + 1, span % stride)
""",
    "strided_forward": """
class Layer:
    def __init__(self, mode="constant"):
        self.mode = mode

    def __call__(self, x, w, b, stride, pad):
        xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)), self.mode)
        P, Q = fits(x, w, stride, pad)
        s = xp.strides
        view = np.lib.stride_tricks.as_strided(
            xp, (*xp.shape[:2], P, Q, *w.shape[2:]), (s[0], s[1], s[2] * stride, s[3] * stride, s[2], s[3]), writeable=False
        )
        return np.moveaxis(np.tensordot(view, w, ((1, 4, 5), (1, 2, 3))), 3, 1) + b.reshape(1, -1, 1, 1)

strided_forward = Layer()
""",
    "strided_backward_spray": """
def backward(verbose, dy, x, w, stride, pad):
    if verbose:
        print("spraying", dy.shape)
    full = np.zeros((x.shape[0], x.shape[1], x.shape[2] + 2 * pad, x.shape[3] + 2 * pad))
    inside = full[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    padded = full.copy()
    padded[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]] = x
    dw = np.empty(w.shape)
    for (u, v) in np.ndindex(*w.shape[2:]):
        at = np.s_[:, :, u:, v:]
        lattice = np.s_[:, :, : stride * dy.shape[2] : stride, : stride * dy.shape[3] : stride]
        some = full[at][lattice]
        some += np.moveaxis(np.tensordot(dy, w[:, :, u, v], (1, 0)), 3, 1)
        dw[:, :, u, v] = np.tensordot(dy, padded[at][lattice], ([0, 2, 3], [0, 2, 3]))
    return inside, dw, np.add.reduce(dy, axis=(0, 2, 3))

strided_backward_spray = functools.partial(backward, True)
""",
    "dilate": """
def dilate(*args):
    dy, stride = args
    if stride == 1:
        return dy
    return np.kron(dy, np.pad([[1.0]], (0, stride - 1)))[:, :, : 1 - stride, : 1 - stride]
""",
    "strided_backward_rotated": """
def strided_backward_rotated(dY, X, W, s=1, p=0):
    (H, V), (K, L) = X.shape[2:], W.shape[2:]
    D = dilate(dY, s)
    ends = [(k - 1, size + 2 * p - d) for k, size, d in zip((K, L), (H, V), D.shape[2:])]
    D = np.pad(D, ((0, 0), (0, 0), *ends))
    dX = strided_forward(D, np.flip(W, (2, 3)).swapaxes(0, 1), np.zeros(X.shape[1]), 1, 0)
    D = D[:, :, K - 1 :, L - 1 :][:, :, : H + 2 * p - K + 1, : V + 2 * p - L + 1]
    dW = strided_forward(X.swapaxes(0, 1), D.swapaxes(0, 1), np.zeros(len(W)), 1, p).swapaxes(0, 1)
    return dX[:, :, p : p + H, p : p + V], dW, dY.sum((0, 2, 3))
""",
    "pixels_without_gradient": """
pixels_without_gradient = lambda n, K, stride, pad: sum(
    not any(0 <= a + pad - i < K for i in range(0, n + 2 * pad - K + 1, stride)) for a in range(n)
)
""",
}

MATRICES = {
    "output_size": """
def output_size(n, K, stride, pad):
    m = 1 + int(np.floor((n + 2 * pad - K) / stride))
    return float(m), float(n + 2 * pad - K - stride * (m - 1))
""",
    "strided_forward": """
def strided_forward(x, w, b, stride, pad):
    M, size = layer_matrix(x.shape[2:], w, stride, pad)
    return (x.reshape(len(x), -1) @ M.T).reshape(len(x), len(w), *size) + b[:, None, None]
""",
    "strided_backward_spray": """
def strided_backward_spray(dy, x, w, stride, pad):
    M, _ = layer_matrix(x.shape[2:], w, stride, pad)
    dM = dy.reshape(len(dy), -1).T @ x.reshape(len(x), -1)
    dw = np.empty(w.shape)
    for k in np.ndindex(*w.shape):
        unit = np.zeros(w.shape)
        unit[k] = 1.0
        dw[k] = np.vdot(dM, layer_matrix(x.shape[2:], unit, stride, pad)[0])
    return np.reshape(dy.reshape(len(dy), -1) @ M, x.shape), dw, np.ones(len(dy)) @ dy.sum(-1).sum(-1)
""",
    "dilate": """
def dilate(dy, stride):
    hole = np.zeros((stride, stride))
    hole[0, 0] = 1
    blown_up = np.kron(dy, hole)
    return blown_up[:, :, : (dy.shape[2] - 1) * stride + 1, : (dy.shape[3] - 1) * stride + 1]
""",
    "pixels_without_gradient": """
def pixels_without_gradient(n, K, stride, pad):
    M = np.array([np.eye(n + 2 * pad)[i : i + K].sum(0) for i in range(0, n + 2 * pad - K + 1, stride)])
    return np.count_nonzero(M[:, pad : pad + n].sum(0) == 0)
""",
}

RECURSION = {
    "output_size": """
def output_size(n, K, stride, pad):
    if pad:
        return output_size(n + 2, K, stride, pad - 1)
    if n - K < stride:
        return 1, n - K
    m, r = output_size(n - stride, K, stride, 0)
    return m + 1, r
""",
    "dilate": """
def dilate(dy, stride, axis=3):
    if axis < 2:
        return dy
    parts = np.split(dy, dy.shape[axis], axis)
    zeros = np.zeros_like(np.concatenate([parts[0]] * (stride - 1), axis)) if stride > 1 else None
    if zeros is not None:
        parts = [piece for part in parts for piece in (part, zeros)][:-1]
    return dilate(np.concatenate(parts, axis), stride, axis - 1)
""",
    "strided_backward_spray": """
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
                at = np.s_[0, :, i * stride : i * stride + w.shape[2], j * stride : j * stride + w.shape[3]]
                dx[at] += dy[0, f, i, j] * w[f]
                dw[f] += dy[0, f, i, j] * x[at]
    return dx, dw, dy[0].sum((1, 2))
""",
    "pixels_without_gradient": """
def pixels_without_gradient(n, K, stride, pad):
    m, r = output_size(n, K, stride, pad)
    gaps = [i * stride + K + g for i in range(m - 1) for g in range(stride - K)]
    return sum(pad <= a < pad + n for a in gaps + list(range(n + 2 * pad - r, n + 2 * pad)))
""",
}

# student -> (what is special, answers that differ from the references, what the checks must say)
STYLES: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "bela": ("loops everywhere", LOOPS, ()),
    "chen": ("einsum and sliding windows", EINSUM, ()),
    "dora": ("float32", FLOAT32, ("float32: seven digits",)),
    "emil": ("the layer of stride 1, pasted into extra cells", FROM_STRIDE_1, ()),
    "gita": ("the Fourier transform", FOURIER, ()),
    "hugo": (
        "changes its inputs, returns lists",
        IN_PLACE,
        ("it changes its input dy in place", "it changes its input w in place"),
    ),
    "ines": (
        "a lambda, an object, a partial that prints, as_strided",
        CALLABLES,
        ("dilated shares its memory with the input dy: fine here, but changing one later changes the other",),
    ),
    "jana": ("fancy indexing, np.add.at, np.insert", FANCY, ()),
    "kofi": ("matrices and kron, numbers that are floats", MATRICES, ()),
    "lena": ("recursion and warnings", RECURSION, ("warned: UserWarning: slow: one image after the other",)),
}

# student -> extra cells
HELPERS: dict[str, tuple[str, ...]] = {
    "chen": (
        """
def meets(outputs, n, K, stride, pad):
    i, a, u = np.ogrid[:outputs, :n, :K]
    return (i * stride + u == a + pad).astype(float)
""",
    ),
    "emil": (
        """
def padded(x, p):
    return np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))

def conv_forward(x, w, b, pad):
    x = padded(x, pad)
    P, Q = x.shape[2] - w.shape[2] + 1, x.shape[3] - w.shape[3] + 1
    y = np.zeros((len(x), len(w), P, Q))
    for f in range(len(w)):
        for i in range(P):
            for j in range(Q):
                y[:, f, i, j] = (x[:, :, i : i + w.shape[2], j : j + w.shape[3]] * w[f]).sum((1, 2, 3)) + b[f]
    return y
""",
        """
def conv_backward(dy, x, w, pad):
    dx, dw = padded(np.zeros(x.shape), pad), np.zeros(w.shape)
    xp = padded(x, pad)
    for f in range(len(w)):
        for i in range(dy.shape[2]):
            for j in range(dy.shape[3]):
                here = np.s_[:, :, i : i + w.shape[2], j : j + w.shape[3]]
                dx[here] += dy[:, f, i, j][:, None, None, None] * w[f]
                dw[f] += (dy[:, f, i, j][:, None, None, None] * xp[here]).sum(0)
    return dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dy.sum((0, 2, 3))

def turned_backward(dy, x, w, pad):
    K, L = w.shape[2:]
    wide = np.pad(dy, ((0, 0), (0, 0), (K - 1, K - 1), (L - 1, L - 1)))
    dx = conv_forward(wide, w[:, :, ::-1, ::-1].swapaxes(0, 1), np.zeros(x.shape[1]), 0)
    dw = conv_forward(x.swapaxes(0, 1), dy.swapaxes(0, 1), np.zeros(len(w)), pad).swapaxes(0, 1)
    return dx[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, dy.sum((0, 2, 3))
""",
    ),
    "jana": (
        """
def places(image, filters, stride, pad):
    (H, W), (K, L) = image[2:], filters[2:]
    i = np.arange(0, H + 2 * pad - K + 1, stride)
    j = np.arange(0, W + 2 * pad - L + 1, stride)
    return (i[:, None] + np.arange(K))[:, :, None, None], (j[:, None] + np.arange(L))[None, None]
""",
    ),
    "kofi": (
        """
def layer_matrix(image, w, stride, pad):
    (H, W), (K, L) = image, w.shape[2:]
    P, Q = (H + 2 * pad - K) // stride + 1, (W + 2 * pad - L) // stride + 1
    def tap(outputs, size, u):
        return np.eye(size + 2 * pad)[u : u + stride * outputs : stride, pad : pad + size][:outputs]
    M = sum(
        np.kron(w[:, :, u, v], np.kron(tap(P, H, u), tap(Q, W, v))) for u in range(K) for v in range(L)
    )
    return M, (P, Q)
""",
    ),
    "lena": ("import warnings",),
}


def _spray(body: str) -> str:
    """Return a strided_backward_spray whose right results dx, dw, db are changed by a few lines."""
    indented = body.replace("\n", "\n    ")
    return f"""
def strided_backward_spray(dy, x, w, stride, pad):
    K, L = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), dy.sum((0, 2, 3))
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            at = np.s_[:, :, i * stride : i * stride + K, j * stride : j * stride + L]
            dxp[at] += np.tensordot(dy[:, :, i, j], w, 1)
            dw += np.tensordot(dy[:, :, i, j].T, xp[at], 1)
    dx = dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    {indented}
"""


# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "other-name": (
        "renamed the function",
        "dilate",
        "",
        "def dilated(dy, stride):\n    return np.kron(dy, np.eye(stride)[:1].T * np.eye(stride)[:1])",
        "is not defined",
    ),
    "two-results": (
        "forgot a result",
        "strided_backward_spray",
        "",
        _spray("return dx, dw"),
        "returned 2 results, expected 3: dx, dw, db",
    ),
    "a-list": (
        "a list for db",
        "strided_backward_spray",
        "db",
        _spray("return dx, dw, list(db)"),
        "is a list, expected a numpy array of numbers",
    ),
    "infinity": (
        "divides by 0",
        "strided_backward_spray",
        "dx",
        _spray("return dx + np.float64(1) / 0, dw, db"),
        "holds infinity at [0, 0, 0, 0]",
    ),
    "own-error": (
        "an assertion of its own",
        "strided_forward",
        "",
        "def strided_forward(x, w, b, stride, pad):\n"
        "    assert (x.shape[2] + 2 * pad - w.shape[2]) % stride == 0, 'stride does not fit'\n"
        "    return np.zeros(3)",
        "raised AssertionError in line 2: assert (x.shape[2] + 2 * pad - w.shape[2]) % stride == 0, "
        "'stride does not fit' (stride does not fit)",
    ),
    "partner": (
        "one way by calling the other",
        "strided_backward_rotated",
        "",
        "def strided_backward_rotated(dy, x, w, stride, pad):\n    return strided_backward_spray(dy, x, w, stride, pad)",
        "write strided_backward_rotated without strided_backward_spray",
    ),
    "partner-2": (
        "the other, under another name",
        "strided_backward_rotated",
        "",
        "earlier = strided_backward_spray\n\n"
        "def strided_backward_rotated(dy, x, w, stride, pad):\n    return earlier(dy, x, w, stride, pad)",
        "write strided_backward_rotated without strided_backward_spray",
    ),
    "one-number": (
        "half of a quiz's answer",
        "output_size",
        "",
        "def output_size(n, K, stride, pad):\n    return (n + 2 * pad - K) // stride + 1",
        "Two numbers are asked for",
    ),
    "last-row": (
        "a row of dw forgotten, which is in no catalogue",
        "strided_backward_spray",
        "dw",
        _spray("dw[:, :, -1] = 0\nreturn dx, dw, db"),
        "is not right: 3 of 6 numbers differ",
    ),
    "factor": (
        "a factor that is in no catalogue",
        "dilate",
        "",
        "def dilate(dy, stride):\n"
        "    P, Q = dy.shape[2:]\n"
        "    out = np.zeros((*dy.shape[:2], P * stride - stride + 1, Q * stride - stride + 1))\n"
        "    out[:, :, ::stride, ::stride] = 0.75 * dy\n"
        "    return out",
        "is the right answer times 0.75",
    ),
}
