"""Im2col and other helpers in extra cells."""

import numpy as np


# %%
def widened(row, pad):
    return np.pad(row, pad) if pad >= 0 else row[-pad:pad]


def dots(row, taps):
    return np.array([taps.dot(row[k : k + taps.size]) for k in range(row.size - taps.size + 1)])


# %%
class Canvas:
    def __init__(self, size):
        self.row = np.zeros(size)

    def spray(self, start, values):
        for place, value in enumerate(values, start):
            if 0 <= place < self.row.size:
                self.row[place] += value


# %%
class Patches:
    def __init__(self, image, filters, pad):
        self.N, self.C, self.H, self.W = image
        self.kh, self.kw = filters[2:]
        self.pad = pad
        self.P, self.Q = self.H + 2 * pad - self.kh + 1, self.W + 2 * pad - self.kw + 1

    def taps(self):
        for u in range(self.kh):
            for v in range(self.kw):
                yield u, v, (slice(None), slice(None), slice(u, u + self.P), slice(v, v + self.Q))

    def columns(self, x):
        p = self.pad
        x = np.pad(x, ((0, 0), (0, 0), (p, p), (p, p)))
        out = np.empty((self.C, self.kh, self.kw, self.N, self.P, self.Q))
        for u, v, seen in self.taps():
            out[:, u, v] = x[seen].transpose(1, 0, 2, 3)
        return out.reshape(self.C * self.kh * self.kw, -1)

    def back(self, columns):
        columns = columns.reshape(self.C, self.kh, self.kw, self.N, self.P, self.Q)
        x = np.zeros((self.N, self.C, self.H + 2 * self.pad, self.W + 2 * self.pad))
        for u, v, seen in self.taps():
            x[seen] += columns[:, u, v].transpose(1, 0, 2, 3)
        return x[:, :, self.pad : self.pad + self.H, self.pad : self.pad + self.W]


# %% conv_forward
def conv_forward(x, w, b, pad):
    cut = Patches(x.shape, w.shape, pad)
    y = w.reshape(len(w), -1) @ cut.columns(x)  # F x (N P Q)
    return (y + b[:, None]).reshape(len(w), len(x), cut.P, cut.Q).transpose(1, 0, 2, 3)


# %% conv_backward
def conv_backward(dy, x, w, pad):
    cut = Patches(x.shape, w.shape, pad)
    flat = dy.transpose(1, 0, 2, 3).reshape(len(w), -1)
    dw = flat @ cut.columns(x).T
    return cut.back(w.reshape(len(w), -1).T @ flat), dw.reshape(w.shape), flat.sum(1)


# %% conv_1d_backward_rotated
def conv_1d_backward_rotated(dy, w, pad):
    return dots(widened(dy, len(w) - 1 - pad), w[::-1])


# %% conv_1d_backward_spray
def conv_1d_backward_spray(dy, w, pad):
    out = Canvas(len(dy) + len(w) - 1 - 2 * pad)
    for i, g in enumerate(dy):
        out.spray(i - pad, g * w)
    return out.row


# %% conv_1d_weight_gradient
def conv_1d_weight_gradient(dy, x, pad):
    return dots(widened(x, pad), dy)
