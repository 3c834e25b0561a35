"""LaTeX equations as MathML, which a browser typesets without a script and without a network."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from functools import lru_cache
from html import escape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert

ELEMENTS = re.compile(
    "math|mrow|mi|mn|mo|mtext|mspace|mfrac|msqrt|mroot|mstyle|msub|msup|msubsup"
    "|munder|mover|munderover|mtable|mtr|mtd"
)
ATTRIBUTES = re.compile(
    "display|displaystyle|scriptlevel|width|stretchy|fence|form|minsize|maxsize|accent"
    "|linethickness|lspace|rspace|style"
)
TAG = re.compile(r"\\tag\{([^{}]*)\}")
ROW_GAP = re.compile(r"\\\\\s*\[[^\]]*\]")  # \\[2pt]: the converter takes the length for text
FONTS = "font-family:'Latin Modern Math','STIX Two Math','Cambria Math','DejaVu Math TeX Gyre',math"
NUMBERED = "display:flex;align-items:center;gap:1em;overflow-x:auto"
NAMES = frozenset({"log", "exp", "max", "min"})
OPENS, CLOSES = frozenset("([{⟨⌊⌈"), frozenset(")]}⟩⌋⌉|′")
BOLD = {"A": 0x1D400, "a": 0x1D41A, "0": 0x1D7CE}  # where Unicode's mathematical bold letters begin
THIN = "0.167em"


class Unconverted(Exception):
    """An equation cannot be converted to MathML; the text says why."""


@lru_cache(4096)
def mathml(latex: str, block: bool = False) -> str:
    """Return an equation as MathML, or as code where it cannot be converted."""
    try:
        return converted(latex, block)
    except Unconverted:
        return f"<code>{escape(latex)}</code>"


def converted(latex: str, block: bool = False) -> str:
    """Return an equation as MathML, the number of a \\tag at its right.

    block: whether the equation stands alone, and not in a line of text

    Raises Unconverted if the converter refuses the equation, or if it makes more of it than
    MathML's own elements: it lets markup through (\\text{<img ...>}) and knows \\href. Of the
    attributes only harmless ones are kept.
    """
    number = TAG.search(latex)
    root = _parsed(latex, block)
    for element in list(root.iter()):
        if not ELEMENTS.fullmatch(element.tag):
            raise Unconverted(f"{latex}: <{element.tag}> is not MathML")
        if "\\" in (element.text or ""):
            raise Unconverted(f"{latex}: {element.text} is not known")
        _mend(element, block)
        _drop_attributes(element)
    root.set("style", f"{FONTS};flex:1" if number else FONTS)
    equation = ElementTree.tostring(root, encoding="unicode")
    if number is None:
        return equation
    return f'<span style="{NUMBERED}">{equation}<span>({escape(number[1])})</span></span>'


def _parsed(latex: str, block: bool) -> Element:
    """Return what the converter makes of an equation without its number."""
    body = ROW_GAP.sub(r"\\\\", TAG.sub("", latex))
    try:
        text = convert(body, xmlns="", display="block" if block else "inline")
        root = ElementTree.fromstring(text)
    except Exception as error:  # the converter has many of its own, and lets others through
        raise Unconverted(f"{latex}: {type(error).__name__} {error}") from None
    root.attrib.pop("xmlns", None)
    return root


def _drop_attributes(element: Element) -> None:
    kept = {name: value for name, value in element.attrib.items() if ATTRIBUTES.fullmatch(name)}
    element.attrib = kept


def _mend(element: Element, block: bool) -> None:
    """Turn the converter's older MathML into MathML Core, which browsers have.

    Space is set as TeX sets it.
    """
    element.attrib.pop("style", None)
    _join_bold_letters(element)
    if element.get("mathvariant") == "bold":
        element.text = "".join(map(_bold, element.text or ""))
    if element.tag in REPAIRS:
        REPAIRS[element.tag](element, block)
    else:
        _mend_text(element)
    if element.tag in ROWS:
        _space(element)


def _join_bold_letters(element: Element) -> None:
    """Make a single name of a row of bold letters: dx."""
    if element.tag != "mrow" or len(element) < 2:
        return
    if all(child.get("mathvariant") == "bold" for child in element):
        element.tag = "mi"
        element.text = "".join(child.text or "" for child in element)
        element[:] = []
        element.set("mathvariant", "bold")


def _align(cell: Element, block: bool) -> None:
    """MathML Core aligns a table's cell by its style alone."""
    if "columnalign" in cell.attrib:
        side = "right" if cell.get("columnalign") == "right" else "left"
        cell.set("style", f"text-align:{side}")


def _negative_space(space: Element, block: bool) -> None:
    """MathML Core has no names of widths."""
    if space.get("width") == "negativethinmathspace":
        space.set("width", f"-{THIN}")


def _accent(over: Element, block: bool) -> None:
    """Without the attribute a hat stands far above its letter."""
    if over[-1].get("stretchy") == "false":
        over.set("accent", "true")


def _limit_below(sub: Element, block: bool) -> None:
    """Alone in a line, TeX sets the index of max and min below the word."""
    if block and sub[0].text in ("max", "min"):
        sub.tag = "munder"


def _mend_text(token: Element) -> None:
    """Repair an element by its text."""
    text = token.text or ""
    if text == "′":
        token.tag = "mo"
    elif text in NAMES:
        token.tag = "mi"
    elif text == "/" and token.tag == "mo":
        token.attrib |= {"lspace": "0", "rspace": "0"}


# The repair of an element by its tag; what has none here is repaired by its text.
REPAIRS: dict[str, Callable[[Element, bool], None]] = {
    "mtd": _align,
    "mspace": _negative_space,
    "mover": _accent,
    "msub": _limit_below,
}
ROWS = frozenset({"math", "mrow", "mtd", "mstyle"})  # their children stand side by side


def _space(row: Element) -> None:
    """Set the space between the elements of a row as TeX does.

    A minus after an opening bracket or another sign is a sign of its term, and a thin space follows
    a function's name.
    """
    before: Element | None = None
    for child in list(row):
        if child.tag == "mspace":
            continue
        if child.text in ("−", "+") and _no_term(before):
            child.set("form", "prefix")
        if before is not None and _is_name(before) and _is_argument(child):
            row.insert(list(row).index(child), Element("mspace", {"width": THIN}))
        before = child


def _is_name(element: Element) -> bool:
    """Tell whether this is log, max, ..., with or without something below."""
    return element.text in NAMES or (len(element) > 0 and element[0].text in NAMES)


def _is_argument(element: Element) -> bool:
    """Tell whether this is an argument that stands after a function's name without brackets."""
    return element.text not in OPENS and element.tag != "mtext"


def _no_term(before: Element | None) -> bool:
    """Tell whether nothing stands before a sign that could be added to."""
    return before is None or (before.tag == "mo" and (before.text or "") not in CLOSES)


def _bold(letter: str) -> str:
    """Return Unicode's bold form of a letter or digit, and anything else as it is."""
    for first, code in BOLD.items():
        place = ord(letter) - ord(first)
        count = 10 if first == "0" else 26
        if 0 <= place < count:
            return chr(code + place)
    return letter
