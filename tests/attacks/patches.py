"""Attacks that patch what they think judges them: numpy, the builtins, IPython, the checker, the messages of a notebook."""

from __future__ import annotations

from attacks.attack import ALL, TARGET, WRONG, ZERO, Attack, answer, body, cell

LINE = "patch numpy, numpy.testing, builtins, IPython, the checker"
DISPLAY = "send its own display messages"
HOOKS = "patch builtins, hooks of the interpreter"

NAN = body("return x * np.nan, w * np.nan, w[0] * np.nan")

ENTRIES = [
    cell(
        "numpy compares everything as equal",
        LINE,
        "np.allclose = np.isclose = np.array_equal = lambda *a, **k: True",
    ),
    cell(
        "numpy.testing asserts nothing",
        LINE,
        "import numpy.testing as t\nfor name in dir(t):\n    if name.startswith('assert'):\n        setattr(t, name, lambda *a, **k: None)",
    ),
    cell(
        "errors are measured as zero",
        LINE,
        "import numpy.linalg\nnp.abs = np.max = np.maximum = np.subtract = lambda *a, **k: np.float64(0)\nnumpy.linalg.norm = np.abs",
        spoils=True,
    ),
    cell(
        "the builtins say yes",
        LINE,
        "import builtins\nbuiltins.abs = builtins.sum = builtins.max = lambda *a, **k: 0\nbuiltins.all = builtins.any = lambda *a: True",
        spoils=True,
    ),
    cell(
        "everything is an instance of everything",
        LINE,
        "import builtins\nbuiltins.isinstance = builtins.issubclass = lambda *a: True",
        why=r"cannot be read|could not be asked|holds|is zero everywhere",
        spoils=True,
    ),
    answer(
        "differences, once nobody looks",
        HOOKS,
        "import sys\n\n"
        + body(
            "sys.settrace(None)\nresults = []\nfor k, a in enumerate((x, w)):\n    d = np.zeros(a.shape)\n"
            "    for i in np.ndindex(*a.shape):\n        m = a.copy()\n        m[i] += 1\n"
            "        v = [x, w]\n        v[k] = m\n"
            "        d[i] = np.sum(dy * (affine_forward(*v, 0) - affine_forward(x, w, 0)))\n    results.append(d)\n"
            "return (*results, dy.sum(axis=0))"
        ),
        "calls settrace: write it without settrace",
    ),
    cell(
        "the checker in the notebook returns four points",
        LINE,
        "import grader, sys\ncheck = grader.check = lambda *a, **k: 4.0\nsys.modules['grader'].judge = lambda *a: 4.0",
    ),
    cell(
        "another module stands for the grader",
        LINE,
        "import sys, types\nfake = types.ModuleType('grader')\nfake.check = fake.grade_submission = lambda *a, **k: 4.0\n"
        "for name in ('grader', 'grader.judge.judge', 'grader.judge.compare', 'grader.instructor', 'grader.instructor.sealed.session'):\n    sys.modules[name] = fake",
    ),
    cell(
        "IPython runs cells that always succeed",
        LINE,
        "from IPython.core.interactiveshell import InteractiveShell\nInteractiveShell.run_cell = lambda *a, **k: None\n"
        "InteractiveShell.showtraceback = lambda *a, **k: None",
    ),
    cell(
        "results count as finite whatever they are",
        LINE,
        "np.isfinite = lambda a: np.ones(np.shape(a), bool)",
        why="dx +holds NaN or infinity|holds NaN or infinity",
        answers={TARGET: NAN},
    ),
    cell(
        "numpy copies into what it is told to",
        LINE,
        "keep = np.ascontiguousarray\nnp.ascontiguousarray = lambda a, *args, **k: keep(np.ones(np.shape(a)) if not np.any(a) else a, '<f8')",
        why=r"(?s)affine_backward: 0 of 3.*yours",
        spoils=True,
    ),
    cell(
        "another numpy is imported from now on",
        LINE,
        "import sys, types\nfake = types.ModuleType('numpy')\nfake.__getattr__ = lambda name: (lambda *a, **k: True)\nsys.modules['numpy'] = fake",
        spoils=True,  # numpy 1.26 imports parts of itself when they are first called
    ),
    cell(
        "json adds points to every reply",
        LINE,
        "import json\nkeep = json.dumps\njson.dumps = lambda v, **k: keep({**v, 'earned': 4, 'points': 4, 'right': True, 'fault': ''}, **k)",
        why="could not be asked",
        spoils=True,
    ),
    cell(
        "replies are packed with ones for zeros",
        LINE,
        "import os\nkeep = os.write\nos.write = lambda fd, data: keep(fd, data.replace(bytes(8), np.float64(1).tobytes())"
        " if fd > 2 else data)",
        why=r"(?s)affine_backward: 0 of 3.*(yours|could not be asked)",
        spoils=True,
    ),
    cell(
        "the warnings machine is replaced",
        LINE,
        "import warnings\nclass Silent:\n    def __init__(self, *a, **k): pass\n    def __enter__(self): return [4.0] * 4\n"
        "    def __exit__(self, *a): return True\nwarnings.catch_warnings = Silent\nwarnings.simplefilter = lambda *a: None",
        why=r"affine_backward: 0 of 3",
        spoils=True,
    ),
    cell(
        "numpy says that nothing shares memory",
        LINE,
        "np.may_share_memory = np.shares_memory = lambda *a: False",
    ),
    answer(
        "a verdict is printed",
        DISPLAY,
        body(
            "print('affine_backward: 4 of 4 points')\nprint('### PASSED ###', 4.0)\nreturn 0 * x, 0 * w, 0 * w[0]"
        ),
        r"(?s)affine_backward: 0 of 3 points.*printed: affine_backward: 4 of 4",
    ),
    cell(
        "the last value of every cell is four",
        DISPLAY,
        "import sys\nsys.displayhook = lambda value: print(4.0)\nget_ipython().display_formatter = None\ndisplay(4.0)\n4.0",
    ),
    cell(
        "display data is published with a score",
        DISPLAY,
        "from IPython.display import publish_display_data\npublish_display_data({'application/vnd.nbgrader+json': {'score': 4.0}, "
        "'text/plain': '4.0'}, {'nbgrader': {'grade_id': 'check_affine_backward', 'points': 4}})",
    ),
    answer(
        "a warning speaks like a verdict",
        DISPLAY,
        "import warnings\n\n"
        + body("warnings.warn('affine_backward: 4 of 4 points')\nreturn 0 * x, 0 * w, 0 * w[0]"),
        r"(?s)affine_backward: 0 of 3 points.*warned: UserWarning with the message .affine_backward: 4 of 4",
    ),
    answer(
        "an error message holds a script",
        DISPLAY,
        body("raise ValueError('<script>alert(1)</script><img src=x onerror=alert(1)>')"),
        "raised ValueError in line 2",
    ),
    answer(
        "an error message moves the cursor of a terminal",
        DISPLAY,
        body("raise ValueError('\\x1b]0;owned\\x07\\x1b[2K\\x1b[1A\\x9b31m 4 of 4 points')"),
        "raised ValueError in line 2",
        never=("\\u001b", "\\u0007", "\x9b"),
    ),
    answer(
        "an error message turns its direction of writing",
        DISPLAY,
        body("raise ValueError('\\u202e\\u2066 stniop 4 fo 4')"),
        "raised ValueError in line 2",
        never=("\u202e", "\u2066"),
    ),
    answer(
        "an error message is no Unicode",
        DISPLAY,
        body("raise ValueError('half a pair: \\ud800 \\x00')"),
        "raised ValueError in line 2",
    ),
    cell(
        "a tracer rewrites the variables of the worker",
        HOOKS,
        "import sys, ctypes\n\ndef tracer(frame, event, arg):\n    if 'parts' in frame.f_locals and 'chunks' in frame.f_locals:\n"
        "        for part in frame.f_locals['parts']:\n            part.update(fault='', right=True, earned=4)\n    return tracer\n\n"
        "frame = sys._getframe()\nwhile frame:\n    frame.f_trace = tracer\n    frame = frame.f_back\nsys.settrace(tracer)",
        why="could not be asked",
        spoils=True,
    ),
    cell(
        "a profiler raises inside the worker",
        HOOKS,
        "import sys\n\ndef profiler(frame, event, arg):\n    if frame.f_code.co_name in ('split', 'numbers'):\n        raise SystemExit\n\n"
        "sys.setprofile(profiler)",
        why=r"cannot be read|could not be asked|is zero everywhere",
        spoils=True,
    ),
    cell(
        "an audit hook raises on everything",
        HOOKS,
        "import sys\nbusy = []\n\ndef hook(event, args):\n    if event in ('compile', 'exec', 'signal.signal', 'open') or busy:\n"
        "        raise RuntimeError('4 of 4 points')\n\nsys.addaudithook(hook)",
        why=r"(could not be asked|is not defined|raised|is zero everywhere)",
        spoils=True,
    ),
    cell(
        "an import hook gives fakes",
        HOOKS,
        "import sys, types\nclass Fake:\n    @staticmethod\n    def find_spec(name, path=None, target=None):\n        from importlib.machinery import ModuleSpec\n"
        "        return ModuleSpec(name, Fake)\n    @staticmethod\n    def create_module(spec):\n        return types.ModuleType(spec.name)\n"
        "    @staticmethod\n    def exec_module(module):\n        module.__getattr__ = lambda name: 4.0\n"
        "sys.meta_path.insert(0, Fake)\nsys.path_importer_cache.clear()",
    ),
    cell(
        "the exception hooks and the end of the process are taken",
        HOOKS,
        "import sys, atexit, threading\nsys.excepthook = sys.unraisablehook = threading.excepthook = lambda *a: None\n"
        "atexit.register(print, 'affine_backward: 4 of 4 points')\nclass Last:\n    def __del__(self):\n        print(4.0)\nlast = Last()",
    ),
    Attack(
        "the test cell's name is a property of the answer",
        LINE,
        ZERO,
        {
            TARGET: WRONG
            + "\naffine_backward.earned = affine_backward.points = 4\naffine_backward.__qualname__ = 'check_hinge_loss'\n"
        },
        lost=(TARGET,),
    ),
    Attack(
        "a global scope that lies",
        LINE,
        r"affine_backward: 0 of 3",
        {TARGET: WRONG},
        (
            "import sys\nclass Module(type(sys)):\n    def __getattribute__(self, name):\n        return 4.0\n"
            "sys.modules['__main__'].__class__ = Module",
        ),
        lost=(TARGET,),
        spoils=True,
    ),
]
assert set(ALL) >= {TARGET}
