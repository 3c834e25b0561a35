"""Cells that students add: imports, helpers, prints, plots, magics, files."""

from __future__ import annotations

from honest.work import helped, scratch

STANDARD = "math itertools functools collections dataclasses typing time random tempfile os.path pathlib json re copy warnings"
MORE = "sys io string textwrap datetime statistics fractions decimal operator contextlib enum abc inspect traceback pprint csv glob shutil logging threading pickle timeit types heapq bisect struct hashlib uuid platform gc weakref subprocess"
PLOT = "import matplotlib.pyplot as plt\n"

IMPORTS = [
    helped("many imports", "\n".join(f"import {name}" for name in STANDARD.split())),
    helped("more imports", "\n".join(f"import {name}" for name in MORE.split())),
    helped("from numpy import *", "from numpy import *\nprint(array([1.0]).sum())"),
    helped("numpy twice, under two names", "import numpy\nimport numpy as np\nimport numpy as np\nfrom numpy.linalg import norm\nprint(norm(np.ones(4)))", prints="2.0"),
    helped("scipy, where it is installed", "try:\n    import scipy.special\nexcept ImportError:\n    print('no scipy')"),
    helped("a progress bar", "from tqdm import tqdm\nfor _ in tqdm(range(3)):\n    pass"),
    helped("display, from where IPython has it", "from IPython.display import display, HTML, Markdown, clear_output\ndisplay(HTML('<b>x</b>'), Markdown('# x'))\ndisplay(np.eye(2))"),
    helped("get_ipython, from where IPython has it", "from IPython import get_ipython\nget_ipython().run_line_magic('matplotlib', 'inline')"),
    helped("a test for Colab", "IN_COLAB = 'google.colab' in str(get_ipython())\nprint(IN_COLAB, __name__)", prints="False __main__"),
    helped("widgets", "try:\n    import ipywidgets\n    slider = ipywidgets.IntSlider(3)\n    display(slider)\nexcept ImportError:\n    pass"),
    helped("the checker again", "from grader import *\nfrom grader import check, progress, start_check\nstart_check()\nprogress()"),
    helped("pinned randomness", "import random\nrandom.seed(0)\nnp.random.seed(0)\nrng = np.random.default_rng(0)\nprint(rng.normal(size=3).shape)", prints="(3,)"),
]  # fmt: skip

LIBRARIES = [
    helped("what the standard library loads from the system", "import bz2, ctypes, decimal, hashlib, locale, lzma, multiprocessing, sqlite3, ssl, zlib, xml.etree.ElementTree\nprint(sqlite3.connect(':memory:').execute('select 6 * 7').fetchone(), hashlib.sha256(b'').hexdigest()[:6], ctypes.CDLL(None) is not None, ssl.OPENSSL_VERSION != '')", prints="(42,) e3b0c4 True True"),
    helped("the time in other places", "import datetime, zoneinfo\nprint(datetime.datetime(2026, 1, 1, tzinfo=zoneinfo.ZoneInfo('Europe/Berlin')).utcoffset(), datetime.datetime.now().astimezone().tzinfo is not None)", prints="1:00:00 True"),
    helped("linear algebra and random numbers", "import numpy.random, numpy.fft\nprint(round(np.linalg.det(np.linalg.inv(2 * np.eye(3))), 3), np.linalg.svd(np.eye(2))[1], np.fft.fft(np.ones(2)).real)", prints="0.125 [1. 1.] [2. 0.]"),
    helped("other packages, where they are installed", "import importlib\nfor name in ('scipy.linalg', 'pandas', 'sympy', 'PIL.Image'):\n    try:\n        importlib.import_module(name)\n    except ModuleNotFoundError:\n        pass\nprint('imported')", prints="imported"),
]  # fmt: skip

