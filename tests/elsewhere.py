"""The command `grader` as on Windows or macOS, on this Linux: without the names that these lack.

    python elsewhere.py win32|darwin ARGUMENT... [--then ARGUMENT...]...

Of several commands, each one's status is printed below it.
Other packages are loaded before, since theirs is not what is tried here; in the processes that the
commands start (workers, `grader new`, hatchling) the names are missing too.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import runpy
import signal
import subprocess
import sys
import types
import warnings
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
LACKING = {
    "win32": {
        "modules": ("fcntl", "resource", "pwd", "grp", "termios", "pyseccomp", "py_landlock"),
        "os": """O_NOFOLLOW O_NONBLOCK O_CLOEXEC O_DIRECTORY geteuid getuid getegid getgid setsid
            fork forkpty killpg getpgid setpgid sched_getaffinity chown lchown mkfifo wait
            waitpid WNOHANG posix_spawn setresuid setresgid setgroups set_blocking uname""",
        "signal": "SIGALRM SIGKILL SIGHUP setitimer getitimer alarm ITIMER_REAL pthread_sigmask",
        "socket": "send_fds recv_fds AF_UNIX",
    },
    "darwin": {
        "modules": ("pyseccomp", "py_landlock"),
        "os": "sched_getaffinity setresuid setresgid",
        "signal": "",
        "socket": "",
    },
}
# What the commands use of others, loaded before the names are taken away.
OTHERS = """click tqdm numpy sqlalchemy nbformat nbconvert IPython matplotlib.pyplot hypothesis
    matplotlib.backends.backend_svg nbgrader.apps.api nbgrader.converters nbgrader.plugins
    nbgrader.exchange.default nbgrader.server_extensions.formgrader.base alembic.config
    ipywidgets anywidget multiprocessing.context concurrent.futures.process
    concurrent.futures.thread asyncio zmq tempfile shutil subprocess selectors dateutil.tz
    logging.config psutil webbrowser zipfile sqlite3 sqlalchemy.dialects.sqlite"""


def windows_module() -> types.ModuleType:
    """Return a stand-in of msvcrt, whose locks are those of this system."""
    import fcntl

    def locking(handle: int, mode: int, count: int) -> None:
        fcntl.lockf(handle, fcntl.LOCK_EX | fcntl.LOCK_NB, count)

    module = types.ModuleType("msvcrt")
    vars(module).update(locking=locking, LK_NBLCK=2, setmode=lambda handle, mode: mode)
    return module


def take_away(system: str) -> None:
    """Take away what a system lacks."""
    lacking = LACKING[system]
    # Python's own module starts and ends processes in this system's way.
    subprocess.os = types.SimpleNamespace(**vars(os))
    subprocess.signal = types.SimpleNamespace(**vars(signal))
    windows = windows_module() if system == "win32" else None
    sys.platform = system
    for name in lacking["modules"]:
        sys.modules[name] = None  # an import raises ModuleNotFoundError
    if windows is not None:
        sys.modules["msvcrt"] = windows
        os.supports_dir_fd = set()
        os.supports_fd = set()
    for module in ("os", "signal", "socket"):
        loaded = importlib.import_module(module)
        for name in lacking[module].split():
            if hasattr(loaded, name):
                delattr(loaded, name)
    no_programs()


def no_programs() -> None:
    """Let our code find none of the programs of a Unix."""
    real_run = subprocess.Popen.__init__

    def run_elsewhere(self, args, *more, **kwargs):
        program = args if isinstance(args, str) else args[0]
        if str(program).startswith(("/bin/", "/usr/bin/")) and str(program) != sys.executable:
            raise FileNotFoundError(2, "No such file or directory", program)
        if kwargs.get("pass_fds"):
            raise ValueError("pass_fds not supported on Windows.")
        real_run(self, with_this_script(args), *more, **kwargs)

    subprocess.Popen.__init__ = run_elsewhere


def with_this_script(args):
    """Return the command of a process of ours, so that the names are missing in it too."""
    if isinstance(args, str) or args[0] != sys.executable:
        return args
    if "-m" in args:  # hatchling: not ours
        return args
    own = [str(Path(__file__).resolve()), sys.platform]
    if "-c" in args:
        return [sys.executable, *own, *args[args.index("-c") + 2 :]]
    script = next(number for number, word in enumerate(args) if word.endswith(".py"))
    return [*args[:script], *own, "--script", *args[script:]]


def main() -> None:
    system, *arguments = sys.argv[1:]
    if arguments[0] == "--script":  # a worker
        import numpy  # noqa: F401

        take_away(system)
        sys.argv = arguments[1:]
        runpy.run_path(arguments[1], run_name="__main__")
        return
    for name in OTHERS.split():
        if importlib.util.find_spec(name.partition(".")[0]):
            importlib.import_module(name)
    take_away(system)
    # Windows' own encoding is not UTF-8: our code names the one of every file that it opens.
    warnings.filterwarnings("ignore", category=EncodingWarning)
    warnings.filterwarnings("error", category=EncodingWarning, module=r"grader\.")
    sys.path.insert(0, str(ROOT))
    from grader.instructor.commands.cli import main

    if "--then" not in arguments:
        main(arguments, prog_name="grader")
    for command in commands(arguments):
        print(f"$ {' '.join(command)}", flush=True)
        try:
            main(command, prog_name="grader")
        except SystemExit as end:
            print(f"status {end.code or 0}", flush=True)


def commands(arguments: list[str]) -> list[list[str]]:
    """Return the commands that --then parts."""
    parted: list[list[str]] = [[]]
    for argument in arguments:
        if argument == "--then":
            parted.append([])
        else:
            parted[-1].append(argument)
    return parted


if __name__ == "__main__":
    main()
