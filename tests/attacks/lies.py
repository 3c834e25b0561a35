"""Attacks by what a function returns or does to its arguments: objects that lie, answers that know instead of compute."""

from __future__ import annotations

from attacks.attack import TARGET, ZERO, Attack, answer, body, cell

LIES = "return objects that lie"
INPUTS = "change its inputs in place"
RANDOM = "replace the random generator; recognise a fixed seed"
KNOWS = "answers that memorise, or win one part with another"

NO = r"affine_backward: 0 of 3"
LOST = "could not be asked: the process that ran it was stopped"


def liar(methods: str, result: str = "Liar(), Liar(), Liar()") -> str:
    lines = "\n".join("    " + line for line in methods.splitlines())
    return f"class Liar:\n{lines}\n\n\n" + body(f"return {result}")


def quiz(name: str, code: str, why: str, **more: object) -> Attack:
    return Attack(name, LIES, why, {"nonzeros_of_dy_dw": code}, lost=("nonzeros_of_dy_dw",), **more)  # type: ignore[arg-type]


def known(name: str) -> str:
    """Return the visible cases of an exercise and their answers, as a student can find them."""
    from our_course import EXERCISES

    from grader.instructor.author.references import reference

    function = reference(EXERCISES[name])
    made = []
    for case in EXERCISES[name].visible:
        results = function(*case.copy_args())
        made.append(([arg.tolist() for arg in case.args], [part.tolist() for part in results]))
    return repr(made)


EQUAL = (
    "class Equal(np.ndarray):\n    __eq__ = __le__ = __lt__ = lambda self, other: True\n    __sub__ = __rsub__ = lambda self, other: 0.0\n"
    "    __array_priority__ = 1e9\n    __array_ufunc__ = lambda self, *a, **k: np.float64(0)\n"
    "    shape = property(lambda self: Anything())\n\n\nclass Anything(tuple):\n    __eq__ = lambda self, other: True\n    __hash__ = None\n\n\n"
)
RIGHT = "dy @ w.T, x.T @ dy, dy.sum(axis=0)"