PRINTS = [
    helped("numpy prints and errors otherwise", "np.set_printoptions(precision=3, suppress=True, threshold=5)\nnp.seterr(all='raise')\nprint(np.ones(9))"),
    helped("a long print", "for n in range(3000):\n    print(n, 'x' * 40)"),
    helped("letters of the world", "größe = 1\nπ = 3.14\nprint('Größe π ∂L/∂x 梯度 🎉', größe)", prints="梯度 🎉 1"),
    helped("standard error and logging", "import logging, sys\nlogging.basicConfig(level=logging.INFO)\nlogging.getLogger('me').warning('logged')\nprint('to stderr', file=sys.stderr)", prints="logged"),
    helped("warnings", "import warnings\nwarnings.warn('careful')\nnp.array([1.0]) / 0\nwarnings.filterwarnings('error')\nwarnings.simplefilter('ignore')"),
    helped("pretty printing and a table", "from pprint import pprint\npprint({'a': [1] * 3})\nprint(f'{3.14159:8.2f}|{\"x\":>5}', end='\\r')"),
    helped("the clock", "import time, datetime\nstart = time.perf_counter()\ntime.sleep(0.01)\nprint(datetime.datetime.now().year > 2000, time.perf_counter() > start)", prints="True True"),
    helped("where am I", "import os, platform, getpass\nprint(os.getcwd() != '', os.listdir('.') is not None, 'HOME' in os.environ, platform.python_version() > '3')", prints="True True True True"),
    helped("my home", "from pathlib import Path\nimport os\nprint(Path.home().exists(), os.path.expanduser('~') != '~', os.environ.get('USER', 'nobody') != '')", prints="True True True"),
    scratch("a question that nobody answers", "name = input('your name? ')"),
    scratch("errors in scratch work", "1 / 0", "undefined_name", "def f(:\n  pass", "raise KeyError('x')", "assert False"),
    scratch("an exit", "import sys\nsys.exit()"),
    scratch("await at the top of a cell", "import asyncio\nawait asyncio.sleep(0.01)"),
    helped("a main guard", "if __name__ == '__main__':\n    print('main runs')", prints="main runs"),
    helped("tests of its own", "import doctest, unittest\n\ndef double(x):\n    '''\n    >>> double(2)\n    4\n    '''\n    return 2 * x\n\nprint(doctest.testmod().failed)\nclass T(unittest.TestCase):\n    def test(self):\n        self.assertEqual(double(1), 2)\nunittest.main(argv=['x'], exit=False)\nnp.testing.assert_allclose(1.0, 1.0)\nassert double(3) == 6", prints="0"),
    helped("a look at its own source", "import inspect\n\ndef f(x):\n    return x + 1\n\nprint(inspect.getsource(f), inspect.signature(f))\nhelp(f)", prints="return x + 1"),
]  # fmt: skip

PLOTS = [
    helped("a plot", PLOT + "plt.plot([1, 2], label='a')\nplt.title('$x^2$')\nplt.legend()\nplt.show()"),
    helped("every font that there is", PLOT + "import matplotlib.font_manager as fonts\nfor font in fonts.fontManager.ttflist:\n    with open(font.fname, 'rb') as file:\n        assert file.read(4)\nplt.title('a', family='serif')\nplt.savefig('fonts.png')\nprint('all read')", prints="all read"),
    helped("pictures and axes", PLOT + "fig, axes = plt.subplots(1, 2, figsize=(4, 2))\naxes[0].imshow(np.eye(3), cmap='gray')\naxes[1].hist(np.arange(9))\nfig.tight_layout()\nplt.show()\nplt.close('all')"),
    helped("a saved figure", PLOT + "import os\nplt.plot([1, 2])\nplt.savefig('figure.png')\nplt.savefig('figure.pdf')\nprint(os.path.getsize('figure.png') > 1000)", prints="True"),
    helped("a saved figure in a temporary folder", PLOT + "import tempfile, os\nfolder = tempfile.mkdtemp()\nplt.plot([1, 2])\nplt.savefig(os.path.join(folder, 'f.png'))\nprint(os.listdir(folder))", prints="['f.png']"),
    helped("styles of plots", "%matplotlib inline\n%config InlineBackend.figure_format = 'retina'\n" + PLOT + "import matplotlib as mpl\nplt.style.use('ggplot')\nplt.rcParams['figure.figsize'] = (4, 3)\nmpl.rcParams.update({'font.size': 8})"),
]  # fmt: skip

