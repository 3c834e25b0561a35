"""Answers to 2-convolution, in honest styles and broken."""

from __future__ import annotations

LOOPS = {
    "correlate_1d": """
def correlate_1d(x, w, pad):
    xs = [0.0] * pad + list(x) + [0.0] * pad
    y = []
    for i in range(len(xs) - len(w) + 1):
        s = 0.0
        for u in range(len(w)):
            s += xs[i + u] * w[u]
        y.append(s)
    return np.array(y)
""",
    "spray_1d": """
def spray_1d(x, w, pad):
    n, K = len(x), len(w)
    y = np.zeros(n + 2 * pad - K + 1)
    for a in range(n):
        for u in range(K):
            i = a + pad - u
            if 0 <= i < len(y):
                y[i] += x[a] * w[u]
    return y
""",
    "toeplitz_1d": """
def toeplitz_1d(w, n, pad):
    K = len(w)
    T = np.zeros((n + 2 * pad - K + 1, n))
    for i in range(T.shape[0]):
        for a in range(n):
            u = a + pad - i
            if u >= 0 and u < K:
                T[i][a] = w[u]
    return T
""",
    "same_pad": """
def same_pad(K):
    for p in range(K):
        if 2 * p - K + 1 == 0:
            return p
    return "none"
""",
    "local_gradient": """
def local_gradient(i, j, w, shape):
    r = (w.shape[0] - 1) // 2
    M, N = shape
    g = np.zeros((M, N))
    for a in range(M):
        for b in range(N):
            u, v = a - i + r, b - j + r
            if 0 <= u <= 2 * r and 0 <= v <= 2 * r:
                g[a, b] = w[u, v]
    return g
""",
    "conv_1d_backward_spray": """
def conv_1d_backward_spray(dy, w, pad):
    dx = np.zeros(len(dy) + len(w) - 1 - 2 * pad)
    for i in range(len(dy)):
        for u in range(len(w)):
            if 0 <= i + u - pad < len(dx):
                dx[i + u - pad] += dy[i] * w[u]
    return dx
""",
    "conv_1d_backward_rotated": """
def conv_1d_backward_rotated(dy, w, pad):
    m, K = len(dy), len(w)
    n = m + K - 1 - 2 * pad
    dx = np.zeros(n)
    for a in range(n):
        for u in range(K):
            i = a + pad - (K - 1 - u)
            if 0 <= i < m:
                dx[a] += dy[i] * w[K - 1 - u]
    return dx
""",
    "backward_pad": """
def backward_pad(K, pad):
    zeros = 0
    for _ in range(K - 1):
        zeros += 1
    return zeros - pad
""",
    "conv_1d_weight_gradient": """
def conv_1d_weight_gradient(dy, x, pad):
    n, m = len(x), len(dy)
    dw = np.zeros(n + 2 * pad - m + 1)
    for u in range(len(dw)):
        for i in range(m):
            a = i + u - pad
            if 0 <= a < n:
                dw[u] += dy[i] * x[a]
    return dw
""",
    "conv_forward": """
def conv_forward(x, w, b, pad):
    N, C, H, W = x.shape
    F, C, K, L = w.shape
    y = np.zeros((N, F, H + 2 * pad - K + 1, W + 2 * pad - L + 1))
    for n in range(N):
        for f in range(F):
            for i in range(y.shape[2]):
                for j in range(y.shape[3]):
                    s = b[f]
                    for c in range(C):
                        for u in range(K):
                            for v in range(L):
                                p, q = i + u - pad, j + v - pad
                                if 0 <= p < H and 0 <= q < W:
                                    s += x[n, c, p, q] * w[f, c, u, v]
                    y[n, f, i, j] = s
    return y
""",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    N, F, P, Q = dy.shape
    _, C, K, L = w.shape
    H, W = x.shape[2:]
    dx, dw, db = np.zeros(x.shape), np.zeros(w.shape), np.zeros(F)
    for n in range(N):
        for f in range(F):
            for i in range(P):
                for j in range(Q):
                    g = dy[n, f, i, j]
                    db[f] += g
                    for c in range(C):
                        for u in range(K):
                            for v in range(L):
                                p, q = i + u - pad, j + v - pad
                                if 0 <= p < H and 0 <= q < W:
                                    dx[n, c, p, q] += g * w[f, c, u, v]
                                    dw[f, c, u, v] += g * x[n, c, p, q]
    return dx, dw, db
""",
}

EINSUM = {  # one tensor of zeros and ones says which output meets which pixel through which tap: meets[i, a, u]
    "correlate_1d": """
from numpy.lib.stride_tricks import sliding_window_view

def correlate_1d(x, w, pad):
    return np.einsum("iu,u->i", sliding_window_view(np.pad(x, pad), len(w)), w)
""",
    "spray_1d": """
def spray_1d(x, w, pad):
    return np.einsum("iau,a,u->i", meets(len(x), len(w), pad), x, w)
""",
    "toeplitz_1d": 'def toeplitz_1d(w, n, pad):\n    return np.einsum("iau,u->ia", meets(n, len(w), pad), w)',
    "same_pad": 'def same_pad(K):\n    return (K - 1) / 2 if K % 2 else "None"',
    "local_gradient": """
def local_gradient(i, j, w, shape):
    r = len(w) // 2
    rows = meets(shape[0], len(w), r)[i]
    columns = meets(shape[1], len(w), r)[j]
    return np.einsum("au,bv,uv->ab", rows, columns, w)
""",
    "conv_1d_backward_spray": """
def conv_1d_backward_spray(dy, w, pad):
    n = len(dy) + len(w) - 1 - 2 * pad
    return np.einsum("iau,i,u->a", meets(n, len(w), pad), dy, w)
""",
    "conv_1d_backward_rotated": """
def conv_1d_backward_rotated(dy, w, pad):
    K = len(w)
    wide = sliding_window_view(np.pad(dy, K - 1), K)
    return np.einsum("au,u->a", wide, np.flip(w))[pad : len(wide) - pad]
""",
    "conv_1d_weight_gradient": """
def conv_1d_weight_gradient(dy, x, pad):
    return np.einsum("iau,i,a->u", meets(len(x), len(x) + 2 * pad - len(dy) + 1, pad), dy, x)
""",
    "conv_forward": """
def conv_forward(x, w, b, pad):
    xp = np.pad(x, [(0, 0), (0, 0), (pad, pad), (pad, pad)])
    views = sliding_window_view(xp, w.shape[2:], axis=(2, 3))
    return np.einsum("ncijuv,fcuv->nfij", views, w) + b.reshape(1, -1, 1, 1)
""",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    rows = meets(x.shape[2], w.shape[2], pad)
    columns = meets(x.shape[3], w.shape[3], pad)
    dx = np.einsum("nfij,fcuv,iau,jbv->ncab", dy, w, rows, columns, optimize=True)
    dw = np.einsum("nfij,ncab,iau,jbv->fcuv", dy, x, rows, columns, optimize=True)
    return dx, dw, np.einsum("nfij->f", dy)
""",
}

