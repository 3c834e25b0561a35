"""The colours of a table that pandas has styled, put from its style sheet into its cells.

Style sheets are left out of a page, since they could reach all of it; a cell's own style is
cleaned.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape

CELL = re.compile(r'<(t[dhr]|table)\b([^<>]*?)\bid="(T_[\w-]+)"', re.IGNORECASE)
LIMIT = 500  # letters of a cell's style: a page repeats it for each cell


def coloured(html: str) -> str:
    """Return HTML with the styles that a style sheet gives single cells (`#T_1_row0_col0`)."""
    if 'id="T_' not in html:
        return html
    styles: dict[str, str] = {}
    for name, declarations in _rules(html):
        styles[name] = f"{styles.get(name, '')}{declarations};"[:LIMIT]

    def styled(cell: re.Match[str]) -> str:
        style = styles.get(cell[3])
        return f'<{cell[1]}{cell[2]}style="{escape(style)}"' if style else cell[0]

    return CELL.sub(styled, html)


def _rules(html: str) -> Iterator[tuple[str, str]]:
    """Yield the identifiers and the declarations of the rules of HTML's style sheets."""
    for sheet in html.split("<style")[1:]:
        text = sheet.partition("</style")[0].partition(">")[2]
        for rule in text.split("}"):
            names, _, declarations = rule.partition("{")
            short = " ".join(declarations.split())
            for name in names.split(",") if len(short) <= LIMIT else ():
                if name.strip().startswith("#"):
                    yield name.strip()[1:], short
