"""Files as tools make them, from the solved notebook 4-relu. Each function says what the tool does."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from our_course import NOTEBOOKS

from grader.instructor.author import notebook

DUE = 7.0
NAME = "relu.ipynb"
JSON = dict[str, Any]
Files = dict[str, bytes]


@dataclass(frozen=True)
class Arrival:
    """What a student's folder holds.

    look: whether it may be marked for a person; else_says: what a fault must say where the points
    cannot be had on the grader's machine.
    """

    name: str
    files: Files
    look: bool = False
    else_says: str = ""


def solved() -> JSON:
    return notebook.solve(NOTEBOOKS["4-relu"])


def file(edit: Callable[[JSON], object] = lambda nb: None) -> bytes:
    made = solved()
    edit(made)
    return json.dumps(made).encode()


def code(source: str, **metadata: Any) -> JSON:
    return {
        "cell_type": "code",
        "source": source,
        "metadata": metadata,
        "id": f"extra-{abs(hash(source)) % 10**9}",
        "outputs": [],
        "execution_count": None,
    }


def at(nb: JSON, name: str) -> int:
    return next(number for number, each in enumerate(nb["cells"]) if each["id"] == name)


def cell(nb: JSON, name: str) -> JSON:
    return nb["cells"][at(nb, name)]


def text(nb: JSON, name: str) -> str:
    return "".join(cell(nb, name)["source"])


def first(source: str) -> Callable[[JSON], None]:
    """Put a cell below the one that imports."""
    return lambda nb: nb["cells"].insert(at(nb, "start") + 1, code(source))


def instead(name: str, source: str) -> Callable[[JSON], None]:
    return lambda nb: cell(nb, name).update(source=source)


def in_front(name: str, source: str) -> Callable[[JSON], None]:
    """Put lines in front of an answer, in its cell."""
    return lambda nb: cell(nb, name).update(source=source + text(nb, name))


def every(change: Callable[[JSON], object]) -> Callable[[JSON], None]:
    def edit(nb: JSON) -> None:
        for each in nb["cells"]:
            change(each)

    return edit


def both(*edits: Callable[[JSON], object]) -> Callable[[JSON], None]:
    def edit(nb: JSON) -> None:
        for one in edits:
            one(nb)

    return edit


# --- helpers that a cell takes along when it stops in the sandbox alone ---

HELPED = "def relu_backward(dy, x):\n    return dy * gate(x)\n"
GATE = "\ndef gate(x):\n    return (x > 0) * 1.0\n"


def stopped_by(lines: str) -> bytes:
    """A cell whose first lines stop in the sandbox, with a helper below them."""
    return file(both(first(lines + GATE), instead("relu_backward", HELPED)))


STOPPING = {
    "torch": "import torch\n",
    "tensorflow": "import tensorflow as tf\ntf.random.set_seed(1)\n",
    "pandas": "import pandas as pd\ntable = pd.DataFrame()\n",
    "scipy": "from scipy.signal import convolve2d\n",
    "colab-drive": "from google.colab import drive\ndrive.mount('/content/drive')\n",
    "colab-files": "from google.colab import files\nuploaded = files.upload()\nlen(uploaded['a'])\n",
    "input": "a = int(input('A number: '))\n",
    "a-file-of-the-students-disk": "import numpy as np\nd = np.loadtxt('/home/ada/data.csv')\n",
    "network": "import urllib.request\nurllib.request.urlopen('http://example.com').read()\n",
    "subprocess": "import subprocess\nsubprocess.run(['ls'], check=True)\n",
    "breakpoint": "breakpoint()\n",
    "assertion": "assert check(relu_forward) == 1.0\n",
    "a-wrong-experiment": "np.ones((2, 3)) @ np.ones((2, 3))\n",
    "division": "1 / 0\n",
    "name-of-later": "print(something_defined_below)\n",
    "exit-caught": "raise KeyboardInterrupt\n",
    "sys-exit": "import sys\nsys.exit('done')\n",
    "slow": "import time\ntime.sleep(9)\n",
    "newer-syntax": "x = f'{'a'}'\ntype T = int\n",
    "thread": "import multiprocessing\nmultiprocessing.Process(target=print).start()\n",
    "seaborn": "import seaborn as sns\nsns.set_theme()\n",
    "sklearn": "from sklearn.datasets import load_digits\nimages = load_digits().images\n",
    "plotly": "import plotly.express as px\npx.line([1, 2]).show()\n",
    "sympy": "from sympy import symbols\nx_, y_ = symbols('x y')\n",
    "nbformat-of-its-own": "import my_package_at_home\n",
    "two-faults": "import torch\nimport jax\n1 / 0\n",
    "cuda": "import torch\ndevice = torch.device('cuda')\n",
    "environment": "import os\ntoken = os.environ['MY_TOKEN']\n",
    "plt-and-a-file": "import matplotlib.pyplot as plt\nplt.imread('photo.png')\n",
    "open-for-writing": "open('/tmp/notes.txt', 'w').write('x')\n",
}

# --- what a kernel has and a plain process has not ---

KERNEL = {
    "history": "3 + 4\n",
    "history-used": "seven = _ + 0 if not isinstance(_, str) else 7\nassert In[-1]\nlen(Out)\n",
    "display": "from IPython.display import display, HTML, clear_output\ndisplay(HTML('<b>x</b>'))\nclear_output()\n",
    "display-handle": "h = display('x', display_id=True)\nh.update('y')\n",
    "plot-after-display": "from IPython.display import Image\nimport matplotlib.pyplot as plt\nplt.plot([1, 2])\nplt.show()\n",
    "matplotlib-inline": "%matplotlib inline\nimport matplotlib.pyplot as plt\nplt.figure()\n",
    "retina": "%config InlineBackend.figure_format = 'retina'\n",
    "autoreload": "%load_ext autoreload\n%autoreload 2\n",
    "shell-assignment": "gpu = !nvidia-smi\nprint(gpu[0], gpu.n)\n",
    "pip": "%pip install numpy\n!pip list\n",
    "interact": "from ipywidgets import interact\n@interact(x=(0, 10))\ndef f(x=3):\n    return x\n",
    "slider": "import ipywidgets as w\ns = w.IntSlider(value=3, min=0, max=9)\nassert s.value == 3\ns.observe(print)\n",
    "output-widget": "import ipywidgets as w\nout = w.Output()\nwith out:\n    print(1)\n",
    "widget-subclass": "import ipywidgets\nclass Panel(ipywidgets.VBox):\n    def __init__(self):\n        super().__init__()\nPanel()\n",
    "tqdm": "from tqdm.notebook import tqdm\ntotal = sum(n for n in tqdm(range(4)))\nassert total == 6\n",
    "tqdm-auto": "from tqdm.auto import tqdm, trange\nassert list(trange(3)) == [0, 1, 2]\nbar = tqdm(total=3)\nbar.update(1)\nbar.close()\n",
    "get-ipython": "ip = get_ipython()\nip.run_line_magic('matplotlib', 'inline')\nassert 'np' in ip.user_ns\nip.events.register('post_run_cell', print)\n",
    "env": "%env ANSWER=42\nimport os\nassert os.environ['ANSWER'] == '42'\n",
    "pylab": "%pylab inline\nassert zeros(3).sum() == 0\n",
    "capture": "%%capture cap\nprint('x')\nkept = 1\n",
    "capture-used": "assert kept == 1\ncap.stdout\n",
    "time": "%time y = 3\nassert y == 3\n",
    "timeit": "%%timeit\nsum(range(10))\n",
    "writefile": "%%writefile my_helpers.py\ndef twice(x):\n    return 2 * x\n",
    "writefile-used": "from my_helpers import twice\nassert twice(2) == 4\n",
    "await": "import asyncio\nasync def f():\n    return 3\nassert await f() == 3\n",
    "future": "from __future__ import annotations\n",
    "future-used": "def hint(x: NotThere) -> NotThere:\n    return x\n",
    "question-mark": "np.sum?\n",
    "who": "%who\n%whos\n",
    "jacobian": "assert numerical_jacobian(lambda v: 2 * v, np.ones(3)).shape == (3, 3)\n",
    "sys-modules": "import sys\nassert sys.modules['__main__'].np is np\n",
    "name-is-main": "assert __name__ == '__main__'\n",
}


def kernel_file(names: list[str]) -> bytes:
    """A notebook with such cells one after another, and a helper in the last of them."""
    cells = [KERNEL[name] for name in names]
    helper = cells[-1] + GATE if not cells[-1].startswith("%%") else GATE
    sources = [*cells[:-1], helper] if not cells[-1].startswith("%%") else [*cells, helper]

    def edit(nb: JSON) -> None:
        place = at(nb, "start") + 1
        nb["cells"][place:place] = map(code, sources)

    return file(both(edit, instead("relu_backward", HELPED)))


# --- what tools do to a file ---


def no_metadata(nb: JSON) -> None:
    """nb-clean, marimo, a formatter: every cell's metadata is emptied."""
    every(lambda each: each.update(metadata={}))(nb)


