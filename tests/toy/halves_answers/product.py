"""Reference answers to 1-halves."""


def weighted(x, w):
    """Return x * w / 2."""
    return x * w / 2


def weighted_backward(dy, x, w):
    """Return dL/dx and dL/dw of y = x * w / 2."""
    return dy * w / 2, dy * x / 2


def how_many_zeros(n):
    """Return how many of the n * n entries of dy/dx are always 0."""
    return n * n - n
