"""Prints, logs and writes to stderr."""

MESSAGES = (
    "db has shape (1, C)",
    "shares its memory with the input dy",
)  # what the checks must say

# %%
import logging, os, sys

logging.basicConfig()
log = logging.getLogger("fay")


# %% affine_backward
def affine_backward(dy, x, w):
    print("shapes:", dy.shape, x.shape, w.shape)
    print("this goes to stderr", file=sys.stderr)
    log.warning("and this to a log")
    return dy @ w.T, x.T @ dy, dy.sum(0)


# %% affine_backward_row
def affine_backward_row(dy, x, w):
    os.write(2, b"straight to the file descriptor")
    return dy @ w.T, x.T @ dy, dy