def pasted(nb: JSON) -> None:
    """Colab: cells pasted into a new notebook have no metadata and new ids."""
    no_metadata(nb)
    for number, each in enumerate(nb["cells"]):
        each["id"] = f"new-{number}"


def merged(nb: JSON) -> None:
    """Merge Cells: the first one's metadata stays."""
    test = at(nb, "check_relu_forward")
    cell(nb, "relu_forward")["source"] = f"{text(nb, 'relu_forward')}\n\ncheck(relu_forward)"
    del nb["cells"][test]


def split(nb: JSON) -> None:
    """Split Cell: both halves carry the metadata."""
    place = at(nb, "relu_backward")
    half = json.loads(json.dumps(nb["cells"][place])) | {"source": "z = 1", "id": "half"}
    nb["cells"].insert(place, half)


def as_text(name: str, fence: str = "") -> Callable[[JSON], None]:
    """An answer cell turned into Markdown, or raw, with its code still there."""

    def edit(nb: JSON) -> None:
        each = cell(nb, name)
        source = text(nb, name)
        each["source"] = f"```{fence}\n{source}\n```" if fence else source
        each["cell_type"] = "markdown"
        for key in ("outputs", "execution_count"):
            each.pop(key, None)

    return edit


def with_photos(nb: JSON) -> None:
    """Pasted photos, widget state and outputs of megabytes."""
    big = "A" * 6_000_000
    cell(nb, "title")["attachments"] = {"photo.png": {"image/png": big}}
    output = {"output_type": "display_data", "data": {"image/png": big}, "metadata": {}}
    cell(nb, "relu_forward")["outputs"] = [output]
    nb["metadata"]["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": [big]}}


