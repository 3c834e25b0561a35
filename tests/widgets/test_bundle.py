"""One text from several ES modules, and what is refused."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from grader.widgets import bundle as bundle_module
from grader.widgets.bundle import BundleError, bundle, in_page

ENTRY = 'import { a } from "./a.js";\n\nexport default a;\n'


def bundled(folder: Path, **files: str) -> str:
    for name, text in files.items():
        (folder / f"{name}.js").write_text(text)
    return bundle("entry.js", folder)


def test_each_module_stands_once_and_before_those_that_import_it(tmp_path):
    text = bundled(
        tmp_path,
        entry='import {\n  a,\n} from "./a.js";\nimport { b } from "./b.js";\n\n'
        "export default a + b;\n",
        a='import { b } from "./b.js";\nexport const a = b;\n',
        b="export const b = 1;\n",
    )
    assert text == "const b = 1;\n\nconst a = b;\n\nexport default a + b;\n"


def test_a_module_in_another_folder_is_found_from_where_it_is_named(tmp_path):
    (tmp_path / "sub").mkdir()
    inner = 'import { b } from "../b.js";\nexport const a = b;\n'
    (tmp_path / "sub" / "a.js").write_text(inner)
    text = bundled(
        tmp_path, entry=ENTRY.replace("./a.js", "./sub/a.js"), b="export function b() {}\n"
    )
    assert text.startswith("function b() {}\n")


def test_comments_on_lines_of_their_own_are_left_out_and_no_code_with_them(tmp_path):
    text = bundled(
        tmp_path,
        entry=ENTRY,
        a="// one\n/**\n * two\n */\nexport const a =\n  /** @type {any} */ (3);\n/** three */\n",
    )
    assert text == "const a =\n  /** @type {any} */ (3);\n\nexport default a;\n"


A = "export const a = 1;\n"


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"a": 'import { c as b } from "./b.js";\n' + A, "b": "export const c = 1;\n"}, "a.js: a renamed import"),
        ({"a": 'import * as b from "./b.js";\n' + A}, "a.js: cannot read 'import * as b"),
        ({"a": 'import b from "./b.js";\n' + A}, "a.js: cannot read 'import b from"),
        ({"a": 'import { b } from "numpy";\n' + A}, "a.js: cannot read 'import { b } from \"numpy\";'"),
        ({"a": "const a = 1;\nexport { a };\n"}, "a.js: cannot read 'export { a };'"),
        ({"a": A + 'export * from "./b.js";\n'}, "a.js: cannot read 'export * from"),
        ({"a": A + "export default a;\n"}, "entry.js: expected its default export and no other, found a.js, entry.js"),
        ({"entry": 'import { a } from "./a.js";\n', "a": A}, "entry.js: expected its default export and no other, found none"),
        ({"a": 'import { b } from "./b.js";\n' + A, "b": 'import { a } from "./a.js";\nexport const b = a;\n'}, "imports in a circle: a.js -> b.js -> a.js"),
        ({"a": 'import { b } from "./b.js";\n' + A, "b": "export const b = 1;\nconst a = 2;\n"}, "a.js: a is declared in b.js too"),
        ({"a": "export const b = 1;\n"}, "entry.js: a.js does not export a"),
        ({"a": "const a = 1;\n"}, "entry.js: a.js does not export a"),
        ({"a": A + "const [b, c] = [1, 2];\n"}, "a.js: one name a declaration at the top level, not '[b'"),
        ({}, "a.js: there is no such module"),
    ],
)  # fmt: skip
def test_what_is_not_understood_is_refused_in_one_message(tmp_path, files, message):
    with pytest.raises(BundleError, match=re.escape(message)):
        bundled(tmp_path, **({"entry": ENTRY} | files))


def test_in_a_page_the_default_export_is_a_constant_and_nothing_ends_the_script(tmp_path):
    (tmp_path / "entry.js").write_text("const a = 1;\n\nexport default a;\n")
    assert in_page("entry.js", tmp_path) == "const a = 1;\n\nconst exported = a;\n"
    for text in ("</script>", "<!--"):
        (tmp_path / "other.js").write_text(f'const a = "{text}";\n\nexport default a;\n')
        _fresh()
        with pytest.raises(BundleError, match=r"other\.js: cannot stand in a page"):
            in_page("other.js", tmp_path)


def _fresh():
    """Let the files be read again."""
    bundle_module._module.cache_clear()
    bundle.cache_clear()
    in_page.cache_clear()
