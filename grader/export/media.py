"""Pictures, videos and pages in a stranger's HTML: what a page can hold itself stays in it.

Of anything else a sentence tells that it is not shown. What comes out is not clean yet.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from functools import partial
from html import unescape
from xml.etree import ElementTree

import nh3

from grader.export.allowed import ELEMENTS, MORE_ELEMENTS, PAGES, PICTURE, PLAYABLE
from grader.export.parts import part
from grader.export.pictures import Find, Missing
from grader.export.styler import coloured

MEDIA = frozenset({"audio", "embed", "iframe", "img", "object", "source", "video"})
ANY = re.compile(rf"<(?:{'|'.join(MEDIA)})\b", re.IGNORECASE)
# nh3 writes < and > in an attribute as &lt; and &gt;, so these find whole tags.
TAG = re.compile(r"<(img|iframe|embed|object)((?: [^<>]*)?)>")
PLAYER = re.compile(r"<(video|audio)((?: [^<>]*)?)>(.*?)</\1>", re.DOTALL)
SOURCE = re.compile(r"<source((?: [^<>]*)?)>")
ATTRIBUTE = re.compile(r'([\w-]+)="([^"]*)"')
SVG = "http://www.w3.org/2000/svg"
XLINK = "http://www.w3.org/1999/xlink"
ADDRESSES = {"src", "poster", "data"}
# Of what a sentence is to name: C:\a.png has the scheme "c"
SCHEMES = {*"abcdefghijklmnopqrstuvwxyz", "http", "https", "mailto", "data", "attachment", "file"}
READABLE = PAGES | {
    "tags": {*f"{ELEMENTS} {MORE_ELEMENTS}".split(), *MEDIA, *PAGES["tags"]},
    "attributes": PAGES["attributes"]
    | {tag: {"alt", "controls", "loop", *ADDRESSES} for tag in MEDIA},
    "attribute_filter": None,
    "id_prefix": None,
    "filter_style_properties": None,
    "url_schemes": SCHEMES,
}


def settled(html: str, find: Find) -> str:
    """Return HTML whose pictures and videos lie in it, with sentences for those that cannot.

    find: gives a picture's address with its data for any address, or raises Missing.
    """
    html = drawings(coloured(html))
    if not ANY.search(html):
        return html
    tidy = nh3.clean(html, **READABLE)  # so that its tags can be found
    return TAG.sub(partial(_settled_tag, find), PLAYER.sub(partial(_settled_player, find), tidy))


def drawings(html: str) -> str:
    """Return HTML whose <svg> are pictures: in an <img> none of their scripts runs.

    Of a <math> a sentence has the text: the cleaning would leave out everything in it.
    """
    without = _replaced(html, "script", lambda script: "")  # "<svg" can stand in one as a text
    return _replaced(_replaced(without, "svg", _drawing), "math", _equation)


def _replaced(html: str, tag: str, replace: Callable[[str], str]) -> str:
    """Return HTML with other HTML for each element of a kind, as long as it has an end."""
    pieces, lower, at, closing = [], html.lower(), 0, f"</{tag}>"
    while (start := lower.find(f"<{tag}", at)) >= 0 and (end := lower.find(closing, start)) >= 0:
        end += len(closing)
        pieces += [html[at:start], replace(html[start:end])]
        at = end
    return "".join([*pieces, html[at:]])


def _drawing(svg: str) -> str:
    """Return one <svg> as a picture, or a sentence if it is no XML."""
    missing = f' xmlns="{SVG}"' if "xmlns=" not in svg else ""
    if "xlink:" in svg and "xmlns:xlink" not in svg:
        missing += f' xmlns:xlink="{XLINK}"'
    whole = svg[:4].lower() + missing + svg[4:]
    try:
        root = ElementTree.fromstring(whole)
    except (ElementTree.ParseError, ValueError):
        return part("missing", what="A drawing", address="", alt="", why="its SVG is malformed")
    titles = (root.findtext(f"{{{SVG}}}title"), root.get("aria-label"))
    data = base64.b64encode(whole.encode("utf-8", "replace")).decode()
    alt = next(filter(None, titles), "a drawing")
    return part("picture", src=f"data:image/svg+xml;base64,{data}", given={"alt": alt})


def _equation(math: str) -> str:
    text = " ".join(unescape(re.sub(r"<[^<>]*>", " ", math)).split())[:500]
    return part("missing", what="An equation in MathML", address=text, alt="", why="")


def _attributes(text: str) -> dict[str, str]:
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(text)}


def _settled_tag(find: Find, tag: re.Match[str]) -> str:
    own = _attributes(tag[2])
    address = own.get("src") or own.get("data") or ""
    if tag[1] != "img":
        return part(
            "missing", what="A page within this page", address=_named(address), alt="", why=""
        )
    try:
        return part("picture", src=find(address.strip()), given=own)
    except Missing as error:
        alt, named = own.get("alt", ""), _named(address)
        why = str(error) if address else "a script would draw it"
        return part("missing", what="The picture", address=named, alt=alt, why=why)


def _settled_player(find: Find, player: re.Match[str]) -> str:
    own = _attributes(player[2])
    sources = [own, *map(_attributes, SOURCE.findall(player[3]))]
    addresses = [source["src"].strip() for source in sources if source.get("src")]
    playable = next(filter(PLAYABLE.fullmatch, addresses), None)
    try:
        poster = find(own["poster"].strip()) if own.get("poster") else None
    except Missing:
        poster = None
    if playable:
        return part("player", kind=player[1], src=playable, poster=poster, given=own)
    picture = part("picture", src=poster, given=own | {"alt": "its first picture"})
    named = _named(next(iter(addresses), ""))
    what = "The video" if player[1] == "video" else "The sound"
    sentence = part("missing", what=what, address=named, alt="", why="it lies elsewhere")
    return (picture if poster and PICTURE.fullmatch(poster) else "") + sentence


def _named(address: str) -> str:
    """Return an address as a sentence names it: data are left out."""
    return "" if address.lstrip().lower().startswith("data:") else address.strip()[:500]