def format_3() -> bytes:
    """IPython 2's format: worksheets, `input`, no ids."""
    cells = [
        ({"input": "".join(c["source"]), "language": "python"} | c)
        if c["cell_type"] == "code"
        else c
        for c in solved()["cells"]
    ]
    for each in cells:
        each.pop("id", None)
        if "input" in each:
            each.pop("source")
    return json.dumps({"nbformat": 3, "worksheets": [{"cells": cells}]}).encode()


def script(parting: str, comment: str = "# ") -> bytes:
    """jupytext, nbconvert --to script, Databricks: one file of Python."""
    parts = []
    for each in solved()["cells"]:
        source = "".join(each["source"])
        if each["cell_type"] == "code":
            parts.append(f"{parting}\n{source}\n")
        else:
            parts.append("".join(f"{comment}{line}\n" for line in source.splitlines()))
    return "\n".join(parts).encode()


def marimo() -> bytes:
    """marimo convert: a script in which every cell is a function, or its own function a cell."""
    parts = ["import marimo\n\napp = marimo.App()\n"]
    for each in solved()["cells"]:
        source = "".join(each["source"])
        if each["cell_type"] != "code":
            source = f"mo.md(r'''\n{source}\n''')"
        if source.startswith("def "):
            parts.append(f"@app.function\n{source}\n")
        else:
            body = "".join(f"    {line}\n" for line in source.splitlines())
            parts.append(f"@app.cell(hide_code=True)\ndef _(mo):\n{body}    return\n")
    return "\n".join(parts).encode()


