"""Attacks that read: kernels' histories, frames, files, other processes; each file or process is shown open outside."""

from __future__ import annotations

from attacks.attack import ASSIGNMENT, GOT, ZERO, Attack, answer, body, cell, probing, returning

FRAMES = "read In, stack frames, gc"
FILES = "read files, the gradebook, the environment"
SOLUTIONS = "import or search for the solutions"
OTHERS = "read other submissions and processes through /proc"
SHADOW = "shadow modules with files of its own"

NO_FILE = r"raised (FileNotFoundError|PermissionError) in line"
NOT_THERE = r"raised (ModuleNotFoundError|ImportError|FileNotFoundError|PermissionError|NotADirectoryError|AttributeError)"


def reading(name: str, path: str, line: str = FILES, opens: str = "", **more: bool) -> Attack:
    """A file that is read: path is an expression."""
    code = returning("open(path, 'rb').read(4000)", f"path = {path}")
    return probing(name, line, code, NO_FILE, opens or f"{GOT} b'", **more)


READING = [
    reading("a file in the temporary folder", "SECRET_FILE", opens="canary"),
    reading("the gradebook", "FOLDER + '/gradebook.db'", opens="canary"),
    reading("another student's answer", "FOLDER + '/other/answer.py'", opens="canary"),
    reading("the solutions as a file", "REPOSITORY + '/solutions/affine.py'", SOLUTIONS, opens="affine_backward"),
    reading("the fingerprints", "REPOSITORY + '/grader/fingerprints/1-affine.json'", SOLUTIONS),
    reading("the passwords", "'/etc/passwd'", opens="root:"),
    reading("a relative path out of the scratch folder", "'../' * 30 + SECRET_FILE", opens="canary"),
    reading("its own environment in /proc", "'/proc/self/environ'"),
    reading("the environment of another process", "f'/proc/{VICTIM}/environ'", OTHERS, opens="canary"),
    reading("the environment of every process", "f'/proc/{os.getppid()}/environ'", OTHERS),
    reading("the command line of another process", "f'/proc/{VICTIM}/cmdline'", OTHERS, opens="sleep"),
    reading("its own memory map", "'/proc/self/maps'", OTHERS),
    reading("its mounts", "'/proc/self/mountinfo'", OTHERS),
    reading("the network's state", "'/proc/net/tcp'", OTHERS),
    probing(
        "the memory of another process",
        OTHERS,
        returning(
            "open(f'/proc/{VICTIM}/mem', 'rb', 0).fileno() and os.pread(os.open(f'/proc/{VICTIM}/mem', 0), 8, start)",
            "start = int(open(f'/proc/{VICTIM}/maps').readline().split('-')[0], 16)",
        ),
        NO_FILE,
        rf"{GOT} b'\\x7fELF",
    ),
    probing(
        "its own memory as a file",
        OTHERS,
        returning("os.pwrite(os.open('/proc/self/mem', os.O_RDWR), b'', 0)"),
        NO_FILE,
        f"{GOT} 0",
    ),
    probing("the descriptors of this process", OTHERS, returning("os.listdir('/proc/self/fd')"), NO_FILE, rf"{GOT} \['0'"),
    probing("the list of processes", OTHERS, returning("os.listdir('/proc')"), NO_FILE, rf"{GOT} \["),
    probing("the files of the temporary folder", FILES, returning("os.listdir('/tmp')"), NO_FILE, "attacked-"),
    probing("the scratch folders beside its own", OTHERS, returning("os.listdir('..')"), NO_FILE, rf"{GOT} \["),
    probing("the root", FILES, returning("os.listdir('/')"), NO_FILE, "usr"),
    probing("the home folder", FILES, returning("os.listdir(os.path.expanduser('~root'))"), NO_FILE, GOT, needs_root=True),
    probing("the users", FILES, returning("pwd.getpwall()", "import pwd"), r"raised|printed", "root", never=("/root",)),
    probing(
        "a secret in the environment",
        FILES,
        returning("os.environ['COURSE_SECRET']"),
        "raised KeyError in line",
        "canary",
    ),
    probing("import the solutions", SOLUTIONS, returning("solutions.affine", "sys.path.append(REPOSITORY)\nimport solutions.affine"), NOT_THERE, "module 'solutions.affine'"),
    probing("import the grader that judges", SOLUTIONS, returning("grader.instructor.author.catalogue", "sys.path.insert(0, REPOSITORY)\nimport grader.instructor.author.catalogue"), NOT_THERE, "module 'grader.instructor.author.catalogue'"),
    probing("load the solutions by their path", SOLUTIONS, returning("runpy.run_path(REPOSITORY + '/solutions/affine.py')['affine_backward']", "import runpy"), NOT_THERE, "function affine_backward"),
    probing("the layers of the capstone", SOLUTIONS, returning("layers.affine_backward", "sys.path.append(REPOSITORY + '/notebooks/6-capstone')\nimport layers"), NOT_THERE, "function affine_backward"),
    probing("search Python's packages for the solutions", SOLUTIONS, returning("found", "import pkgutil\nsys.path.append(REPOSITORY)\nfound = [m.name for m in pkgutil.iter_modules() if m.name == 'solutions'] or [].found"), "raised AttributeError", "solutions"),
]  # fmt: skip

