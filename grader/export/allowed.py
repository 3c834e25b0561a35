"""Which HTML of a stranger's may stand on a page: elements, attributes, styles and addresses.

nh3 does the cleaning (grader/export/safe.py); this is what it is told.
"""

from __future__ import annotations

import re
from typing import Any

# What a verdict is made of. No class and no id: formgrader's scripts act on those.
ELEMENTS = """a b blockquote br code details div em i li ol p pre span strong sub summary sup table
tbody td th thead tr ul"""
ATTRIBUTES = frozenset(
    {"aria-hidden", "aria-label", "colspan", "href", "open", "role", "rowspan", "scope", "style"}
)
STYLES = """background border border-bottom border-collapse border-left border-radius border-right
border-top color display flex flex-wrap font-family font-size font-style font-weight gap line-height
margin margin-bottom margin-left margin-right margin-top max-width opacity outline outline-offset
overflow-x padding text-align vertical-align white-space"""
PROTOCOLS = ("http", "https", "mailto")
# What would fetch something, or lay itself over what stands before it
HARMFUL = re.compile(r"url|image|src|\\|@|margin[^;]*:[^;]*-", re.IGNORECASE)

# What Markdown and other outputs are made of: figures, tables of data, `progress`
MORE_ELEMENTS = """abbr audio big caption center cite col colgroup dd del dfn dl dt figcaption
figure font h1 h2 h3 h4 h5 h6 hr img ins kbd mark q s samp section small strike
tfoot tt u var video"""
MORE_ATTRIBUTES = frozenset({"align", "bgcolor", "class", "height", "title", "valign", "width"})
# It makes a layer, which is drawn over what follows it: with too small a height, a student's answer
# would cover its points.
LAYERS = {"opacity"}
MORE_STYLES = """background-color clear float height list-style list-style-type max-height min-width
overflow padding-bottom padding-left padding-right padding-top text-decoration width"""
OF_ELEMENTS = {
    "a": {"id", "name"},
    "audio": {"controls", "loop", "src"},
    "font": {"color", "face", "size"},
    "img": {"alt", "src"},
    "ol": {"start", "type"},
    "table": {"border"},
    "video": {"controls", "loop", "poster", "src"},
    **{f"h{level}": {"id"} for level in range(1, 7)},
}

# In an <img> none of these runs anything.
PICTURE = re.compile(
    r"data:image/(?:avif|bmp|gif|jpeg|jpg|png|svg\+xml|webp)"
    r"(?:;base64,[A-Za-z0-9+/=\s]+|(?:;[\w=-]+)*,[^\"<>]+)"
)
PLAYABLE = re.compile(
    r"data:(?:audio|video)/[\w.+-]+(?:;\s*codecs=[\w.,\" -]+)?;base64,[A-Za-z0-9+/=\s]+"
)
LINK = re.compile(r"https?://|mailto:|#|(?!\s*/)[^:\\]*\Z")
LENGTH = re.compile(r"\d{1,5}(?:\.\d+)?(?:px|%|em)?")
ALERT = re.compile(r"alert(?:-(?:info|warning|success|danger|block))?")
PATTERNS = {
    "align": re.compile("left|right|center|justify|middle|top|bottom", re.IGNORECASE),
    "bgcolor": re.compile(r"#?\w+"),
    "height": LENGTH,
    "href": LINK,
    "poster": PICTURE,
    "width": LENGTH,
}
# So begin the names of places to which a stranger's links lead: formgrader's scripts look for
# others.
PLACES = "text-"
SOURCES = {"img": PICTURE, "video": PLAYABLE, "audio": PLAYABLE}


def in_verdicts(tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value, or None for one that is left out."""
    return None if name == "style" and HARMFUL.search(value) else value


def in_pages(tag: str, name: str, value: str) -> str | None:
    """Return an attribute's value, or None for one that is left out."""
    if name == "class":  # the boxes of Jupyter's notebooks alone: scripts and our looks use others
        return " ".join(word for word in value.split() if ALERT.fullmatch(word)) or None
    if name == "src":
        return value if tag in SOURCES and SOURCES[tag].fullmatch(value) else None
    if name == "href":
        inside = value.startswith("#")
        return f"#{PLACES}{value[1:]}" if inside else value if LINK.match(value) else None
    if name == "name":
        return PLACES + value
    if name in PATTERNS:
        return value if PATTERNS[name].fullmatch(value) else None
    return in_verdicts(tag, name, value)


KEPT = "x-kept"  # stands for what grader/export/prose.py has made, and puts back after the cleaning
VERDICTS: dict[str, Any] = {
    "tags": set(ELEMENTS.split()),
    "attributes": {"*": set(ATTRIBUTES)},
    "attribute_filter": in_verdicts,
    "filter_style_properties": set(STYLES.split()),
    "url_schemes": set(PROTOCOLS),
    "link_rel": None,
}
PAGES: dict[str, Any] = VERDICTS | {
    "tags": {*f"{ELEMENTS} {MORE_ELEMENTS}".split(), KEPT},
    "attributes": {"*": {*ATTRIBUTES, *MORE_ATTRIBUTES}, **OF_ELEMENTS},
    "attribute_filter": in_pages,
    "id_prefix": PLACES,
    "filter_style_properties": set(f"{STYLES} {MORE_STYLES}".split()) - LAYERS,
    "url_schemes": {*PROTOCOLS, "data"},
}