MAGICS = [
    helped("%matplotlib inline", "%matplotlib inline\nimport matplotlib.pyplot as plt"),
    helped("%time", "%time total = sum(range(10))\nprint(total)", prints="45"),
    helped("%timeit", "%timeit sum(range(10))"),
    helped("%timeit with options", "%timeit -n 3 -r 2 sum(range(10))"),
    helped("%timeit into a name", "t = %timeit -o -n 1 -r 1 sum(range(10))"),
    helped("%%time", "%%time\nfirst = 1"),
    helped("%%time over a cell with a magic", "%%time\n%matplotlib inline\nfirst = 1"),
    helped("%%capture", "%%capture out\nprint('quiet')"),
    helped("%prun", "%prun -q sum(range(10))"),
    helped("annotations that are read", "def f(x: int): ...\n\n%time def g(x: int): ...\nprint(f.__annotations__, g.__annotations__)", prints="{'x': <class 'int'>} {'x': <class 'int'>}"),
    helped("questions", "np.zeros?\nnp.zeros??\n?np.ones"),
    helped("the shell", "!ls -la\n!pip install numpy -q\n!python --version"),
    helped("the shell into a name", "files = !ls\nprint(len(files))\nfor name in files:\n    print(name)"),
    helped("packages", "%pip install -q numpy\n%conda list"),
    helped("reloading", "%load_ext autoreload\n%autoreload 2"),
    helped("names and folders", "%who\n%whos\n%cd .\n%pwd\n%ls\n%history\n%precision 3\n%xmode Plain\n%env OMP_NUM_THREADS=1\n%reset -f in"),
    helped("the folder into a name", "here = %pwd\nprint(len(here) > 0)"),
    helped("quiet last line", "np.arange(3);\n1 + 1;"),
    scratch("other languages", "%%bash\necho hello", "%%html\n<b>x</b>", "%%javascript\nalert(1)", "%%latex\n$x$", "%%markdown\n# x", "%%writefile notes.txt\nsome notes"),
]  # fmt: skip

FILES = [
    helped("a file written and read", "with open('notes.txt', 'w') as file:\n    file.write('hello ∂')\nwith open('notes.txt') as file:\n    print(file.read())", prints="hello ∂"),
    helped("a temporary file", "import tempfile\nwith tempfile.NamedTemporaryFile('w+', suffix='.txt') as file:\n    file.write('x')\n    file.seek(0)\n    print(file.read() == 'x')\nwith tempfile.TemporaryDirectory() as folder:\n    print(folder != '')", prints="True\nTrue"),
    helped("arrays on disk", "np.save('a.npy', np.eye(3))\nnp.savez('b.npz', a=np.eye(2))\nnp.savetxt('c.csv', np.eye(2), delimiter=',')\nprint(np.load('a.npy').sum(), np.loadtxt('c.csv', delimiter=',').sum())", prints="3.0 2.0"),
    helped("files copied, moved, removed", "import shutil, os\nfrom pathlib import Path\nPath('a.txt').write_text('x')\nshutil.copy('a.txt', 'b.txt')\nshutil.copy2('a.txt', 'c.txt')\nos.makedirs('out/deep', exist_ok=True)\nshutil.move('b.txt', 'out/b.txt')\nshutil.copytree('out', 'out2')\nos.rename('c.txt', 'd.txt')\nos.chmod('d.txt', 0o644)\nPath('d.txt').touch()\nshutil.rmtree('out')\nprint(sorted(os.listdir()))", prints="['a.txt', 'd.txt', 'out2']"),
    helped("json, csv and pickle", "import json, csv, pickle\njson.dump({'a': 1}, open('a.json', 'w'))\npickle.dump([1], open('a.pkl', 'wb'))\ncsv.writer(open('a.csv', 'w')).writerow([1, 2])\nprint(json.load(open('a.json')), pickle.load(open('a.pkl', 'rb')))", prints="{'a': 1} [1]"),
    helped("a module of one's own", "%%writefile mine.py\nTWO = 2") if False else helped("a module written and imported", "open('mine.py', 'w').write('TWO = 2\\n')\nimport mine\nprint(mine.TWO)", prints="2"),
    helped("a large array", "big = np.ones((100, 1024, 128))\nprint(big.nbytes // 2**20)\ndel big", prints="100"),
    helped("recursion allowed deeper", "import sys\nsys.setrecursionlimit(10_000)\n\ndef depth(n):\n    return 0 if n == 0 else 1 + depth(n - 1)\n\nprint(depth(3000))", prints="3000"),
    helped("threads", "import threading\nfrom concurrent.futures import ThreadPoolExecutor\nthread = threading.Thread(target=print, args=('from a thread',))\nthread.start()\nthread.join()\nwith ThreadPoolExecutor(2) as pool:\n    print(list(pool.map(abs, [-1, 2])))", prints="from a thread\n[1, 2]"),
    helped("an event loop", "import asyncio\n\nasync def nothing():\n    return 5\n\ntry:\n    print(asyncio.run(nothing()))\nexcept (RuntimeError, OSError):\n    print('it runs already')"),
    scratch("a pool of processes in a scratch cell", "from multiprocessing import Pool\nwith Pool(2) as pool:\n    print(pool.map(abs, [-1, 2]))"),
    scratch("a download in a scratch cell", "import urllib.request\nurllib.request.urlretrieve('http://example.org/x', 'x')"),
]  # fmt: skip

ENTRIES = [*IMPORTS, *LIBRARIES, *PRINTS, *PLOTS, *MAGICS, *FILES]