def databricks(nb: JSON) -> None:
    """Databricks: its own metadata, %python in front of cells."""
    pasted(nb)
    for each in nb["cells"]:
        each["metadata"] = {"application/vnd.databricks.v1+cell": {"title": ""}}
        if each["cell_type"] == "code":
            each["source"] = "%python\n" + "".join(each["source"])
            each["execution_count"] = 0


def zipped(files: Files) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return buffer.getvalue()


RIGHT = file()
EMPTY = json.dumps(notebook.load(notebook.source_notebook(NOTEBOOKS["4-relu"]))).encode()
PY = "class Gate:\n    pass\n\ndef gate(x):\n    return (x > 0) * 1.0\n"

FILES = [
    Arrival("plain", {NAME: RIGHT}),
    Arrival("marimo", {"relu.py": marimo()}, look=True),
    Arrival("indented", {NAME: json.dumps(solved(), indent=4).encode()}),
    Arrival("crlf", {NAME: json.dumps(solved(), indent=1).replace("\n", "\r\n").encode()}),
    Arrival("sources-as-text", {NAME: file(every(lambda c: c.update(source="".join(c["source"]))))}),
    Arrival("bom", {NAME: b"\xef\xbb\xbf" + RIGHT}),
    Arrival("utf-16", {NAME: RIGHT.decode().encode("utf-16")}, look=True),
    Arrival("utf-16-be", {NAME: b"\xfe\xff" + RIGHT.decode().encode("utf-16-be")}, look=True),
    Arrival("utf-32", {NAME: RIGHT.decode().encode("utf-32")}, look=True),
    Arrival("nul-padded", {NAME: RIGHT + b"\0" * 4096}, look=True),
    Arrival("windows-1252", {NAME: file(first("s = 'größer'")).replace(b"\\u00f6\\u00df", b"\xf6\xdf")}, look=True),
    Arrival("written-twice", {NAME: RIGHT + RIGHT[:100]}, look=True),
    Arrival("photos", {NAME: file(with_photos)}),
    Arrival("no-metadata", {NAME: file(no_metadata)}, look=True),
    Arrival("no-metadata-key", {NAME: file(every(lambda c: c.pop("metadata")))}, look=True),
    Arrival("no-ids", {NAME: file(every(lambda c: c.pop("id")))}),
    Arrival("pasted", {NAME: file(pasted)}, look=True),
    Arrival("databricks", {NAME: file(databricks)}, look=True),
    Arrival("format-3", {NAME: format_3()}, look=True),
    Arrival("minor-0", {NAME: file(lambda nb: nb.update(nbformat_minor=0))}),
    Arrival("merged", {NAME: file(merged)}, look=True),
    Arrival("split", {NAME: file(split)}, look=True),
    Arrival("moved", {NAME: file(lambda nb: nb["cells"].append(nb["cells"].pop(at(nb, "relu_backward"))))}),
    Arrival("reordered", {NAME: file(lambda nb: nb["cells"].insert(1, nb["cells"].pop(at(nb, "eq_12"))))}),
    Arrival("no-tests", {NAME: file(lambda nb: nb.update(cells=[c for c in nb["cells"] if not c["id"].startswith("check_")]))}, look=True),
    Arrival("answers-alone", {NAME: file(lambda nb: nb.update(cells=[c for c in nb["cells"] if c["metadata"].get("nbgrader", {}).get("solution") or c["id"] in ("start", "student-id")]))}, look=True),
    Arrival("markdown-answer", {NAME: file(as_text("relu_backward"))}, look=True),
    Arrival("fenced-answer", {NAME: file(as_text("relu_backward", "python"))}, look=True),
    Arrival("check-and-more", {NAME: file(instead("check_relu_forward", "print(1)\ncheck(relu_forward)"))}),
    Arrival("cleared-start", {NAME: file(instead("start", "import numpy as np\nfrom grader import *"))}),
    Arrival("renamed-1", {"relu (1).ipynb": RIGHT}, look=True),
    Arrival("renamed-canvas", {"lovelaceada_104_88_relu-1.ipynb": RIGHT}, look=True),
    Arrival("renamed-umlaut", {"Müller 王小明.ipynb": RIGHT}, look=True),
    Arrival("capital-suffix", {"RELU.IPYNB": RIGHT}, look=True),
    Arrival("ipynb-json", {"relu.ipynb.json": RIGHT}, look=True),
    Arrival("two-copies", {NAME: EMPTY, "relu (1).ipynb": RIGHT}, look=True),
    Arrival("backup-beside", {NAME: RIGHT, "relu-backup.ipynb": EMPTY}),
    Arrival("checkpoints", {NAME: RIGHT, ".ipynb_checkpoints/relu-checkpoint.ipynb": EMPTY}),
    Arrival("nested", {f"4-relu/{NAME}": RIGHT}, look=True),
    Arrival("nested-twice", {f"home/4-relu/{NAME}": RIGHT}, look=True),
    Arrival("zipped", {"relu.zip": zipped({f"4-relu/{NAME}": RIGHT, "__MACOSX/._relu.ipynb": b"x"})}, look=True),
    Arrival("zipped-in-a-folder", {"work/relu.zip": zipped({NAME: RIGHT})}, look=True),
    Arrival("jupytext-percent", {"relu.py": script("# %%")}, look=True),
    Arrival("nbconvert-script", {"relu.py": script("# In[ ]:")}, look=True),
    Arrival("databricks-script", {"relu.py": script("# COMMAND ----------", "# MAGIC ")}, look=True),
    Arrival("own-module", {NAME: file(both(first("from gates import gate"), instead("relu_backward", HELPED))), "gates.py": PY.encode()}),
    Arrival("own-package", {NAME: file(both(first("from tools.gates import gate"), instead("relu_backward", HELPED))), "tools/__init__.py": b"", "tools/gates.py": PY.encode()}),
    Arrival("own-module-in-zip", {"work.zip": zipped({f"work/{NAME}": file(both(first("from gates import gate"), instead("relu_backward", HELPED))), "work/gates.py": PY.encode()})}, look=True),
    Arrival("own-module-in-folder", {f"work/{NAME}": file(both(first("from gates import gate"), instead("relu_backward", HELPED))), "work/gates.py": PY.encode()}, look=True),
    Arrival("own-data", {NAME: file(both(first("import numpy as np\nslope = np.loadtxt('slope.csv', delimiter=',')" + GATE), instead("relu_backward", HELPED))), "slope.csv": b"1,2\n3,4\n"}),
    Arrival("a-photo-beside", {NAME: RIGHT, "photo.jpg": b"\xff\xd8" * 1000}),
]  # fmt: skip
ARRIVALS = [
    *FILES,
    *(Arrival(f"stopped-by-{name}", {NAME: stopped_by(lines)}, look=True) for name, lines in STOPPING.items()),
    *(Arrival(f"kernel-{name}", {NAME: kernel_file([name])}) for name in KERNEL if not name.endswith("-used")),
    *(Arrival(f"kernel-{name}", {NAME: kernel_file([name.removesuffix("-used"), name])}) for name in KERNEL if name.endswith("-used")),
    Arrival("answer-begins-with-scipy", {NAME: file(in_front("relu_backward", "from scipy.signal import convolve2d\n"))}, look=True),
    Arrival("answer-begins-with-input", {NAME: file(in_front("relu_backward", "n = input()\n"))}, look=True),
    Arrival("answer-looks-at-a-jacobian", {NAME: file(in_front("relu_backward", "print(numerical_jacobian(lambda v: v, np.ones(2)).shape)\n"))}),
    Arrival("answer-needs-a-package-at-home", {NAME: file(instead("relu_backward", "from a_package_at_home import expit\ndef relu_backward(dy, x):\n    return dy * (expit(x) > 0.5)"))}, look=True, else_says=r"relu_backward: code cell \d+ .*ModuleNotFoundError.*a_package_at_home.*expit"),
    Arrival("helper-lost", {NAME: file(both(first("import a_module_at_home\nif True:\n    def gate(x):\n        return (x > 0) * 1.0"), instead("relu_backward", HELPED)))}, look=True, else_says=r"relu_backward: code cell 2 \(\"import a_module_at_home\"\) stopped: ModuleNotFoundError.*gate, which it defines, was not there"),
]  # fmt: skip