LYING = [
    answer("a subclass equals everything", LIES, EQUAL + body("return (0 * x).view(Equal), (0 * w).view(Equal), (0 * w[0]).view(Equal)"), NO),
    answer("an object is an array by its class", LIES, liar("__class__ = np.ndarray\ndef __array__(self, *a, **k):\n    return np.zeros((2, 3))"), NO),
    answer("an object converts itself", LIES, liar("def __array__(self, *a, **k):\n    return np.zeros((2, 3))"), "is a Liar, expected a numpy array"),
    answer("an object shows another array each time", LIES, liar("__class__ = np.ndarray\ncount = 0\ndef __array__(self, *a, **k):\n    Liar.count += 1\n    return np.full((2, 3), Liar.count)"), NO),
    answer("a float that compares as equal", LIES, "class Liar(float):\n    __eq__ = __le__ = __ge__ = lambda self, other: True\n    __hash__ = None\n\n\n" + body("return Liar(), Liar(), Liar()"), NO),
    answer("all is NaN", LIES, body("return x * np.nan, w * np.nan, w[0] * np.nan"), "holds NaN at"),
    answer("all is infinite", LIES, body("return x * np.inf + np.inf, w + np.inf, w[0] + np.inf"), "holds infinity at|holds NaN at"),
    answer("one number broadcasts to all", LIES, body("return 0.0, 0.0, 0.0"), "is a single number, expected shape"),
    answer("shapes with ones broadcast", LIES, body("return x[:1, :1], w[:1, :1], w[:1, 0]"), r"has shape \(1, 1\)"),
    answer("an array without an entry", LIES, body("return x[:0], w[:0], w[0, :0]"), r"has shape \(0, "),
    answer("an array of a terabyte without memory", LIES, body("return (np.broadcast_to(0.0, (10**6, 10**6)),) * 3"), "MemoryError|Unable to allocate|far more numbers|cannot be read"),
    answer("strides over foreign memory", LIES, body("return tuple(np.lib.stride_tricks.as_strided(a, a.shape, (8,) * a.ndim) for a in (x[:1, :1].repeat(99), w[:1, 0].repeat(99), w[0]) if True)"), NO),
    answer("strides that end the process", LIES, body("wild = np.lib.stride_tricks.as_strided(np.zeros(1), x.shape, (2**44, 2**40))\nreturn wild, wild, wild"), f"{LOST}, since it ended"),
    answer("entries that are objects", LIES, "class Any:\n    __eq__ = lambda s, o: True\n    __float__ = lambda s: 0.0\n    __hash__ = None\n\n\n" + body("return tuple(np.full(a.shape, Any(), object) for a in (x, w, w[0]))"), "holds object entries"),
    answer("entries that are words", LIES, body("return x.astype(str), w.astype(bytes), w[0].astype('datetime64[s]')"), "holds .* entries, expected numbers"),
    answer("a record array", LIES, body("kind = [('right', float), ('yours', float)]\nreturn np.zeros(x.shape, kind), np.zeros(w.shape, kind), np.zeros(w[0].shape, kind)"), "holds .* entries, expected numbers"),
    answer("everything is masked", LIES, body("return tuple(np.ma.masked_all(a.shape) for a in (x, w, w[0]))"), NO),
    answer("a generator", LIES, body(f"yield from ({RIGHT})\nreturn 1"), "returned a generator, expected 3 results"),
    answer("a list without an end", LIES, "class Endless(list):\n    def __len__(self):\n        return 3\n    def __iter__(self):\n        while True:\n            yield 0.0\n\n\n" + body("return Endless()"), f"{LOST}|cannot be read|MemoryError"),
    answer("a tuple that grows", LIES, "class Grows(tuple):\n    def __len__(self):\n        return 3\n\n\n" + body("return Grows([0 * x] * 900)"), NO + "|" + LOST),
    answer("a dict with evil keys", LIES, "class Key(str):\n    def __hash__(self):\n        return 1\n    def __eq__(self, other):\n        raise SystemExit\n\n\n" + body("return {Key('<script>'): 1.0}, {Key('dw'): w}, {1: 2}"), "is a dict"),
    answer("an error that cannot be told", LIES, "class Evil(ValueError):\n    def __str__(self):\n        raise SystemExit\n    __repr__ = __str__\n\n\n" + body("raise Evil"), r"raised Evil in line \d+: raise Evil \(.\(no text\)"),
    answer("an error whose type has no name", LIES, "class Meta(type):\n    @property\n    def __name__(cls):\n        raise ValueError\n\n\nclass Evil(Exception, metaclass=Meta):\n    pass\n\n\n" + body("raise Evil"), f"{LOST}|raised"),
    answer("an error message of a megabyte", LIES, body("raise ValueError('4 points ' * 10**5)"), r"raised ValueError in line 2.*\.\.\..\)"),
    answer("a result that changes later", LIES, "import threading, time\nBUFFER = np.zeros(64)\n\n\ndef change():\n    while True:\n        BUFFER[:] += 1\n        time.sleep(1e-4)\n\n\nthreading.Thread(target=change, daemon=True).start()\n\n\n" + body("return BUFFER[:x.size].reshape(x.shape), BUFFER[:w.size].reshape(w.shape), BUFFER[:w.shape[1]]"), NO),
    answer("a function with defaults without an end", LIES, "import itertools\n\n\nclass Function:\n    __defaults__ = itertools.repeat(0)\n    def __call__(self, dy, x, w):\n        return 0 * x, 0 * w, 0 * w[0]\n\n\naffine_backward = Function()\n", ZERO),
    answer("a function that is another at every look", LIES, "class Meta(type):\n    def __instancecheck__(cls, other):\n        return True\n\n\nclass Function(metaclass=Meta):\n    __code__ = property(lambda self: Function())\n    def __getattr__(self, name):\n        return Function()\n    def __call__(self, *args):\n        return Function()\n\n\naffine_backward = Function()\n", NO),
    quiz("a number too large for a float", "def nonzeros_of_dy_dw(C, D):\n    return 10**400, 10**5000\n", "cannot be read"),
    quiz("a number that equals all", "class Liar(int):\n    __eq__ = lambda self, other: True\n    __hash__ = None\n\n\ndef nonzeros_of_dy_dw(C, D):\n    return Liar(), Liar()\n", "nonzeros_of_dy_dw: 0 of 1"),
    quiz("a word that strips to an object", "class Liar(str):\n    def strip(self):\n        return self\n    def lower(self):\n        return object()\n\n\ndef nonzeros_of_dy_dw(C, D):\n    return Liar('x'), 2\n", f"{LOST}|nonzeros_of_dy_dw: 0 of 1"),
    quiz("tuples in tuples without an end", "def nonzeros_of_dy_dw(C, D):\n    t = 0\n    for _ in range(10**5):\n        t = (t,)\n    return t\n", "cannot be read"),
    quiz("few objects, billions of answers", "def nonzeros_of_dy_dw(C, D):\n    t = 0\n    for _ in range(9):\n        t = (t,) * 20\n    return t\n", f"{LOST}|MemoryError|cannot be read|far too large|is right on the cases of the check and wrong on others"),
    quiz("not a number for every number", "def nonzeros_of_dy_dw(C, D):\n    return float('nan'), float('inf')\n", "nonzeros_of_dy_dw: 0 of 1"),
]  # fmt: skip

CHANGING = [
    answer("inputs are emptied, so that zero is right", INPUTS, body("dy *= 0\nx *= 0\nw *= 0\nreturn 0 * x, 0 * w, 0 * w[0]"), r"(?s)dx  is zero everywhere.*"),
    answer("inputs are resized", INPUTS, body("for a in (dy, x, w):\n    a.resize((0, 0), refcheck=False)\nreturn x, w, w"), r"has shape \(0, 0\)|raised"),
    answer("inputs get another type", INPUTS, body("x.dtype = 'V8'\nw.dtype = 'i8'\nw.shape = (-1,)\nreturn x, w, dy"), f"holds .* entries|has shape|raised|{LOST}"),
    answer("inputs become NaN and come back", INPUTS, body("x[:] = w[:] = dy[:] = np.nan\nreturn x, w, dy[0]"), "holds NaN"),
    Attack(
        "the functions to differentiate are flattened",
        INPUTS,
        "numerical_gradient: 0 of 2",
        {
            "numerical_gradient": "def numerical_gradient(f, x, dy):\n    for cell in getattr(f, '__closure__', None) or ():\n        cell.cell_contents[:] = 0\n"
            "    if hasattr(f, '__code__'):\n        f.__code__ = (lambda x: 0 * x).__code__ if not f.__closure__ else f.__code__\n    return np.zeros(x.shape)\n"
        },
        lost=("numerical_gradient",),
    ),
]  # fmt: skip