LOOKING = [
    answer("the history of the kernel", FRAMES, body("return [In, Out, _ih, get_ipython().user_ns][0]"), "returned \\d+ results, expected 3"),
    answer(
        "references in the frames and in gc",
        FRAMES,
        "import gc, sys, types\n\n\n"
        + body(
            "mine = sys._getframe().f_code\nfor thing in gc.get_objects():\n"
            "    if isinstance(thing, types.FunctionType) and thing.__name__ == 'affine_backward' and thing.__code__ is not mine:\n"
            "        return thing(dy, x, w)\nreturn 0 * x, 0 * w, 0 * w[0]"
        ),
        ZERO,
    ),
    answer(
        "modules of the course in memory",
        FRAMES,
        "import sys\n\n\n"
        + body(
            "names = [name for name in sys.modules if name.split('.')[0] in ('solutions', 'nbgrader', 'sqlalchemy', 'layers')]\n"
            "names += [name for name in sys.modules if name.startswith('grader.')]\nraise KeyError('found', names)"
        ),
        r"\('found', \[\]\)",
    ),
    answer(
        "seeds and right answers in the frames",
        FRAMES,
        "import sys\n\n\n"
        + body(
            "names, frame = set(), sys._getframe(1)\nwhile frame:\n    names |= set(frame.f_locals)\n"
            "    for value in list(frame.f_locals.values()):\n        names |= {str(k) for k in value} if isinstance(value, dict) else set()\n"
            "    frame = frame.f_back\nraise KeyError('found', sorted(names & {'seed', 'right', 'rights', 'expected', 'secret', 'tolerance', 'fingerprints'}))"
        ),
        r"\('found', \[\]\)",
    ),
    answer(
        "secrets in the memory that was forked",
        FRAMES,
        "import gc\n\n\n"
        + body(
            "found = [s for s in gc.get_objects() if isinstance(s, dict) and any(isinstance(k, str) and k.isupper() and 'SECRET' in k for k in s)]\n"
            "raise KeyError('found', [list(d)[:9] for d in found if 'PIPE_BUF' not in d][:3])"
        ),
        r"\('found', \[\]\)",
    ),
    answer(
        "descriptors that were left open",
        FRAMES,
        "import os\n\n\n"
        + body(
            "found = []\nfor fd in range(5, 1024):\n    try:\n        found.append((fd, os.fstat(fd).st_mode))\n    except OSError:\n        continue\n"
            "raise KeyError('found', found)"
        ),
        r"\('found', \[\]\)",
    ),
    answer(
        "hidden cases in an error message",
        FRAMES,
        "CALLS = []\n\n\n"
        + body(
            "CALLS.append(dy)\nif len(CALLS) == 4:\n    raise ZeroDivisionError('late')\nreturn dy @ w.T, x.T @ dy, dy.sum(axis=0)"
        ),
        r"affine_backward: 0 of 3 points\n +(raised ZeroDivisionError[^\n]*|is right on the cases of the check and wrong on others)",
    ),
    cell(
        "modules of its own beside the notebook",
        SHADOW,
        "import os\nfor name in ('numpy', '_call', 'worker', 'seal', 'grader', 'sitecustomize', 'usercustomize', 'json', 'struct'):\n"
        "    with open(name + '.py', 'w') as file:\n        file.write('raise SystemExit(\"4 of 4 points\")\\n')\n"
        "os.makedirs('solutions', exist_ok=True)\nprint('written', len(os.listdir('.')) >= 9)",
        why="(?s)" + ZERO + ".*printed: written True",
    ),
    cell(
        "a path file for the next Python",
        SHADOW,
        "import os, sys\ntry:\n    open(os.path.join(sys.prefix, 'lib', 'evil.pth'), 'w').write('import os')\nexcept OSError as error:\n"
        "    print('pth:', type(error).__name__)\nsys.path.insert(0, os.getcwd())\nopen('grader.py', 'w').write('check = lambda f: 4.0')\n"
        "sys.modules.pop('grader', None)\nimport grader",
        why="(?s)" + ZERO + ".*printed: pth: (OSError|PermissionError)",
    ),
]  # fmt: skip
ENTRIES = [*READING, *LOOKING]
assert ASSIGNMENT == "1-affine"