FLOAT32 = {
    "correlate_1d": """
def correlate_1d(x, w, pad):
    x, w = np.pad(x, pad).astype(np.float32), w.astype(np.float32)
    return np.array([x[i:i + len(w)].dot(w) for i in range(len(x) - len(w) + 1)])
""",
    "toeplitz_1d": """
def toeplitz_1d(w, n, pad):
    m = n + 2 * pad - len(w) + 1
    T = np.zeros((m, n + 2 * pad), dtype="float32")
    for u in range(len(w)):
        T[np.arange(m), np.arange(m) + u] = w[u]
    return T[:, pad:pad + n]
""",
    "local_gradient": """
def local_gradient(i, j, w, shape):
    r = len(w) // 2
    big = np.zeros((shape[0] + 2 * r, shape[1] + 2 * r), np.float32)
    big[i:i + len(w), j:j + len(w)] = w
    return big[r:big.shape[0] - r, r:big.shape[1] - r]
""",
    "conv_1d_backward_spray": """
def conv_1d_backward_spray(dy, w, pad):
    dxp = np.zeros(len(dy) + len(w) - 1, np.float32)
    for i, g in enumerate(dy):
        dxp[i:i + len(w)] += np.float32(g) * w.astype(np.float32)
    return dxp[pad:len(dxp) - pad]
""",
    "conv_forward": """
def conv_forward(x, w, b, pad):
    x, w, b = x.astype(np.float32), w.astype(np.float32), b.astype(np.float32)
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    F, C, K, L = w.shape
    P, Q = xp.shape[2] - K + 1, xp.shape[3] - L + 1
    y = np.empty((len(x), F, P, Q), np.float32)
    for i in range(P):
        for j in range(Q):
            y[:, :, i, j] = xp[:, :, i:i + K, j:j + L].reshape(len(x), -1) @ w.reshape(F, -1).T + b
    return y
""",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    dy, w = np.float32(dy), np.float32(w)
    xp = np.float32(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    dxp, dw = np.zeros_like(xp), np.zeros_like(w)
    K, L = w.shape[2:]
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            dxp[:, :, i:i + K, j:j + L] += np.tensordot(dy[:, :, i, j], w, 1)
            dw += np.tensordot(dy[:, :, i, j].T, xp[:, :, i:i + K, j:j + L], 1)
    H, W = x.shape[2], x.shape[3]
    return dxp[:, :, pad:pad + H, pad:pad + W], dw, dy.sum((0, 2, 3))
""",
}

IM2COL = {
    "conv_forward": """
def conv_forward(x, w, b, pad):
    cut = Patches(x.shape, w.shape, pad)
    y = w.reshape(len(w), -1) @ cut.columns(x)  # F x (N P Q)
    return (y + b[:, None]).reshape(len(w), len(x), cut.P, cut.Q).transpose(1, 0, 2, 3)
""",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    cut = Patches(x.shape, w.shape, pad)
    flat = dy.transpose(1, 0, 2, 3).reshape(len(w), -1)
    dw = flat @ cut.columns(x).T
    return cut.back(w.reshape(len(w), -1).T @ flat), dw.reshape(w.shape), flat.sum(1)
""",
    "conv_1d_backward_rotated": """
def conv_1d_backward_rotated(dy, w, pad):
    return dots(widened(dy, len(w) - 1 - pad), w[::-1])
""",
    "conv_1d_backward_spray": """
def conv_1d_backward_spray(dy, w, pad):
    out = Canvas(len(dy) + len(w) - 1 - 2 * pad)
    for i, g in enumerate(dy):
        out.spray(i - pad, g * w)
    return out.row
""",
    "conv_1d_weight_gradient": "def conv_1d_weight_gradient(dy, x, pad):\n    return dots(widened(x, pad), dy)",
}

NUMPYS_OWN = {
    "correlate_1d": """
def correlate_1d(x, w, pad):
    print("correlate_1d:", x.shape, w.shape, pad)
    return np.correlate(np.concatenate([np.zeros(pad), x, np.zeros(pad)]), w, mode="valid")
""",
    "spray_1d": """
def spray_1d(x, w, pad):
    # np.convolve turns its filter round by itself, so it has to be turned before
    return np.convolve(np.pad(x, pad), w[::-1], "valid")
""",
    "toeplitz_1d": """
def toeplitz_1d(w, n, pad):
    columns = []
    for unit in np.identity(n):
        columns.append(np.correlate(np.pad(unit, pad), w))
        print("column", len(columns), columns[-1], file=sys.stderr)
    return np.stack(columns, axis=1)
""",
    "conv_1d_backward_spray": """
def conv_1d_backward_spray(dy, w, pad):
    log.warning("pad %d", pad)
    dx = np.convolve(dy, w)
    return dx[pad:-pad] if pad else dx
""",
    "conv_1d_backward_rotated": """
def conv_1d_backward_rotated(dy, w, pad):
    dx = np.correlate(dy, w[::-1], "full")
    return dx[pad:dx.size - pad]
""",
    "backward_pad": "def backward_pad(K, pad):\n    return np.convolve([1], np.ones(K)).size - 1.0 - pad",
    "conv_1d_weight_gradient": 'def conv_1d_weight_gradient(dy, x, pad):\n    return np.correlate(np.pad(x, pad), dy, "valid")',
    "conv_forward": """
def conv_forward(x, w, b, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    (N, C, Hp, Wp), (F, _, K, L) = xp.shape, w.shape
    y = np.tile(b[None, :, None, None], (N, 1, Hp - K + 1, Wp - L + 1))
    for n, f, i, c, u in itertools.product(*map(range, (N, F, Hp - K + 1, C, K))):
        y[n, f, i] += np.correlate(xp[n, c, i + u], w[f, c, u], "valid")
    print("done")
    return y
""",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw = np.zeros(xp.shape), np.zeros(w.shape)
    for n, f, i, c, u in itertools.product(*map(range, (*dy.shape[:3], *w.shape[1:3]))):
        dxp[n, c, i + u] += np.convolve(dy[n, f, i], w[f, c, u])
        dw[f, c, u] += np.correlate(xp[n, c, i + u], dy[n, f, i], "valid")
    keep = slice(pad, -pad or None)
    return dxp[:, :, keep, keep], dw, dy.sum(axis=(0, 2, 3))
""",
}

FOURIER = {  # right to 15 digits, and hardly ever exact
    "correlate_1d": """
def correlate_1d(x, w, pad):
    size = len(x) + 2 * pad
    Y = np.fft.rfft(np.pad(x, pad)) * np.conj(np.fft.rfft(w, size))
    return np.fft.irfft(Y, size)[: size - len(w) + 1]
""",
    "spray_1d": """
def spray_1d(x, w, pad):
    size = len(x) + 2 * pad + len(w) - 1
    y = np.fft.ifft(np.fft.fft(np.pad(x, pad), size) * np.fft.fft(w[::-1], size))
    return y.real[len(w) - 1 : len(x) + 2 * pad]
""",
    "toeplitz_1d": """
def toeplitz_1d(w, n, pad):
    size = n + 2 * pad
    units = np.pad(np.eye(n), ((0, 0), (pad, pad)))
    columns = np.fft.irfft(np.fft.rfft(units) * np.conj(np.fft.rfft(w, size)), size)
    return columns[:, : size - len(w) + 1].T
""",
    "local_gradient": """
def local_gradient(i, j, w, shape):
    one = np.zeros(shape)
    one[i, j] = 1
    r, full = len(w) // 2, (shape[0] + len(w) - 1, shape[1] + len(w) - 1)
    g = np.fft.irfft2(np.fft.rfft2(one, full) * np.fft.rfft2(w, full), full)
    return g[r : r + shape[0], r : r + shape[1]]
""",
    "conv_1d_backward_spray": """
def conv_1d_backward_spray(dy, w, pad):
    size = len(dy) + len(w) - 1
    dx = np.fft.irfft(np.fft.rfft(dy, size) * np.fft.rfft(w, size), size)
    return dx[pad : size - pad]
""",
    "conv_1d_backward_rotated": """
def conv_1d_backward_rotated(dy, w, pad):
    K = len(w)
    size = len(dy) + 2 * (K - 1)
    D = np.fft.rfft(np.pad(dy, K - 1), size) * np.fft.rfft(w[::-1], size).conj()
    return np.fft.irfft(D, size)[pad : len(dy) + K - 1 - pad]
""",
    "conv_1d_weight_gradient": """
def conv_1d_weight_gradient(dy, x, pad):
    size = len(x) + 2 * pad
    D = np.fft.rfft(np.pad(x, pad), size) * np.fft.rfft(dy, size).conj()
    return np.fft.irfft(D, size)[: size - len(dy) + 1]
""",
    "conv_forward": """
def conv_forward(x, w, b, pad):
    size = (x.shape[2] + 2 * pad, x.shape[3] + 2 * pad)
    X = np.fft.rfft2(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    Y = np.einsum("nchw,fchw->nfhw", X, np.fft.rfft2(w, size).conj())
    y = np.fft.irfft2(Y, size)
    return y[:, :, : size[0] - w.shape[2] + 1, : size[1] - w.shape[3] + 1] + b[:, None, None]
""",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    H, W = x.shape[2:]
    size = (H + 2 * pad, W + 2 * pad)
    D, V = np.fft.rfft2(dy, size), np.fft.rfft2(w, size)
    X = np.fft.rfft2(np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad))))
    dx = np.fft.irfft2(np.einsum("nfhw,fchw->nchw", D, V), size)
    dw = np.fft.irfft2(np.einsum("nfhw,nchw->fchw", D.conj(), X), size)
    return dx[:, :, pad : pad + H, pad : pad + W], dw[:, :, : w.shape[2], : w.shape[3]], dy.sum((0, 2, 3))
""",
}

IN_PLACE = {
    "conv_1d_backward_rotated": """
def conv_1d_backward_rotated(dy, w, pad):
    w[:] = w[::-1].copy()
    dy = np.pad(dy, len(w) - 1)
    dx = [dy[a : a + len(w)] @ w for a in range(dy.size - len(w) + 1)]
    return np.array(dx[pad : len(dx) - pad])
""",
    "spray_1d": """
def spray_1d(x, w, pad):
    y = np.zeros(x.size + 2 * pad + w.size - 1)
    for a in range(x.size):
        y[a + pad : a + pad + w.size] += x[a] * w[::-1]
        x[a] = 0  # sprayed
    return y[w.size - 1 : x.size + 2 * pad]
""",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    N, C, H, W = x.shape
    xp = np.zeros((N, C, H + 2 * pad, W + 2 * pad))
    xp[:, :, pad : pad + H, pad : pad + W] = x
    dxp, dw = 0 * xp, 0 * w
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            for n in range(N):
                piece = np.s_[n, :, i : i + w.shape[2], j : j + w.shape[3]]
                for f in range(len(w)):
                    dxp[piece] += dy[n, f, i, j] * w[f]
                    dw[f] += dy[n, f, i, j] * xp[piece]
    for n in range(1, N):
        dy[0] += dy[n]
    return [dxp[:, :, pad : pad + H, pad : pad + W], dw, dy[0].sum(axis=-1).sum(axis=-1)]
""",
}

CALLABLES = {
    "correlate_1d": 'correlate_1d = lambda x, w, pad: np.correlate(np.pad(x, pad), w, mode="valid")',
    "spray_1d": """
import functools

def scattered(turned, signal, kernel, p):
    K = len(kernel)
    out = np.zeros(len(signal) + 2 * p + K - 1)
    for place, value in enumerate(signal, p):
        out[place : place + K] += value * (kernel[::-1] if turned else kernel)
    return out[K - 1 : len(signal) + 2 * p]

spray_1d = functools.partial(scattered, True)
""",
    "toeplitz_1d": """
class Toeplitz:
    def __call__(self, w, n, pad):
        rows = [np.concatenate([np.zeros(i), w, np.zeros(n + 2 * pad - len(w) - i)]) for i in range(n + 2 * pad - len(w) + 1)]
        return np.array(rows)[:, pad : pad + n]

toeplitz_1d = Toeplitz()
""",
    "same_pad": 'same_pad = {K: K // 2 if K % 2 else "none" for K in range(1000)}.get',
    "backward_pad": "backward_pad = lambda K, pad: np.int64(K) - 1 - pad",
    "local_gradient": """
def local_gradient(*args):
    i, j, w, (M, N) = args
    r = len(w) // 2
    inside = lambda a, b: abs(a - i) <= r and abs(b - j) <= r
    return np.array([[w[a - i + r, b - j + r] if inside(a, b) else 0 for b in range(N)] for a in range(M)])
""",
    "conv_forward": """
def conv_forward(X, W, B, p=0, *, dtype=float):
    X = np.pad(X, ((0,), (0,), (p,), (p,)))
    y = sum(
        np.tensordot(X[:, :, u : u + X.shape[2] - W.shape[2] + 1, v : v + X.shape[3] - W.shape[3] + 1], W[:, :, u, v], (1, 1))
        for u in range(W.shape[2]) for v in range(W.shape[3])
    )
    return np.moveaxis(y + B, -1, 1).astype(dtype)
""",
}

FANCY = {
    "correlate_1d": """
def correlate_1d(x, w, pad):
    places = np.arange(len(x) + 2 * pad - len(w) + 1)[:, None] + np.arange(len(w))
    return np.pad(x, pad)[places] @ w
""",
    "spray_1d": """
def spray_1d(x, w, pad):
    m = len(x) + 2 * pad - len(w) + 1
    i = np.arange(len(x))[:, None] + pad - np.arange(len(w))
    hit = (i >= 0) & (i < m)
    return np.bincount(i[hit], weights=np.outer(x, w)[hit], minlength=m)
""",
    "toeplitz_1d": """
def toeplitz_1d(w, n, pad):
    u = np.arange(n) + pad - np.arange(n + 2 * pad - len(w) + 1)[:, None]
    return np.where((u >= 0) & (u < len(w)), w[np.clip(u, 0, len(w) - 1)], 0)
""",
    "local_gradient": """
def local_gradient(i, j, w, shape):
    a, b = np.indices(shape)
    r = len(w) // 2
    u, v = a - i + r, b - j + r
    hit = (u >= 0) & (v >= 0) & (u < len(w)) & (v < len(w))
    g = np.zeros(shape)
    g[hit] = w[u[hit], v[hit]]
    return g
""",
    "conv_1d_backward_spray": """
def conv_1d_backward_spray(dy, w, pad):
    dx = np.zeros(len(dy) + len(w) - 1)
    np.add.at(dx, np.add.outer(np.arange(len(dy)), np.arange(len(w))), np.outer(dy, w))
    return np.delete(dx, [*range(pad), *range(len(dx) - pad, len(dx))])
""",
    "conv_1d_weight_gradient": """
def conv_1d_weight_gradient(dy, x, pad):
    places = np.add.outer(np.arange(len(x) + 2 * pad - len(dy) + 1), np.arange(len(dy)))
    return np.pad(x, pad).take(places).dot(dy)
""",
    "conv_forward": """
def conv_forward(x, w, b, pad):
    K, L = w.shape[2:]
    P, Q = x.shape[2] + 2 * pad - K + 1, x.shape[3] + 2 * pad - L + 1
    rows = (np.arange(P)[:, None] + np.arange(K))[:, None, :, None]
    columns = (np.arange(Q)[:, None] + np.arange(L))[None, :, None, :]
    cut = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))[:, :, rows, columns]  # N, C, P, Q, K, L
    y = np.tensordot(cut, w, axes=([1, 4, 5], [1, 2, 3]))  # N, P, Q, F
    return np.rollaxis(y, 3, 1) + b[None, :, None, None]
""",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    (N, F, P, Q), (_, C, K, L) = dy.shape, w.shape
    n, c, i, j, u, v = np.ogrid[:N, :C, :P, :Q, :K, :L]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp = np.zeros(xp.shape)
    np.add.at(dxp, (n, c, i + u, j + v), np.tensordot(dy, w, (1, 0)).transpose(0, 3, 1, 2, 4, 5))
    dw = np.tensordot(dy, xp[n, c, i + u, j + v], ([0, 2, 3], [0, 2, 3]))
    db = np.bincount(np.repeat(np.tile(np.arange(F), N), P * Q), dy.ravel())
    return dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]], dw, db
""",
}

