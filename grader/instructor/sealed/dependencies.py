"""Digests of values that a grade depends on: of data, and of code with all that it reaches.

A function reaches the statements of the course's own modules that its names lead to: functions,
classes, tables, arrays, through imports too. Where names do not lead on (`getattr`, `globals`), the
whole module counts, with those that it imports. Comments, docstrings, hints of types and the form
of the lines do not count. Of what is not the course's (numpy) only the name counts.
"""

from __future__ import annotations

import ast
import functools
import hashlib
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from importlib.util import find_spec, resolve_name
from pathlib import Path, PurePath
from types import CodeType, FunctionType, MethodType, ModuleType
from typing import Any

import numpy as np

from grader.instructor.courses import references_of
from grader.judge.course import Course

DYNAMIC = {"globals", "eval", "exec", "getattr", "vars", "__import__", "import_module"}
EMPTY = {"dict", "list", "set", "defaultdict", "OrderedDict", "Counter", "deque"}  # filled later
DATA = (np.ndarray, list, tuple, dict, set, frozenset)
PLAIN = (bool, int, float, complex, str, bytes, range, slice, np.generic, np.dtype, type(None))
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
Import = tuple[str, str, str]  # module, name in it ("" for the module itself), as it stands there


@dataclass(frozen=True)
class Module:
    """A module of the course's, as it stands in its file.

    package: from which its relative imports count; by_name: the statements that bind a name or
    change what it names; imports: where imported names come from; stars: the modules of which all
    names are imported.
    """

    name: str
    tree: ast.Module
    by_name: Mapping[str, list[ast.stmt]]
    imports: Mapping[str, list[Import]]
    stars: tuple[str, ...]

    @property
    def names(self) -> Iterator[str]:
        yield from self.by_name
        yield from self.imports


class Modules:
    """The modules of a course's own, read once."""

    def __init__(self, course: Course) -> None:
        self.tops = {name.split(".")[0] for name in (course.references, course.package)}
        self.folder = references_of(course).parent
        self._known: dict[str, Module | None] = {}

    def get(self, name: str) -> Module | None:
        """Return a module, None for one that is not the course's or cannot be read."""
        if name not in self._known:
            self._known[name] = self._read(name)
        return self._known[name]

    def _read(self, name: str) -> Module | None:
        path, is_package = _place_of(name)
        if path is None or not self._is_ours(name, path):
            return None
        try:
            tree = ast.parse(path.read_bytes())
        except (OSError, SyntaxError, ValueError):
            return None
        return _parsed(name, name if is_package else name.rpartition(".")[0], _stripped(tree))

    def _is_ours(self, name: str, path: Path) -> bool:
        """Tell whether a module is of the course's packages, or lies beside them."""
        top = name.split(".")[0]
        if top in self.tops:
            return True
        is_beside = path.is_relative_to(self.folder) and "site-packages" not in path.parts
        return is_beside and top not in sys.stdlib_module_names


def _place_of(name: str) -> tuple[Path | None, bool]:
    """Return the file of a module, None where there is none, and whether it is a package."""
    module = sys.modules.get(name)
    if module is not None:
        file = getattr(module, "__file__", None)
        return (Path(file).resolve() if file else None), hasattr(module, "__path__")
    try:
        spec = find_spec(name)
    except (ImportError, ValueError, AttributeError):
        return None, False
    if spec is None or not spec.origin or not spec.has_location:
        return None, False
    return Path(spec.origin).resolve(), spec.submodule_search_locations is not None


def _stripped(tree: ast.Module) -> ast.Module:
    """Take docstrings, and hints of types at arguments and results, out of a module; return it."""
    for node in ast.walk(tree):
        if isinstance(node, (ast.Module, *DEFINITIONS)) and ast.get_docstring(node) is not None:
            node.body = node.body[1:] or [ast.Pass()]
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            node.returns = None
        elif isinstance(node, ast.arg):
            node.annotation = None
    return ast.fix_missing_locations(tree)


def _parsed(name: str, package: str, tree: ast.Module) -> Module:
    """Return a module with what its statements bind."""
    by_name: dict[str, list[ast.stmt]] = {}
    imports: dict[str, list[Import]] = {}
    stars: list[str] = []
    for statement in tree.body:
        for touched in sorted(_touched(statement)):
            by_name.setdefault(touched, []).append(statement)
    for node in ast.walk(tree):  # in functions too
        for bound, imported in _imported(node, package):
            imports.setdefault(bound, []).append(imported)
            if bound == "*":
                stars.append(imported[0])
    return Module(name, tree, by_name, imports, tuple(stars))


def _touched(statement: ast.stmt) -> set[str]:
    """Return the names that a statement binds, and those whose values it may change."""
    if isinstance(statement, DEFINITIONS):
        return {statement.name}
    names: set[str] = set()
    for node in ast.walk(statement):
        if isinstance(node, DEFINITIONS):
            names.add(node.name)
        elif isinstance(node, ast.Expr):  # a call that is made for what it does
            names.update(each.id for each in ast.walk(node) if isinstance(each, ast.Name))
        elif isinstance(getattr(node, "ctx", None), (ast.Store, ast.Del)):
            names.update(_root(node))
    return names


