// Where and how things are drawn, for the live pictures and for the still ones. What follows the
// equals sign is JSON, which Python reads too (layout.py).
//
// A length is { "px": pixels, SIZE: cells for each unit of that size, ... }; the size "cells" is 1.
// Of a list of lengths the largest counts. "largest" gives names to the largest of some sizes.
// A grid has its corner x, y; "name" says where its name stands: at x, y, or dx, dy from the
// corner. A grid without one has that of its picture. "more" is the way from a name to a second
// word. "pitch" is the size by which the columns of a grid are apart, if that is not one cell.

export const LAYOUT = {
  "cell": 44,
  "square": { "inset": 1, "radius": 3 },
  "number": { "down": 28.5, "sizes": { "4": 15, "5": 11.5, "more": 9.5 } },
  "colours": {
    "paper": ["#ffffff", "#1b1b1d"],
    "ink": ["#1a1a1a", "#f2f2f2"],
    "soft": ["#5a5a5a", "#b4b4b4"],
    "line": ["#c9c9c9", "#4c4c50"],
    "zero": ["#f6f5f4", "#29292c"],
    "positive": ["#fdbf72", "#8a5200"],
    "negative": ["#b7b0d8", "#55489c"],
    "giver": ["#0060a0", "#6cc0f5"],
    "taker": ["#1a1a1a", "#f2f2f2"],
    "apart": ["#a83a00", "#ff9b66"],
    "beam": ["#0072b214", "#56b4e922"]
  },
  "spray": {
    "image": {
      "largest": { "tallest": ["rows", "kh", "M"] },
      "width": [{ "px": 206, "columns": 1, "kw": 1, "N": 1 }, { "px": 286, "columns": 1, "kw": 1 }],
      "height": [{ "px": 66, "tallest": 1 }],
      "name": { "dx": 2, "dy": -24 },
      "grids": {
        "pixel": { "x": { "px": 26 }, "y": { "px": 52, "tallest": 0.5, "rows": -0.5 } },
        "kernel": {
          "x": { "px": 110, "columns": 1 },
          "y": { "px": 52, "tallest": 0.5, "kh": -0.5 }
        },
        "output": {
          "x": { "px": 194, "columns": 1, "kw": 1 },
          "y": { "px": 52, "tallest": 0.5, "M": -0.5 }
        }
      }
    },
    "row": {
      "width": [{ "px": 96, "columns": 1, "kw": 1, "cells": -1 }],
      "height": [{ "px": 118, "cells": 3 }],
      "name": { "x": 12, "dy": 28 },
      "grids": {
        "pixel": { "x": { "px": 76, "kw": 0.5, "cells": -0.5 }, "y": { "px": 44 } },
        "kernel": { "x": { "px": 76 }, "y": { "px": 68, "cells": 1 } },
        "output": {
          "x": { "px": 76, "kw": 1, "cells": -1 },
          "y": { "px": 92, "cells": 2 },
          "pitch": "s"
        }
      }
    }
  },
  "pool_router": {
    "most_across": 19,
    "forward": {
      "width": [{ "px": 124, "W": 1, "N": 1 }, { "px": 234, "W": 1 }],
      "height": [{ "px": 66, "H": 1 }],
      "name": { "dx": 2, "dy": -24 },
      "grids": {
        "pixel": { "x": { "px": 26 }, "y": { "px": 52 } },
        "output": { "x": { "px": 110, "W": 1 }, "y": { "px": 52, "H": 0.5, "M": -0.5 } }
      }
    },
    "backward": {
      "width": [{ "px": 208, "W": 2, "N": 1 }],
      "height": [{ "px": 66, "H": 1 }],
      "name": { "dx": 2, "dy": -24 },
      "grids": {
        "pixel": { "x": { "px": 26 }, "y": { "px": 52 } },
        "output": { "x": { "px": 110, "W": 1 }, "y": { "px": 52, "H": 0.5, "M": -0.5 } },
        "gradient": { "x": { "px": 194, "W": 1, "N": 1 }, "y": { "px": 52 } }
      }
    },
    "wide": {
      "width": [{ "px": 124, "W": 1, "N": 1 }, { "px": 234, "W": 1 }],
      "height": [{ "px": 124, "H": 2 }],
      "name": { "dx": 2, "dy": -24 },
      "grids": {
        "pixel": { "x": { "px": 26 }, "y": { "px": 52 } },
        "output": { "x": { "px": 110, "W": 1 }, "y": { "px": 52, "H": 0.5, "M": -0.5 } },
        "gradient": { "x": { "px": 26 }, "y": { "px": 110, "H": 1 } }
      }
    }
  },
  "relu_mask": {
    "image": {
      "width": [{ "px": 152, "W": 3 }],
      "height": [{ "px": 114, "H": 2 }],
      "name": { "dx": 0, "dy": -22 },
      "grids": {
        "x": { "x": { "px": 24 }, "y": { "px": 48 } },
        "mask": { "x": { "px": 84, "W": 1 }, "y": { "px": 76, "H": 0.5 } },
        "y": { "x": { "px": 144, "W": 2 }, "y": { "px": 48 } },
        "dy": { "x": { "px": 144, "W": 2 }, "y": { "px": 104, "H": 1 } },
        "dx": { "x": { "px": 24 }, "y": { "px": 104, "H": 1 } }
      }
    },
    "row": {
      "width": [{ "px": 65, "W": 1 }],
      "height": [{ "px": 116, "cells": 5 }],
      "name": { "x": 4, "dy": 20 },
      "grids": {
        "x": { "x": { "px": 60 }, "y": { "px": 30 }, "name": { "x": 4, "dy": 28 } },
        "mask": { "x": { "px": 60 }, "y": { "px": 42, "cells": 1 } },
        "y": { "x": { "px": 60 }, "y": { "px": 54, "cells": 2 } },
        "dy": { "x": { "px": 60 }, "y": { "px": 90, "cells": 3 }, "name": { "x": 4, "dy": 28 } },
        "dx": { "x": { "px": 60 }, "y": { "px": 102, "cells": 4 } }
      }
    }
  },
  "toeplitz_pair": {
    "forward": {
      "width": [{ "px": 104, "cells": 1, "W": 1 }],
      "height": [{ "px": 100, "cells": 1, "N": 1 }],
      "name": { "dx": -46, "dy": 28 },
      "grids": {
        "x": { "x": { "px": 60 }, "y": { "px": 74 } },
        "T": { "x": { "px": 60 }, "y": { "px": 90, "cells": 1 } },
        "y": {
          "x": { "px": 78, "W": 1 },
          "y": { "px": 90, "cells": 1 },
          "name": { "dx": 10, "dy": -12 }
        }
      }
    },
    "pair": {
      "largest": { "tallest": ["N", "W"] },
      "width": [{ "px": 218, "cells": 2, "W": 1, "N": 1 }],
      "height": [{ "px": 100, "cells": 1, "tallest": 1 }],
      "name": { "dx": -46, "dy": 28 },
      "grids": {
        "x": { "x": { "px": 60 }, "y": { "px": 74 } },
        "T": { "x": { "px": 60 }, "y": { "px": 90, "cells": 1 } },
        "y": {
          "x": { "px": 78, "W": 1 },
          "y": { "px": 90, "cells": 1 },
          "name": { "dx": 10, "dy": -12 }
        },
        "dy": { "x": { "px": 174, "cells": 1, "W": 1 }, "y": { "px": 74 } },
        "Tᵀ": { "x": { "px": 174, "cells": 1, "W": 1 }, "y": { "px": 90, "cells": 1 } },
        "dx": {
          "x": { "px": 192, "cells": 1, "W": 1, "N": 1 },
          "y": { "px": 90, "cells": 1 },
          "name": { "dx": 10, "dy": -12 }
        }
      }
    }
  },
  "stride_trick": {
    "image": {
      "more": { "dx": 30, "dy": 0 },
      "largest": { "widest": ["N", "kw"] },
      "width": [
        { "px": 136, "widest": 1, "strip_columns": 1, "W": 1 },
        { "px": 256, "widest": 1, "strip_columns": 1 }
      ],
      "height": [
        { "px": 124, "H": 2 },
        { "px": 124, "M": 1, "kh": 1 },
        { "px": 84, "strip_rows": 1 }
      ],
      "name": { "dx": 2, "dy": -24 },
      "grids": {
        "dy": { "x": { "px": 32 }, "y": { "px": 52 } },
        "strip": { "x": { "px": 78, "widest": 1 }, "y": { "px": 52 } },
        "kernel": { "x": { "px": 32 }, "y": { "px": 112, "M": 1 } },
        "trick": { "x": { "px": 124, "widest": 1, "strip_columns": 1 }, "y": { "px": 52 } },
        "spray": {
          "x": { "px": 124, "widest": 1, "strip_columns": 1 },
          "y": { "px": 112, "H": 1 }
        }
      }
    },
    "row": {
      "more": { "dx": 0, "dy": 18 },
      "width": [
        { "px": 114, "strip_columns": 1 },
        { "px": 114, "first": -1, "W": 1, "kw": 1, "cells": -1 }
      ],
      "height": [{ "px": 182, "cells": 5 }],
      "name": { "x": 12, "dy": 20 },
      "grids": {
        "dy": { "x": { "px": 98, "first": -1, "around": 1 }, "y": { "px": 26 } },
        "strip": { "x": { "px": 98 }, "y": { "px": 70, "cells": 1 } },
        "kernel": { "x": { "px": 98, "first": -1 }, "y": { "px": 102, "cells": 2 } },
        "trick": {
          "x": { "px": 98, "first": -1, "kw": 0.5, "cells": -0.5 },
          "y": { "px": 132, "cells": 3 }
        },
        "spray": {
          "x": { "px": 98, "first": -1, "kw": 0.5, "cells": -0.5 },
          "y": { "px": 158, "cells": 4 }
        }
      }
    }
  },
  "jacobian_explorer": {
    "layer": {
      "largest": { "widest": ["D", "C"] },
      "width": [
        { "px": 174, "widest": 1, "columns": 1 },
        { "px": 174, "widest": 1, "tensor_width": 1 },
        { "px": 484, "widest": 1 }
      ],
      "height": [
        { "px": 134, "cells": 3, "D": 1, "upstream": 1 },
        { "px": 76, "rows": 1, "tensor_height": 1 }
      ],
      "name": { "x": 8, "dy": 22 },
      "grids": {
        "x": { "x": { "px": 70 }, "y": { "px": 30 } },
        "W": { "x": { "px": 70 }, "y": { "px": 60, "cells": 1 } },
        "b": { "x": { "px": 70 }, "y": { "px": 90, "cells": 1, "D": 1 } },
        "y": { "x": { "px": 70 }, "y": { "px": 120, "cells": 2, "D": 1 } },
        "dL/dy": { "x": { "px": 70 }, "y": { "px": 150, "cells": 3, "D": 1 } },
        "entry": {
          "x": { "px": 162, "widest": 1 },
          "y": { "px": 62, "tensor_height": 1 },
          "name": { "dx": 0, "y": 24 }
        }
      }
    }
  }
};