MATRICES = {  # everything is a matrix; earlier answers serve later ones
    "toeplitz_1d": """
def toeplitz_1d(w, n, pad):
    m = n + 2 * pad - len(w) + 1
    return sum(w[u] * np.eye(m, n, u - pad) for u in range(len(w)))
""",
    "local_gradient": """
def local_gradient(i, j, w, shape):
    r = len(w) // 2
    unrolled = sum(
        w[u, v] * np.kron(np.eye(shape[0], k=u - r), np.eye(shape[1], k=v - r)) for u in range(len(w)) for v in range(len(w))
    )
    return unrolled[i * shape[1] + j].reshape(shape)
""",
    "conv_1d_backward_spray": """
def conv_1d_backward_spray(dy, w, pad):
    n = len(dy) + len(w) - 1 - 2 * pad
    sprays = np.array([np.eye(len(dy), n, u - pad) for u in range(len(w))])  # tap, output, pixel
    return dy @ np.tensordot(w, sprays, 1)
""",
    "conv_1d_backward_rotated": """
def conv_1d_backward_rotated(dy, w, pad):
    p = len(w) - 1 - pad
    if p < 0:
        dy, p = dy[-p : len(dy) + p], 0
    return correlate_1d(dy, w[::-1], p)
""",
    "conv_1d_weight_gradient": "def conv_1d_weight_gradient(dy, x, pad):\n    return correlate_1d(x, dy, pad)",
    "conv_forward": """
def conv_forward(x, w, b, pad):
    N, C, H, W = x.shape
    (P, Q), M = unrolled(w, H, W, pad)
    return (x.reshape(N, -1) @ M.T + np.repeat(b, P * Q)).reshape(N, len(w), P, Q)
""",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    N, C, H, W = x.shape
    _, M = unrolled(w, H, W, pad)
    dx = (dy.reshape(N, -1) @ M).reshape(x.shape)
    dM = dy.reshape(N, -1).T @ x.reshape(N, -1)  # what a dense layer's weights would get
    dw = np.zeros(w.shape)
    for place in np.ndindex(*w.shape):
        one = np.zeros(w.shape)
        one[place] = 1
        dw[place] = np.sum(dM * unrolled(one, H, W, pad)[1])  # shared weights: their gradients add up
    return dx, dw, dy.sum(axis=3).sum(axis=2).sum(axis=0)
""",
}

RECURSION = {
    "correlate_1d": """
def correlate_1d(x, w, pad):
    if pad > 0:
        return correlate_1d(np.array([0, *x, 0]), w, pad - 1)
    if len(x) < len(w):
        return np.array([])
    return np.array([sum(a * b for a, b in zip(x, w)), *correlate_1d(x[1:], w, 0)])
""",
    "spray_1d": """
def spray_1d(x, w, pad, a=0):
    m = len(x) + 2 * pad - len(w) + 1
    if a == len(x):
        return np.zeros(m)
    row = [x[a] * w[a + pad - i] if 0 <= a + pad - i < len(w) else 0 for i in range(m)]
    return row + spray_1d(x, w, pad, a + 1)
""",
    "toeplitz_1d": """
def toeplitz_1d(w, n, pad):
    return np.column_stack([correlate_1d(unit, w, pad) for unit in np.eye(n)])
""",
    "same_pad": """
def same_pad(K):
    if K < 2:
        return ("none", 0)[K]
    less = same_pad(K - 2)
    return less if less == "none" else less + 1
""",
    "conv_1d_backward_spray": """
def conv_1d_backward_spray(dy, w, pad):
    K = len(w)
    enough = max(K - 1 - pad, 0)
    dx = spray_1d(dy, w[::-1], enough)  # forward sprays with w', so backward must turn it once more
    cut = max(pad - K + 1, 0)
    warnings.warn("cuts off %d" % cut, stacklevel=1)
    return dx[cut : len(dx) - cut]
""",
    "conv_1d_backward_rotated": """
def conv_1d_backward_rotated(dy, w, pad):
    return correlate_1d(dy, w[::-1], len(w) - 1)[pad : len(dy) + len(w) - 1 - pad]
""",
    "backward_pad": "def backward_pad(K, pad):\n    return K - 1 if pad == 0 else backward_pad(K, pad - 1) - 1",
    "conv_backward": """
def conv_backward(dy, x, w, pad):
    nothing = lambda n: np.zeros(n)
    K, L = w.shape[2:]
    wide = np.pad(dy, ((0, 0), (0, 0), (K - 1, K - 1), (L - 1, L - 1)))
    dx = conv_forward(wide, w.transpose(1, 0, 2, 3)[:, :, ::-1, ::-1], nothing(x.shape[1]), 0)
    dx = dx[:, :, pad : dx.shape[2] - pad, pad : dx.shape[3] - pad]
    dw = conv_forward(x.transpose(1, 0, 2, 3), dy.transpose(1, 0, 2, 3), nothing(dy.shape[1]), pad).transpose(1, 0, 2, 3)
    return dx, dw, np.apply_over_axes(np.sum, dy, [0, 2, 3]).ravel()
""",
}

# student -> (what is special, answers that differ from the references, what the checks must say)
STYLES: dict[str, tuple[str, dict[str, str], tuple[str, ...]]] = {
    "bela": ("loops everywhere", LOOPS, ()),
    "chen": ("einsum over a tensor of zeros and ones", EINSUM, ()),
    "dora": ("float32", FLOAT32, ("float32: seven digits",)),
    "emil": ("im2col and other helpers in extra cells", IM2COL, ()),
    "fay": ("np.correlate and np.convolve; prints and logs", NUMPYS_OWN, ()),
    "gita": ("the Fourier transform", FOURIER, ()),
    "hugo": (
        "changes its inputs, returns a list",
        IN_PLACE,
        (
            "it changes its input x in place; whoever called it finds another x afterwards",
            "it changes its input w in place",
            "it changes its input dy in place",
        ),
    ),
    "ines": ("a lambda, a partial, an object, a dictionary's get", CALLABLES, ()),
    "jana": ("fancy indexing, np.add.at, np.bincount", FANCY, ()),
    "kofi": ("matrices and kron; answers that call earlier ones", MATRICES, ()),
    "lena": ("recursion, a forward pass in the backward one, a warning", RECURSION, ("warned: UserWarning",)),
}

# student -> extra cells
HELPERS: dict[str, tuple[str, ...]] = {
    "chen": (
        """
def meets(n, K, pad):
    i, a, u = np.ogrid[: n + 2 * pad - K + 1, :n, :K]
    return (i + u == a + pad).astype(float)
""",
    ),
    "emil": (
        """
def widened(row, pad):
    return np.pad(row, pad) if pad >= 0 else row[-pad:pad]

def dots(row, taps):
    return np.array([taps.dot(row[k : k + taps.size]) for k in range(row.size - taps.size + 1)])
""",
        """
class Canvas:
    def __init__(self, size):
        self.row = np.zeros(size)

    def spray(self, start, values):
        for place, value in enumerate(values, start):
            if 0 <= place < self.row.size:
                self.row[place] += value
""",
        """
class Patches:
    def __init__(self, image, filters, pad):
        self.N, self.C, self.H, self.W = image
        self.K, self.L = filters[2:]
        self.pad = pad
        self.P, self.Q = self.H + 2 * pad - self.K + 1, self.W + 2 * pad - self.L + 1

    def taps(self):
        for u in range(self.K):
            for v in range(self.L):
                yield u, v, (slice(None), slice(None), slice(u, u + self.P), slice(v, v + self.Q))

    def columns(self, x):
        p = self.pad
        x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        out = np.empty((self.C, self.K, self.L, self.N, self.P, self.Q))
        for u, v, seen in self.taps():
            out[:, u, v] = x[seen].transpose(1, 0, 2, 3)
        return out.reshape(self.C * self.K * self.L, -1)

    def back(self, columns):
        columns = columns.reshape(self.C, self.K, self.L, self.N, self.P, self.Q)
        x = np.zeros((self.N, self.C, self.H + 2 * self.pad, self.W + 2 * self.pad))
        for u, v, seen in self.taps():
            x[seen] += columns[:, u, v].transpose(1, 0, 2, 3)
        return x[:, :, self.pad : self.pad + self.H, self.pad : self.pad + self.W]
""",
    ),
    "fay": ("import itertools, logging, sys\nlogging.basicConfig()\nlog = logging.getLogger('fay')",),
    "kofi": (
        """
def unrolled(w, H, W, pad):
    \"\"\"The matrix (F P Q, C H W) of the whole layer.\"\"\"
    F, C, K, L = w.shape
    P, Q = H + 2 * pad - K + 1, W + 2 * pad - L + 1
    M = np.zeros((F * P * Q, C * H * W))
    for u in range(K):
        for v in range(L):
            M += np.kron(w[:, :, u, v], np.kron(np.eye(P, H, u - pad), np.eye(Q, W, v - pad)))
    return (P, Q), M
""",
    ),
    "lena": ("import warnings",),
}


def _backward(body: str) -> str:
    """Return a conv_backward of 2-convolution whose right results dx, dw, db are changed by a few lines."""
    indented = body.replace("\n", "\n    ")
    return f"""
def conv_backward(dy, x, w, pad):
    K, L = w.shape[2:]
    xp = np.pad(x, ((0, 0), (0, 0), (pad, pad), (pad, pad)))
    dxp, dw, db = np.zeros(xp.shape), np.zeros(w.shape), dy.sum((0, 2, 3))
    for i in range(dy.shape[2]):
        for j in range(dy.shape[3]):
            dxp[:, :, i : i + K, j : j + L] += np.tensordot(dy[:, :, i, j], w, 1)
            dw += np.tensordot(dy[:, :, i, j].T, xp[:, :, i : i + K, j : j + L], 1)
    dx = dxp[:, :, pad : pad + x.shape[2], pad : pad + x.shape[3]]
    {indented}
"""


# student -> (what is special, exercise, the part that is lost ("" for all), the answer, what the check must say)
BROKEN: dict[str, tuple[str, str, str, str, str]] = {
    "other-name": (
        "renamed the function",
        "correlate_1d",
        "",
        "def correlate(x, w, pad):\n    return np.correlate(np.pad(x, pad), w, 'valid')",
        "is not defined",
    ),
    "two-results": (
        "forgot a result",
        "conv_backward",
        "",
        _backward("return dx, dw"),
        "returned 2 results, expected 3: dx, dw, db",
    ),
    "a-dict": (
        "results by name",
        "conv_backward",
        "",
        _backward("return {'dx': dx, 'dw': dw, 'db': db}"),
        "returned a dict, expected 3 results: dx, dw, db",
    ),
    "a-list": (
        "a list for y",
        "correlate_1d",
        "",
        "def correlate_1d(x, w, pad):\n"
        "    x = np.pad(x, pad)\n"
        "    return [x[i : i + len(w)] @ w for i in range(len(x) - len(w) + 1)]",
        "is a list, expected a numpy array of numbers",
    ),
    "nan": (
        "NaN, and a warning",
        "conv_backward",
        "dw",
        _backward("return dx, dw * 0 / 0, db"),
        "holds NaN at [0, 0, 0, 0]",
    ),
    "own-error": (
        "raises an exception of its own",
        "conv_backward",
        "",
        _backward("raise KeyError('padding')"),
        "raised KeyError in line 10: raise KeyError('padding') ('padding')",
    ),
    "partner": (
        "one view by calling the other",
        "conv_1d_backward_rotated",
        "",
        "def conv_1d_backward_rotated(dy, w, pad):\n    return conv_1d_backward_spray(dy, w, pad)",
        "write conv_1d_backward_rotated without conv_1d_backward_spray",
    ),
    "matrix": (
        "one view by the matrix that knows both",
        "conv_1d_backward_spray",
        "",
        "def conv_1d_backward_spray(dy, w, pad):\n    return dy @ toeplitz_1d(w, len(dy) + len(w) - 1 - 2 * pad, pad)",
        "write conv_1d_backward_spray without toeplitz_1d",
    ),
    "by-nudging": (
        "the gradient by differences",
        "conv_1d_weight_gradient",
        "",
        "def conv_1d_weight_gradient(dy, x, pad):\n"
        "    K = len(x) + 2 * pad - len(dy) + 1\n"
        "    return dy @ numerical_jacobian(lambda v: correlate_1d(x, v, pad), np.zeros(K))",
        "write conv_1d_weight_gradient without numerical_jacobian",
    ),
    "factor": (
        "a factor that is in no catalogue",
        "conv_backward",
        "dx",
        _backward("return dx * 1.5, dw, db"),
        "is the right answer times 1.5",
    ),
    "last-row": (
        "a loop that ends one row early",
        "toeplitz_1d",
        "",
        "def toeplitz_1d(w, n, pad):\n"
        "    m = n + 2 * pad - len(w) + 1\n"
        "    T = np.zeros((m, n + 2 * pad))\n"
        "    for i in range(m - 1):\n"
        "        T[i, i : i + len(w)] = w\n"
        "    return T[:, pad : pad + n]",
        "is right except in row 4 (counted from 0)",
    ),
    "last-tap": (
        "one tap forgotten, which is in no catalogue",
        "conv_backward",
        "dw",
        _backward("dw[:, :, -1, -1] = 0\nreturn dx, dw, db"),
        "is not right: 1 of 6 numbers differ",
    ),
}
