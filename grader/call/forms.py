"""What can be wrong with an answer: each fault has a form, and the form has its sentence.

A worker sends a form and its details, and the sentence is made outside: no words of a student's
program stand there as ours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .explain.sentences import because
from .nested import KINDS
from .text import is_name, short

Details = Mapping[str, Any]

# form -> its kind, which is also its fingerprint, and its sentence
FORMS = {
    "not defined": ("missing", "is not defined"),
    "no function": ("missing", "is {value}, expected a function"),
    "partner": ("missing", "is or holds {name}: write it without {name}"),
    "reached": ("reached", "calls {name}: write it without {name}"),
    "time": ("time", "takes longer than {seconds:g} s: is there a loop that never ends?"),
    "stopped": (
        "time",
        "takes longer than {seconds:g} s, where grading stops it too: is there a loop that never "
        "ends?",
    ),
    "unwritten": ("raised:NotImplementedError", "is not written yet"),
    "endless": ("raised:RecursionError", "calls itself without an end"),
    "interrupted": (
        "raised:KeyboardInterrupt",
        "was interrupted: is there a loop that never ends?",
    ),
    "exit": (
        "raised:SystemExit",
        "ends the program: return the result instead of calling exit()",
    ),
    "calls unwritten": ("raised:unwritten", "calls a function that is not written yet{line}"),
    "sizes": ("raised:sizes{about}{sizes}", "raised {type}{line}{words}{because}"),
    "raised": ("raised:{type}{about}", "raised {type}{line}{words}{because}"),
    "removed": ("raised:{type}", "raised {type}{line}. np.{name} is no longer in numpy: {instead}"),
    "not whole": (
        "raised:{type}",
        "raised {type}{line}{words}{because}. A size or a place must be a whole number: in Python "
        "3 / gives a float, and // a whole number",
    ),
    "unreadable": ("type:unreadable", "cannot be read{words}"),
    "count": ("count:{count}", "returned {count} results, expected {asked}: {names}"),
    "one": ("type:{type}", "returned {value}, expected {asked} results: {names}"),
    "no array": ("type:{type}", "is {value}, expected a numpy array of numbers"),
    "complex": ("type:complex", "holds complex numbers, expected real ones"),
    "entries": ("type:{type}", "holds {type} entries, expected numbers"),
    "not finite": ("not finite", "holds {number}{place}"),
    "not finite anywhere": ("not finite", "holds NaN or infinity"),
    "nudged": (
        "nudged",
        "calls {name} {count} times with one number changed at a time: that is a numerical "
        "gradient. Derive it here, and compare with the numerical gradient to be sure",
    ),
    "keys": ("type:dict", "is a dict, but its keys are not the names of the parameters"),
    "quiz": ("type:{type}", "is {value}, expected numbers, a tuple or a word"),
    "large quiz": ("type:large", "is {value}, expected a few numbers or a word"),
    "too many": ("too large", "has shape {shape}, far more numbers than expected"),
    "too large": ("type:large", "is far too large to be read"),
}
SHAPE_LIMIT = 64  # axes that numpy allows
COUNT_LIMIT = 10**9  # of results, calls and lines: no memory holds more
UNNAMED = "some_function"
# What numpy called so once, and what to write in its place.
REMOVED = {
    **{name: name for name in ("float", "int", "bool", "object", "str", "complex")},
    "float_": "np.float64",
    "complex_": "np.complex128",
    "product": "np.prod",
    "cumproduct": "np.cumprod",
    "alltrue": "np.all",
    "sometrue": "np.any",
    "in1d": "np.isin",
    "row_stack": "np.vstack",
    "trapz": "np.trapezoid",
    "round_": "np.round",
    "rank": "np.ndim",
    "mat": "np.array",
    "asfarray": "np.asarray(..., dtype=float)",
    "asscalar": "....item()",
    "msort": "np.sort(..., axis=0)",
    "NaN": "np.nan",
    "NINF": "-np.inf",
    **dict.fromkeys(("Inf", "Infinity", "PINF", "infty"), "np.inf"),
}
# What was read as something else -> the note on it
KINDLY = {
    **{
        kind: f"{{name}} is a {kind}: read as an array; return np.array(...)"
        for kind in sorted(KINDS)
    },
    "lists": "{name} holds lists: read as arrays; put np.array(...) there",
    "named": "the results stand in a dict: read by their names; return them alone, in their order",
    "objects": "{name} holds Python objects: read as numbers; make the array with dtype=float",
    "complex": "{name} holds complex numbers with imaginary part 0: read as real ones; return its "
    ".real",
    "one number": "{name} is one number in an array or a list: read as that number; return it "
    "alone",
    "none": 'None is read as "none"',
    "nothing": 'None is read as "nothing"',
    "empty": "None is read as an empty tuple, ()",
}


def fault_of(form: str, details: Details) -> tuple[str, str]:
    """Return the kind of a fault, and its sentence.

    form: one of FORMS; details: what its sentence says. Raises KeyError and ValueError where they
    do not fit.
    """
    kind, sentence = FORMS[form]
    words = dict(_words(details))
    of_key = f"{words['key']} " if "key" in words else ""
    return kind.format(**words), of_key + sentence.format(**words)


def _words(details: Details) -> Iterator[tuple[str, Any]]:
    """Yield what a sentence may say. Raises ValueError for a detail of another kind."""
    yield from _words_of_a_raise(details)
    yield "place", f" at {_numbers(details['place'])}" if details.get("place") else ""
    for key in ("type", "name", "key"):
        if key in details:
            yield key, _name(details[key])
    if "number" in details:
        yield "number", {"NaN": "NaN", "infinity": "infinity"}[details["number"]]
    if details.get("name") in REMOVED:
        yield "instead", f"write {REMOVED[details['name']]}"
    if "value" in details:
        yield "value", _value(_name(details["value"]), details.get("shape"))
    if "shape" in details:
        yield "shape", tuple(_numbers(details["shape"]))
    if "count" in details:
        yield "count", _count(details["count"], COUNT_LIMIT)
    if "seconds" in details:
        yield "seconds", float(details["seconds"])
    if "results" in details:
        yield "asked", len(details["results"])
        yield "names", ", ".join(map(_name, details["results"]))


def _words_of_a_raise(details: Details) -> Iterator[tuple[str, str]]:
    yield "line", _line(details)
    yield "words", f' ("{_text(details["words"])}")' if details.get("words") else ""
    yield "about", f":{_name(details['about'])}" if details.get("about") else ""
    sizes = _numbers(details.get("sizes", ()))
    yield "sizes", f":{','.join(map(str, sizes))}" if sizes else ""
    explained = because(details.get("because", ()))
    yield "because", f". {explained}" if explained else ""


def _line(details: Details) -> str:
    """Return ' in line 4: dx = dy @ w' for a line of the student's own, or ''."""
    if not details.get("line"):
        return ""
    code = details.get("code")
    line = _count(details["line"], COUNT_LIMIT)
    return f" in line {line}" + (f": {_text(code, 100)}" if code else "")


def _value(name: str, shape: Any) -> str:
    """Return what a value is by the name of its type: 'a list', 'an array of shape (2, 3)'."""
    if name == "NoneType":
        return "None (is the return missing?)"
    if name == "ndarray":
        return f"an array of shape {tuple(_numbers(shape))}"
    return f"{'an' if name[0].lower() in 'aeiou' else 'a'} {name}"


def _name(value: Any) -> str:
    """Return the name of a type, of a result or of a key. Raises ValueError for anything else."""
    if not is_name(value):
        raise ValueError("no name")
    return str(value)


def _count(value: Any, limit: int = 2**62) -> int:
    if type(value) is not int or not 0 <= value < limit:
        raise ValueError("no count")
    return value


def _numbers(value: Any) -> list[int]:
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) > SHAPE_LIMIT:
        raise ValueError("no shape")
    return list(map(_count, value))


def _text(value: Any, limit: int = 200) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")
    return short(value, limit)
