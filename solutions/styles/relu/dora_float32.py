"""float32, which loses nothing where numbers are only passed on."""

import numpy as np


# %% relu_forward
def relu_forward(x):
    return np.maximum(np.float32(0), x.astype(np.float32))


# %% relu_backward
def relu_backward(dy, x):
    return (dy * (x > 0)).astype("float32")


# %% mask_is_enough
def mask_is_enough(jacobian):
    J = np.array(jacobian, dtype=np.float32)
    return bool(np.allclose(J, np.diag(J.diagonal())))
