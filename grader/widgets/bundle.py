"""The JavaScript of a widget as one text, for a page without a network and for anywidget.

The files in js/ are ES modules, which the development tools read as they are. A browser gets one
text: the modules that the entry needs, one after the other, without their import lines.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path
from typing import NamedTuple

FOLDER = Path(__file__).with_name("js")
LINE_COMMENT = re.compile(r"^[ \t]*//[^\n]*\n", re.MULTILINE)
BLOCK_COMMENT = re.compile(r"^[ \t]*/\*\*(?:(?!\*/).)*\*/[ \t]*\n", re.MULTILINE | re.DOTALL)
IMPORT = re.compile(r'^import \{([\w$,\s]+)\} from "(\.[^"\n]+)";\n', re.MULTILINE)
EXPORT = re.compile(r"^export (?=(?:const|let|function|class) )", re.MULTILINE)
DEFAULT = re.compile(r"^export default (.+);$", re.MULTILINE)
DECLARED = re.compile(r"^(?:export )?(?:async )?(?:const|let|var|function|class) +(\S[\w$]*)", re.M)
EXPORTED = re.compile(r"^export (?:const|let|function|class) +([\w$]+)", re.MULTILINE)
LEFT_OVER = re.compile(r"^(?:import|export)\b.*", re.MULTILINE)


class BundleError(ValueError):
    """A module that cannot be put into one text with others."""


class Module(NamedTuple):
    """One file.

    imports: the names that it imports, by file;  declared: its names at the top level
    """

    text: str
    imports: dict[Path, list[str]]
    declared: list[str]
    exported: frozenset[str]


@cache
def bundle(entry: str, folder: Path = FOLDER) -> str:
    """Return one ES module: the entry with everything that it imports, each file once.

    Raises BundleError for imports in a circle or of a name that is not exported, for one name
    declared in two modules, and for every import or export that is written in another way than
    `import { a, b } from "./file.js";` and `export const`, `function` or `class`. The entry alone
    has a default export.
    """
    modules = _in_order(folder.resolve() / entry, [])
    owners: dict[str, Path] = {}
    for path, module in modules.items():
        for name in module.declared:
            if name in owners:
                raise BundleError(f"{path.name}: {name} is declared in {owners[name].name} too")
            owners[name] = path
    texts = [module.text for module in modules.values()]
    defaults = [path.name for path, module in modules.items() if DEFAULT.search(module.text)]
    if defaults != [Path(entry).name]:
        named = ", ".join(defaults) or "none"
        raise BundleError(f"{entry}: expected its default export and no other, found {named}")
    return "\n".join(texts)


@cache
def in_page(entry: str, folder: Path = FOLDER) -> str:
    """Return the same text for a script of a page, where `exported` is the default export.

    Raises BundleError as `bundle` does, and for a text that would end the script.
    """
    text = DEFAULT.sub(r"const exported = \1;", bundle(entry, folder))
    if "</script" in text or "<!--" in text:
        raise BundleError(f"{entry}: cannot stand in a page, since it holds </script or <!--")
    return text


def _in_order(path: Path, above: list[Path]) -> dict[Path, Module]:
    """Return a module after all that it imports, by their files.

    above: the modules whose imports led here.
    """
    if path in above:
        circle = " -> ".join(each.name for each in [*above[above.index(path) :], path])
        raise BundleError(f"imports in a circle: {circle}")
    module = _module(path)
    modules: dict[Path, Module] = {}
    for imported, names in module.imports.items():
        modules |= _in_order(imported, [*above, path])
        for name in names:
            if name not in modules[imported].exported:
                raise BundleError(f"{path.name}: {imported.name} does not export {name}")
    return modules | {path: module}


@cache
def _module(path: Path) -> Module:
    """Read a module. Raises BundleError for what is not understood, or if there is no such file."""
    if not path.is_file():
        raise BundleError(f"{path.name}: there is no such module")
    text = BLOCK_COMMENT.sub("", LINE_COMMENT.sub("", path.read_text(encoding="utf-8")))
    imports: dict[Path, list[str]] = {}
    for names, target in IMPORT.findall(text):
        imports.setdefault((path.parent / target).resolve(), []).extend(
            re.findall(r"[\w$]+", names)
        )
    if any("as" in names for names in imports.values()):
        raise BundleError(f"{path.name}: a renamed import; import the name that is exported")
    bare = EXPORT.sub("", IMPORT.sub("", text))
    odd = LEFT_OVER.search(DEFAULT.sub("", bare))
    if odd:
        raise BundleError(f"{path.name}: cannot read {odd[0]!r}")
    declared = DECLARED.findall(text)
    for name in declared:
        if not re.fullmatch(r"[\w$]+", name):
            raise BundleError(f"{path.name}: one name a declaration at the top level, not {name!r}")
    return Module(bare.strip() + "\n", imports, declared, frozenset(EXPORTED.findall(text)))
