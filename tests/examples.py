"""One example of every widget, by its kind, as large as a notebook shows it and with a result that
is not right.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from grader import jacobian_explorer, pool_router, relu_mask, spray, stride_trick, toeplitz_pair
from grader.widgets.grids import Widget

IMAGE = np.arange(30).reshape(5, 6) % 7 - 3.0

WIDGETS: dict[str, Callable[[], Widget]] = {
    "jacobian_explorer": lambda: jacobian_explorer(
        [1, -2, 3],
        IMAGE[:3, :4],
        [0, 1, 2, -1],
        (np.ones((4, 3)), np.ones((4, 3, 4)), np.ones((4, 4))),
    ),
    "pool_router": lambda: pool_router(
        IMAGE, (2, 3), 2, np.arange(4).reshape(2, 2), compare=np.ones((5, 6))
    ),
    "relu_mask": lambda: relu_mask(IMAGE, compare=np.ones((5, 6))),
    "spray": lambda: spray(
        IMAGE,
        np.arange(9).reshape(3, 3) - 4,
        2,
        1,
        np.arange(9).reshape(3, 3),
        compare=np.ones((5, 6)),
    ),
    "stride_trick": lambda: stride_trick(
        IMAGE, np.ones((2, 3)), 2, dy=np.arange(4).reshape(2, 2), compare=np.ones((5, 6))
    ),
    "toeplitz_pair": lambda: toeplitz_pair([1, -2, 4], 5, 1, compare=np.ones((5, 5))),
}