def _root(node: ast.AST) -> Iterator[str]:
    """Yield the name at the root of what is stored into: FACTORS of FACTORS["dw"]."""
    while isinstance(node, (ast.Subscript, ast.Attribute, ast.Starred)):
        node = node.value
    if isinstance(node, ast.Name):
        yield node.id


def _imported(node: ast.AST, package: str) -> Iterator[tuple[str, Import]]:
    """Yield the names that an import binds, and where each comes from."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            whole = alias.name if alias.asname else alias.name.split(".")[0]
            yield alias.asname or whole, (whole, "", f"import {alias.name} as {alias.asname}")
    elif isinstance(node, ast.ImportFrom):
        place = "." * node.level + (node.module or "")
        try:
            module = resolve_name(place, package)
        except ImportError:  # beyond the topmost package
            return
        for alias in node.names:
            words = f"from {module} import {alias.name} as {alias.asname}"
            yield alias.asname or alias.name, (module, alias.name, words)


def _names(code: CodeType) -> Iterator[str]:
    """Yield the names that code and what stands inside it looks up, and those of attributes."""
    yield from code.co_names
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _names(constant)


def _names_of(statement: ast.stmt) -> frozenset[str]:
    tree = ast.Module([statement], [])
    return frozenset(_names(compile(tree, "<course>", "exec", dont_inherit=True)))


# --- digests ---


def digest_of(modules: Modules, *values: Any) -> str:
    """Return a digest of values: the same on every machine, and another one for other values."""
    return _Reach(modules).digest(*values)


def digest_of_name(modules: Modules, module: str, name: str, value: Any) -> str:
    """Return a digest of what a module calls by a name, and of its value."""
    reach = _Reach(modules)
    reach.waiting.append((module, name, frozenset()))
    return reach.digest(value)


class _Reach:
    """What one digest counts.

    texts: the statements that were reached, by module, name and number; waiting: names that are
    still to be followed, each in its module, with the names that stand beside it where it is used.
    """

    def __init__(self, modules: Modules) -> None:
        self.modules = modules
        self.texts: dict[str, str] = {}
        self.waiting: list[tuple[str, str, frozenset[str]]] = []
        self._done: set[tuple[str, str, frozenset[str]]] = set()
        self._values: dict[int, Any] = {}  # functions and objects that are counted already

    def digest(self, *values: Any) -> str:
        content = hashlib.sha256()
        pieces = [piece for value in values for piece in self._pieces(value)]
        while self.waiting:
            place = self.waiting.pop()
            if place not in self._done:
                self._done.add(place)
                self._follow(*place)
        pieces += [f"{key} {text}".encode() for key, text in sorted(self.texts.items())]
        for piece in pieces:
            content.update(len(piece).to_bytes(8, "big") + piece)
        return content.hexdigest()

    # names

    def _follow(self, where: str, name: str, beside: frozenset[str]) -> None:
        """Count what a module calls by a name. beside: see `waiting`."""
        module = self.modules.get(where)
        if module is None:
            return
        for number, statement in enumerate(module.by_name.get(name, ())):
            self._count(module, f"{where} {name} {number}", statement, name)
        for number, imported in enumerate(module.imports.get(name, ())):
            self._count_import(f"{where} {name} from {number}", imported, beside)
        if name not in module.by_name and name not in module.imports:
            self.waiting += [(star, name, beside) for star in module.stars]

    def _count(self, module: Module, key: str, statement: ast.stmt, name: str) -> None:
        """Count a statement, and let what it names wait."""
        if key in self.texts:
            return
        self.texts[key] = ast.unparse(statement)
        if _calls(statement) - EMPTY:  # the source alone does not say what it gives
            value = getattr(sys.modules.get(module.name), name, None)
            if isinstance(value, DATA):
                self.texts[f"{key} is"] = repr(list(self._pieces(value)))
        self._wait(module, _names_of(statement))

    def _wait(self, module: Module, names: frozenset[str]) -> None:
        self.waiting += [(module.name, used, names) for used in sorted(names)]
        if names & DYNAMIC:
            self._all_of(module)

    def _all_of(self, module: Module) -> None:
        """Count a whole module, and the modules of the course's that it imports."""
        key = f"{module.name} *"
        if key in self.texts:
            return
        self.texts[key] = ast.unparse(module.tree)
        for places in module.imports.values():
            for where, name, _ in places:
                for each in (where, f"{where}.{name}"):
                    imported = self.modules.get(each)
                    if imported is not None:
                        self._all_of(imported)

    def _count_import(self, key: str, imported: Import, beside: frozenset[str]) -> None:
        where, name, words = imported
        self.texts[key] = words
        module = self.modules.get(where)
        if module is None:
            return
        if not name:
            self._attributes(module, beside)
        elif name in module.by_name or name in module.imports or module.stars:
            self.waiting.append((where, name, beside))
        else:
            self._submodule(f"{where}.{name}", beside)

    def _submodule(self, name: str, beside: frozenset[str]) -> None:
        module = self.modules.get(name)
        if module is not None:
            self._attributes(module, beside)

    def _attributes(self, module: Module, names: frozenset[str]) -> None:
        """Let those of some names wait that a module has: any of them may be its attribute."""
        for name in sorted(names):
            if name in module.by_name or name in module.imports:
                self.waiting.append((module.name, name, names))
            elif f"{module.name}.{name}" in sys.modules:
                place = (f"{module.name}.{name}", "", names)
                if place not in self._done:
                    self._done.add(place)
                    self._submodule(place[0], names)

    # values

    def _pieces(self, value: Any) -> Iterator[bytes]:
        """Yield a value as bytes, the same on every machine; let the code that it has wait."""
        yield type(value).__name__.encode()
        if isinstance(value, np.ndarray) and value.dtype != object:
            array = np.ascontiguousarray(value)
            yield str((array.dtype.str, array.shape)).encode()
            yield array.tobytes()
        elif isinstance(value, PLAIN):
            yield repr(value).encode()
        elif isinstance(value, (Mapping, list, tuple, set, frozenset)):
            yield from self._items(value)
        elif isinstance(value, PurePath):  # its folder is another one on another machine
            yield value.name.encode()
        elif id(value) not in self._values:
            self._values[id(value)] = value
            yield from self._parts(value)

    def _items(self, value: Any) -> Iterator[bytes]:
        if isinstance(value, Mapping):
            for key in sorted(value, key=str):
                yield from self._pieces(key)
                yield from self._pieces(value[key])
        elif isinstance(value, (list, tuple)):
            for item in value:
                yield from self._pieces(item)
        else:
            yield from sorted(repr(list(self._pieces(item))).encode() for item in value)

    def _parts(self, value: Any) -> Iterator[bytes]:
        """Yield what a function or an object is made of."""
        if isinstance(value, FunctionType):
            yield from self._function(value)
        elif isinstance(value, functools.partial):
            yield from self._pieces([value.func, value.args, value.keywords])
        elif isinstance(value, MethodType):
            yield from self._pieces([value.__func__, value.__self__])
        elif hasattr(value, "__wrapped__"):  # functools.cache
            yield from self._pieces(value.__wrapped__)
        elif isinstance(value, (type, ModuleType)):
            yield from self._named(value)
        elif is_dataclass(value) or hasattr(value, "__dict__"):
            yield from self._object(value)
        else:  # a function of numpy's, say
            yield str(getattr(value, "__qualname__", type(value).__qualname__)).encode()

    def _named(self, value: type | ModuleType) -> Iterator[bytes]:
        """Yield the name of a class or a module."""
        yield value.__name__.encode()
        if isinstance(value, type):
            self._wait_for(value)
            return
        module = self.modules.get(value.__name__)
        if module is not None:
            self._all_of(module)

    def _object(self, value: Any) -> Iterator[bytes]:
        self._wait_for(type(value))
        if is_dataclass(value):
            parts = {each.name: getattr(value, each.name) for each in fields(value)}
        else:
            parts = vars(value)
        yield from self._items(parts)

    def _wait_for(self, definition: Callable[..., Any]) -> Module | None:
        """Let the statement wait in which a function or a class is defined; return its module."""
        name = getattr(definition, "__qualname__", "").split(".")[0]
        module = self.modules.get(definition.__module__ or "")
        if module is not None and name in module.by_name:
            self.waiting.append((module.name, name, frozenset()))
            return None
        return module

    def _function(self, function: FunctionType) -> Iterator[bytes]:
        yield f"{function.__module__}.{function.__qualname__}".encode()
        module = self._wait_for(function)
        if module is not None:
            yield from self._nameless(module, function)
        yield from self._pieces(function.__defaults__)
        yield from self._pieces(function.__kwdefaults__)
        yield from self._pieces([_content(cell) for cell in function.__closure__ or ()])
        if hasattr(function, "__wrapped__"):
            yield from self._pieces(function.__wrapped__)

    def _nameless(self, module: Module, function: FunctionType) -> Iterator[bytes]:
        """Yield the text of a lambda that stands in another statement."""
        line = function.__code__.co_firstlineno
        nodes = [node for node in ast.walk(module.tree) if isinstance(node, ast.Lambda)]
        texts = [ast.unparse(node) for node in nodes if node.lineno == line]
        if not texts:
            self._all_of(module)
        yield from (text.encode() for text in texts)
        self._wait(module, frozenset(_names(function.__code__)))


def _calls(statement: ast.stmt) -> set[str]:
    """Return what an assignment calls; "" for what has no plain name."""
    if not isinstance(statement, (ast.Assign, ast.AnnAssign)):
        return set()
    calls = [node.func for node in ast.walk(statement) if isinstance(node, ast.Call)]
    return {call.id if isinstance(call, ast.Name) else "" for call in calls}


def _content(cell: Any) -> Any:
    """Return what a closure's cell holds, None for one that is empty."""
    try:
        return cell.cell_contents
    except ValueError:
        return None
