"""LaTeX equations as MathML, which a browser sets without a script and without a network."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ElementTree
from functools import lru_cache
from html import escape
from xml.etree.ElementTree import Element

from latex2mathml.converter import convert

ELEMENTS = re.compile(
    "math|mrow|mi|mn|mo|mtext|mspace|mfrac|msqrt|mroot|mstyle|msub|msup|msubsup|munder|mover|munderover|mtable|mtr|mtd"
)
ATTRIBUTES = re.compile(
    "display|displaystyle|scriptlevel|width|stretchy|fence|form|minsize|maxsize|accent|linethickness|lspace|rspace|style"
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
    """An equation that does not become MathML; says why."""


@lru_cache(4096)
def mathml(latex: str, block: bool = False) -> str:
    """Return an equation as MathML, or as code where it cannot be converted."""
    try:
        return converted(latex, block)
    except Unconverted:
        return f"<code>{escape(latex)}</code>"


def converted(latex: str, block: bool = False) -> str:
    """Return an equation as MathML, the number of a \\tag at its right. Raises Unconverted.

    The converter lets markup through (\\text{<img ...>}) and knows \\href: what it returns must be well-formed, of MathML's
    own elements, and keeps harmless attributes only.
    """
    number = TAG.search(latex)
    body = ROW_GAP.sub(r"\\\\", TAG.sub("", latex))
    try:
        text = convert(body, xmlns="", display="block" if block else "inline")
        root = ElementTree.fromstring(text)
    except Exception as error:  # the converter has many of its own, and lets others through
        raise Unconverted(f"{latex}: {type(error).__name__} {error}") from None
    root.attrib.pop("xmlns", None)
    for element in list(root.iter()):
        if not ELEMENTS.fullmatch(element.tag):
            raise Unconverted(f"{latex}: <{element.tag}> is not MathML")
        if "\\" in (element.text or ""):
            raise Unconverted(f"{latex}: {element.text} is not known")
        _mend(element, block)
        element.attrib = {name: value for name, value in element.attrib.items() if ATTRIBUTES.fullmatch(name)}
    root.set("style", f"{FONTS};flex:1" if number else FONTS)
    made = ElementTree.tostring(root, encoding="unicode")
    return f'<span style="{NUMBERED}">{made}<span>({escape(number[1])})</span></span>' if number else made


def _mend(element: Element, block: bool) -> None:
    """Say in MathML Core, which browsers have, what the converter says in older MathML; space as TeX does."""
    element.attrib.pop("style", None)
    if element.tag == "mrow" and len(element) > 1 and all(child.get("mathvariant") == "bold" for child in element):
        element.tag, element.text = "mi", "".join(child.text or "" for child in element)  # dx, a single name
        element[:] = []
        element.set("mathvariant", "bold")
    if element.get("mathvariant") == "bold":
        element.text = "".join(map(_bold, element.text or ""))
    text = element.text or ""
    if element.tag == "mtd" and "columnalign" in element.attrib:
        element.set("style", f"text-align:{'right' if element.get('columnalign') == 'right' else 'left'}")
    elif element.tag == "mspace" and element.get("width") == "negativethinmathspace":
        element.set("width", f"-{THIN}")
    elif element.tag == "mover" and element[-1].get("stretchy") == "false":
        element.set("accent", "true")
    elif element.tag == "msub" and block and element[0].text in ("max", "min"):
        element.tag = "munder"
    elif text == "′":
        element.tag = "mo"
    elif text in NAMES:
        element.tag = "mi"
    elif element.tag == "mo" and text == "/":
        element.attrib |= {"lspace": "0", "rspace": "0"}
    if element.tag in ("math", "mrow", "mtd", "mstyle"):
        _space(element)


def _space(row: Element) -> None:
    """Set a minus sign after an opening bracket or another sign as a sign, and a thin space after a function's name."""
    before: Element | None = None
    for child in list(row):
        if child.tag == "mspace":
            continue
        if child.text in ("−", "+") and _no_term(before):
            child.set("form", "prefix")
        if before is not None and _is_name(before) and child.text not in OPENS and child.tag != "mtext":
            row.insert(list(row).index(child), Element("mspace", {"width": THIN}))
        before = child


def _is_name(element: Element) -> bool:
    """Tell whether this is log, max, ..., with or without something below."""
    return element.text in NAMES or (len(element) > 0 and element[0].text in NAMES)


def _no_term(before: Element | None) -> bool:
    return before is None or (before.tag == "mo" and (before.text or "") not in CLOSES)


def _bold(letter: str) -> str:
    for first, code in BOLD.items():
        place = ord(letter) - ord(first)
        if 0 <= place < (10 if first == "0" else 26):
            return chr(code + place)
    return letter