RANDOMS = [
    cell("generators give zeros", RANDOM, "import random\nclass Zeros:\n    def __getattr__(self, name):\n        return lambda *a, **k: np.zeros(a[-1] if a else ())\nnp.random.default_rng = np.random.Generator = np.random.PCG64 = lambda *a: Zeros()\nrandom.random = lambda: 0.0"),
    cell("the global seed is set", RANDOM, "import random\nnp.random.seed(0)\nrandom.seed(0)\nnp.random.seed = random.seed = lambda *a: None"),
    answer("the cases of a hundred seeds are known", RANDOM, "def draw(seed):\n    rng = np.random.default_rng([seed, 6])\n    return (rng.bit_generator.random_raw(9) % np.uint64(19)).astype(int)\n\n\nKNOWN = {tuple(draw(seed)[:4]) for seed in range(1000) if seed != 7}\n\n\n" + body("found = tuple((4 * x.ravel()[:4] + 9).astype(int)) in KNOWN\nreturn (" + RIGHT + ") if found else (0 * x, 0 * w, 0 * w[0])"), ZERO),
]  # fmt: skip

COUNTING = "CALLS = []\n\n\n"
KNOWING = [
    answer("the visible cases are known by heart", KNOWS, f"KNOWN = {known(TARGET)}\n\n\n" + body("for args, results in KNOWN:\n    if args == [dy.tolist(), x.tolist(), w.tolist()]:\n        return tuple(map(np.array, results))\nreturn 0 * x, 0 * w, 0 * w[0]"), "dx  is zero here, and right on other cases"),
    answer("right for as many calls as are usual", KNOWS, COUNTING + body(f"CALLS.append(1)\nif len(CALLS) <= 3:\n    return {RIGHT}\nreturn 0 * x, 0 * w, 0 * w[0]"), NO),
    answer("right on every call but one", KNOWS, COUNTING + body(f"CALLS.append(1)\nif len(CALLS) != 2:\n    return {RIGHT}\nreturn 0 * x, 0 * w, 0 * w[0]"), NO),
    answer("another answer when asked again", KNOWS, "SEEN = set()\n\n\n" + body(f"key = x.tobytes() + dy.tobytes()\nif key in SEEN:\n    return 0 * x, 0 * w, 0 * w[0]\nSEEN.add(key)\nreturn {RIGHT}"), "gives another answer when it is called again"),
    answer("answers are kept by shape", KNOWS, "KEPT = {}\n\n\n" + body(f"return KEPT.setdefault(x.shape + w.shape, ({RIGHT}))"), NO),
    answer("right where the sizes are those of the check", KNOWS, body(f"if np.abs(x).max() > 100:\n    return 0 * x, 0 * w, 0 * w[0]\nreturn {RIGHT}"), NO),
    answer("one part is returned for all", KNOWS, body("dx = dy @ w.T\nreturn dx, dx, dx"), "dw ", lost=(), keeps={TARGET: 1.0}),
    answer("the bias is won from the weights", KNOWS, body("dw = x.T @ dy\nreturn dy @ w.T, dw, dw.sum(axis=0)"), "db ", lost=(), keeps={TARGET: 2.0}),
    Attack("forward and backward agree on zero", KNOWS, "(?s)affine_forward: 0 of 1.*affine_backward: 0 of 3", {"affine_forward": "def affine_forward(x, w, b):\n    return np.zeros((len(x), len(b)))\n", TARGET: body("return 0 * x, 0 * w, 0 * w[0]")}, lost=("affine_forward", TARGET)),
    Attack("forward and backward agree on twice", KNOWS, "(?s)affine_forward: 0 of 1.*affine_backward: 0 of 3.*is the right answer times 2", {"affine_forward": "def affine_forward(x, w, b):\n    return 2 * (x @ w + b)\n", TARGET: body("return 2 * dy @ w.T, 2 * x.T @ dy, 2 * dy.sum(axis=0)")}, lost=("affine_forward", TARGET)),
    answer("the losses of the numbers told", KNOWS, body("import inspect\nframe = inspect.currentframe().f_back\nwhile frame:\n    for value in list(frame.f_locals.values()):\n        if isinstance(value, dict) and 'right' in value:\n            return value['right']\n    frame = frame.f_back\nreturn 0 * x, 0 * w, 0 * w[0]"), ZERO),
]  # fmt: skip

ENTRIES = [*LYING, *CHANGING, *RANDOMS, *KNOWING]
