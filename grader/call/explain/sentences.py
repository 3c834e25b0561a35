"""The sentences on what raised, made in the trusted process: each kind has its own.

Code is quoted as it stands in the submission; all else is a number, a shape or a word of ours.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..text import is_name

Explanation = Mapping[str, Any]

SENTENCES = {
    # indexes
    "past the end": "{code} is {number}{values}, but axis {axis} of {of} ends at {end}",
    "before the start": "{code} is {number}{values}, but the lowest index of axis {axis} of {of} "
    "is {end}",
    "number past the end": "the index is {number}, but axis {axis} of {of} ends at {end}",
    "number before the start": "the index is {number}, but the lowest index of axis {axis} of {of} "
    "is {end}",
    "holds past the end": "{code} holds {number}, but axis {axis} of {of} ends at {end}",
    "no entry": "{code} is {number}{values}, but axis {axis} of {of} has no entries",
    "past the end of a list": "{code} is {number}{values}, but {of} ends at {end}",
    "number past the end of a list": "the index is {number}, but {of} ends at {end}",
    "tuple past the end": "{code} is {shape}, but axis {axis} of {of} ends at {end}",
    "too many indices": "{of} has shape {shape}: {count} indices are too many",
    "mask": "{code} has shape {shape}, and picks from {of}, of shape {other}",
    # shapes
    "shape": "{code} has shape {shape}{values}",
    "elementwise": "{code} has shape {shape} and {right} has shape {other}{values}: {first} and "
    "{second} do not fit",
    "product": "{code} has shape {shape} and {right} has shape {other}{values}: in a product "
    "{first} and {second} must be equal",
    "value": "{code} has shape {shape}, and its new value {right} has shape {other}{values}",
    "in place": "{code} has shape {shape}, and {right} of shape {other} cannot be put into it"
    "{values}",
    "one number": "{code} is one number, and its new value {right} has shape {other}{values}",
    "no shape for a number": "{code} is one number, and its new value is an array{values}",
    "empty to the end": "{code} is empty: {of} is 0, so the end {right} is 0",
    # kinds of values
    "float": "{code} is the float {number}",
    "floats": "{code} is an array of floats",
    "no number": "{code} is {what}, expected a number or an array",
    "no whole number": "{code} is {what}, expected a whole number",
    "no array": "{code} is {what}, expected an array",
    "no function": "{code} is {what}, and not a function",
    "is": "{code} is {what}",
    "method": "{code} is a method: is the () missing?",
    "entries": "{code} has {count} entries, for {names}",
    "one for several": "{code} gives one number, for {names}",
    "more entries": "{code} gives more entries than {names}",
    "fewer entries": "{code} gives fewer entries than {names}",
    "truth": "{code} has shape {shape}, where one truth value is needed",
    # whatever stood there
    "number": "{code} is {number}",
    "row": "{code} is {shape}",
    # calls
    "pairs": "{of} has {axes}, and np.pad is given {pairs}",
    "no pair": "{of} has {axes}, and np.pad needs two widths for each, before and after",
    "negative width": "{code} is {number}{values}, and no width is negative",
    "arguments": "{of} takes {taken}, and is called with {called}",
    "unknown argument": "{of} takes {taken}, and has no argument {name}",
    # names
    "of the notebook": "it uses the notebook's {name}, which is no argument",
}
QUOTED = ("code", "of", "right")  # what must stand in the submission
EXPLANATIONS_LIMIT = 4
CODE_LIMIT = 60
NUMBER_LIMIT = 2**62
ROW_LIMIT = 64
KEY = re.compile(r"""(['"])[A-Za-z_]\w{0,19}\1""")  # of a dict; longer text may be words
NO_CODE = re.compile(r"""['"#]""")
# Types that are named, and how.
VALUES = {
    "NoneType": "None",
    "list": "a list",
    "tuple": "a tuple",
    "dict": "a dict",
    "str": "text",
    "int": "a number",
    "float": "a number",
    "bool": "a truth value",
    "ndarray": "an array",
    "function": "a function",
    "range": "a range",
    "generator": "a generator",
}


def because(explanations: Any) -> str:
    """Return the sentences of some explanations, or ''. Raises an exception for another form."""
    if not isinstance(explanations, Sequence) or isinstance(explanations, str):
        raise ValueError("no explanations")
    if len(explanations) > EXPLANATIONS_LIMIT:
        raise ValueError("too many explanations")
    text = "; ".join(map(sentence, explanations))
    begins_with_code = explanations and SENTENCES[explanations[0]["kind"]].startswith("{")
    return text if begins_with_code else text[:1].upper() + text[1:]


def sentence(explanation: Explanation) -> str:
    """Return the sentence of one explanation. Raises an exception where the details do not fit."""
    details = {key: value for key, value in explanation.items() if key != "kind"}
    words = {"values": "", **{key: WORDS[key](value) for key, value in details.items()}}
    return SENTENCES[explanation["kind"]].format(**words)


def stands_in(explanation: Any, squeezed: str) -> bool:
    """Tell whether all that is quoted stands in a submission, with its white space squeezed."""
    if not isinstance(explanation, dict):
        return False
    quoted = [explanation[key] for key in QUOTED if key in explanation]
    return all(isinstance(text, str) and text.removesuffix("...") in squeezed for text in quoted)


def _code(value: Any) -> str:
    """Return code that is quoted: other letters may look like words of ours."""
    is_plain = type(value) is str and value.isascii() and value.isprintable()
    if not is_plain or NO_CODE.search(KEY.sub("", value)) or not value or len(value) > CODE_LIMIT:
        raise ValueError("no code")
    return str(value)


def _number(value: Any) -> str:
    if type(value) not in (int, float) or not abs(value) < NUMBER_LIMIT:
        raise ValueError("no number")
    if type(value) is float and not math.isfinite(value):
        raise ValueError("no number")
    return repr(value) if type(value) is int else repr(float(f"{value:.6g}"))


def _count(value: Any) -> int:
    if type(value) is not int or not 0 <= value < NUMBER_LIMIT:
        raise ValueError("no count")
    return value


def _counted(noun: str) -> Callable[[Any], str]:
    """Return what says how many: '1 axis', '2 axes'."""
    one, several = noun.split("/")
    return lambda value: f"{_count(value)} {one if value == 1 else several}"


def _rows(value: Any) -> Sequence[Any]:
    if not isinstance(value, list | tuple) or len(value) > ROW_LIMIT:
        raise ValueError("no row")
    return value


def _shape(value: Any) -> str:
    return str(tuple(int(_number(each)) for each in _rows(value)))


def _values(value: Any) -> str:
    """Return ' (i = 4, k = 2)', or '' for no name."""
    pairs = [f"{_name(name)} = {_number(number)}" for name, number in _rows(value)]
    return f" ({', '.join(pairs)})" if pairs else ""


def _name(value: Any) -> str:
    if not is_name(value):
        raise ValueError("no name")
    return str(value)


def _taken(value: Any) -> str:
    """Return the names of a function's arguments: 'x, w and pad'."""
    names = [_name(name) for name in _rows(value)]
    if len(names) < 2:
        return names[0] if names else "no argument"
    return f"{', '.join(names[:-1])} and {names[-1]}"


WORDS: dict[str, Callable[[Any], Any]] = {
    **dict.fromkeys(QUOTED, _code),
    **dict.fromkeys(("number", "end", "first", "second"), _number),
    **dict.fromkeys(("axis", "count"), _count),
    **dict.fromkeys(("shape", "other"), _shape),
    "values": _values,
    "what": VALUES.__getitem__,
    "name": _name,
    "taken": _taken,
    "axes": _counted("axis/axes"),
    "names": _counted("name/names"),
    "pairs": _counted("pair of widths/pairs of widths"),
    "called": _counted("argument/arguments"),
}
