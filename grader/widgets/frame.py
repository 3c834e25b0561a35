"""A widget as HTML: a frame that steps without a kernel, today and in a notebook opened again.

JupyterLab and Notebook 7 draw the view of an ipywidget only while its kernel lives, and prefer it
over all else in an output. HTML they draw from the saved notebook as well. So the HTML holds a
frame, and the frame a whole page: the widget's module, its look and its data.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from grader.show.numbers import image
from grader.widgets.bundle import in_page
from grader.widgets.layout import layout

DRAW = Path(__file__).with_suffix(".js")
# The padding leaves room for the ring of the focus. Words outside of the widget stand on the ground
# of JupyterLab, which may be dark.
LOOK = (
    "body { margin: 0; padding: 3px }\n"
    f"body[data-jp-theme-light=false] {{ color: {layout()['colours']['ink'][1]} }}\n"
)
PAGE = (
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
    "<style>{css}</style></head>"
    '<body><script type="module">{script}</script></body></html>'
)


def frame(kind: str, css: str, data: Mapping[str, Any], still: str, alternative: str) -> str:
    """Return the HTML of a widget's output. No other file is needed, and no host is asked for one.

    data: the widget's, as plain JSON;  still: its still picture as SVG;  alternative: the same as
    text

    The still picture is what a reader sees where no script runs: in a notebook that is not trusted,
    and in the pages of hosts that show notebooks and remove frames.
    """
    literal = json.dumps(data).replace("<", "\\u003c")  # no text in it can end the script
    draw = DRAW.read_text(encoding="utf-8")
    script = f"{in_page(f'{kind}.js')}\nconst given = {literal};\n{draw}"
    page = PAGE.format(title=kind, css=LOOK + css, script=script)
    style = "display:block;width:100%;border:0;overflow:hidden"
    quoted = page.replace("&", "&amp;").replace("'", "&#39;")  # the fewest signs that it takes
    attributes = f"hidden title='{kind}' style='{style}' srcdoc='{quoted}'"
    return f"<div>{image(still.encode(), alternative)}<iframe {attributes}></iframe></div>"
