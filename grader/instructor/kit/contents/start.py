"""Install the course into this folder and open JupyterLab.

    python3 start.py      (on Windows: py start.py)

The first run takes a few minutes; later runs open at once.

    --no-lab    stop after the start check
    --help      show this text
"""
# Every Python 3 (and 2.7) must be able to read this file, so that an old one can say what it needs.
# ruff: noqa: E402
# mypy: ignore-errors

import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
# A student's random.py beside this file must not be imported below.
sys.path[:] = [folder for folder in sys.path if os.path.abspath(folder) != HERE]

import errno
import fnmatch
import hashlib
import re
import subprocess
import tempfile

ALSO = ["jupyterlab"]
VERSION = sys.version.split()[0]
PYTHON_SITE = "https://www.python.org/downloads/"
CONSTRAINTS = os.path.join(HERE, "constraints.txt")
LOG = os.path.join(HERE, "install.log")
ENVIRONMENT = os.path.join(HERE, ".venv")
PAGE = "course.md"
VIEWERS = """{"@jupyterlab/docmanager-extension:plugin": {"defaultViewers":
 {"markdown": "Markdown Preview"}}}
"""
MARKER = os.path.join(ENVIRONMENT, "ready")
INTERPRETER = ("Scripts", "python.exe") if os.name == "nt" else ("bin", "python")
PYTHON = [os.path.join(ENVIRONMENT, *INTERPRETER), "-I", "-X", "utf8"]
FOREIGN = ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV", "PIP_USER", "PIP_TARGET", "PIP_PREFIX")
MINORS = range(11, 16)  # Python 3.11 to 3.15
LONGEST_PATH = 259  # on Windows
LONGEST_BELOW = 180  # The longest path below the kit has 162 characters; compiling adds a suffix.

DISK_FULL = (
    "The disk, or your share of it, is full: free 1 GB for the folder %s and for pip's temporary"
    " files, and run start.py again." % HERE
)
# What pip prints, and the sentence for it; the first row that fits is the cause.
CAUSES = (
    ("No space left on device|not enough space on the disk|Disk quota exceeded", DISK_FULL),
    (
        "SSLError|CERTIFICATE_VERIFY_FAILED|certificate verify failed",
        "pip could not make a secure connection to the package index: check the clock of this"
        " computer, use another network, or set PIP_CERT to the certificate file of your proxy,"
        " and run start.py again.",
    ),
    (
        "Could not fetch URL|connection broken by|NewConnectionError|ProxyError|ReadTimeoutError"
        "|Failed to establish a new connection|Temporary failure in name resolution",
        "pip could not reach the package index: check the network connection (behind a proxy, set"
        " HTTPS_PROXY to its address), and run start.py again.",
    ),
    (
        "ResolutionImpossible",
        "pip finds no packages for Python %s that fit constraints.txt: run start.py with another"
        " Python (from %s), or send the file %s to your instructor." % (VERSION, PYTHON_SITE, LOG),
    ),
)


def main(arguments):
    """Install, check and open; return the exit status, or raise SystemExit with one sentence."""
    unknown = [argument for argument in arguments if argument not in ("--no-lab", "-h", "--help")]
    if unknown:
        sys.stderr.write(
            "start.py does not take %s: use --no-lab, --help or nothing.\n" % unknown[0]
        )
        return 2
    if "-h" in arguments or "--help" in arguments:
        say(__doc__.strip())
        return 0
    try:
        return start("--no-lab" in arguments)
    except OSError as error:
        raise SystemExit(system_problem(error))
    except KeyboardInterrupt:
        sys.stderr.write("start.py was interrupted: run it again to continue.\n")
        return 130


def start(stops_early):
    require_new_python()
    if hasattr(sys.stdout, "reconfigure"):  # IDLE's output lacks it.
        sys.stdout.reconfigure(errors="replace")  # A terminal may lack letters of a folder's name.
    prepare()
    check()
    if stops_early:
        say("To open JupyterLab, run start.py without --no-lab.")
        return 0
    return open_lab()


def say(line):
    print(line)
    sys.stdout.flush()


def run(command, errors=subprocess.STDOUT):
    """Return the exit status of a command and its output."""
    pipe = subprocess.PIPE
    process = subprocess.Popen(command, cwd=HERE, env=variables(), stdout=pipe, stderr=errors)
    try:
        output = process.communicate()[0]
    except KeyboardInterrupt:
        process.kill()
        raise
    return process.returncode, output.decode("utf-8", "replace").strip()


def answer(command):
    """Return the output of a command, or nothing if it is missing or fails."""
    try:
        status, output = run(command)
    except OSError:
        return ""
    return output if status == 0 else ""


def variables():
    """Return the environment variables without those of another Python environment."""
    return {name: value for name, value in os.environ.items() if name not in FOREIGN}


def require_new_python():
    if sys.version_info >= (3, 11):
        return
    advice = "install it, and run start.py with it."
    other = newer_python()
    if other:
        words = ['"%s"' % word if " " in word else word for word in sys.argv]
        advice = "run %s instead." % " ".join([other] + words)
    sentence = "This is Python %s, but the course needs Python 3.11 or newer (from %s): %s"
    raise SystemExit(sentence % (VERSION, PYTHON_SITE, advice))


def newer_python():
    """Return the command of a Python on this computer that is new enough, or nothing."""
    listing = answer(["py", "-0"]) if os.name == "nt" else ""
    if launcher_command(listing):
        return launcher_command(listing)
    for minor in MINORS:  # The oldest comes first: every package has wheels for it.
        name = "python3.%d" % minor
        if answer([name, "-c", "print(1)"]) == "1":  # A shim of pyenv may exist and not run.
            return name
    return ""


def launcher_command(listing):
    """Return the command for the oldest usable Python in the listing of `py -0`, or nothing."""
    minors = [int(minor) for minor in re.findall(r"-(?:V:)?3\.(\d+)\b", listing)]
    usable = sorted(set(minors) & set(MINORS))
    return "py -3.%d" % usable[0] if usable else ""


def prepare():
    """Install the kit into .venv, unless the marker says that this has been done."""
    wheel = find_wheel()
    version = installed_python()
    was_ready = os.path.isfile(MARKER)
    if was_ready and version and read(MARKER) == fingerprint(wheel, version):
        return
    require_usable_folder()
    if was_ready:
        os.remove(MARKER)  # Nothing looks ready while the installation can be interrupted.
    if was_ready and version:
        # pip would keep the installed wheel if only its content is new, and not its version.
        run_pip(["uninstall", "--yes", "cnn-gradients"])
    else:
        make_environment()
    install(wheel)
    if os.path.exists(LOG):
        os.remove(LOG)
    with open(MARKER, "w") as file:
        file.write(fingerprint(wheel, installed_python()))


def find_wheel():
    """Return the name of the one wheel beside this file."""
    names = os.listdir(HERE)
    wheels = sorted(fnmatch.filter(names, "cnn_gradients-*.whl"))
    if len(wheels) > 1:  # A newer kit was unpacked over an older one.
        wheels = [name for name in wheels if name in named("wheel")] or wheels
    if len(wheels) == 1 and "constraints.txt" in names:
        return wheels[0]
    if len(wheels) > 1:
        sentence = (
            "The folder %s has several wheels (%s): delete all but the one of your newest kit,"
            " or unpack that kit into an empty folder."
        )
        raise SystemExit(sentence % (HERE, ", ".join(wheels)))
    temporary = os.path.realpath(tempfile.gettempdir()) + os.sep
    if os.path.realpath(HERE).startswith(temporary) and not wheels:
        sentence = (
            "start.py runs without the rest of the student kit, in the temporary folder %s:"
            " unpack student-kit.zip first, and run the start.py in the unpacked folder."
        )
        raise SystemExit(sentence % HERE)
    sentence = (
        "The folder %s lacks the file %s, which belongs beside start.py: unpack the whole"
        " student-kit.zip again into a new folder, and run the start.py there."
    )
    missing = "constraints.txt" if wheels else "cnn_gradients-VERSION-py3-none-any.whl"
    raise SystemExit(sentence % (HERE, missing))


def packages():
    """Return the packages to install: ALSO, and those in a line `# also: NAME` of constraints."""
    return ALSO + named("also")


def named(what):
    """Return the names in the lines `# WHAT: NAME, NAME` of constraints.txt."""
    text = read(CONSTRAINTS) if os.path.isfile(CONSTRAINTS) else ""
    lines = re.findall("^# %s:(.*)$" % what, text, re.MULTILINE)
    return " ".join(lines).replace(",", " ").split()


def read(path):
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read()


def installed_python():
    """Return the version of the Python in .venv, or nothing if that Python or its pip is broken."""
    program = "import pip, sys; print('%d.%d' % sys.version_info[:2])"
    return answer(PYTHON + ["-c", program])


def fingerprint(wheel, version):
    """Return a digest of everything that decides what is installed."""
    words = [version, wheel, read(CONSTRAINTS)] + packages()
    digest = hashlib.sha256(" ".join(words).encode("utf-8"))
    with open(os.path.join(HERE, wheel), "rb") as file:
        digest.update(file.read())
    return digest.hexdigest()


def require_usable_folder():
    """Raise SystemExit if no environment can be made in the kit's folder."""
    for module in ("venv", "ensurepip"):
        try:
            __import__(module)
        except ImportError:
            sentence = (
                "Python %d.%d lacks the module %s: install it (on Debian or Ubuntu with the command"
                " sudo apt install python%d.%d-venv), and run start.py again."
            )
            version = sys.version_info[:2]
            raise SystemExit(sentence % (version + (module,) + version))
    if os.name == "nt" and is_too_long(len(HERE), long_paths_enabled()):
        raise SystemExit(long_path(HERE))
    try:
        tempfile.TemporaryFile(dir=HERE).close()
    except OSError as error:
        sentence = (
            "Files cannot be written into the folder %s (%s): move the folder to a place of your"
            " own, such as your home folder, and run start.py there."
        )
        raise SystemExit(sentence % (HERE, error.strerror))


def is_too_long(length, long_paths):
    """Tell whether a folder's path of this length leaves too few characters for its files."""
    return not long_paths and length + 1 + LONGEST_BELOW > LONGEST_PATH


def long_path(folder):
    sentence = (
        "The path of the folder %s has %d characters, but Windows allows at most %d here: move the"
        " folder to a shorter path, such as C:\\cnn, and run start.py there."
    )
    return sentence % (folder, len(folder), LONGEST_PATH - 1 - LONGEST_BELOW)


def long_paths_enabled():
    """Read from the registry whether this Windows allows paths beyond LONGEST_PATH."""
    import winreg  # noqa: PLC0415 (Windows alone has it)

    path = "SYSTEM\\CurrentControlSet\\Control\\FileSystem"
    try:
        with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, path) as key:
            return winreg.QueryValueEx(key, "LongPathsEnabled")[0] == 1
    except OSError:
        return False


def make_environment():
    say("Making the environment .venv with Python %s." % VERSION)
    command = [sys.executable, "-I", "-X", "utf8", "-m", "venv", "--clear", ".venv"]
    run_step(command, "Python could not make the environment .venv")


def install(wheel):
    others = packages()
    say("Installing the course and %s: this takes a few minutes." % ", ".join(others))
    # A relative path keeps the folder's own name, with whatever letters, out of pip's syntax.
    course = os.path.join(".", wheel) + "[notebook]"
    run_pip(["install", "--constraint", "constraints.txt", course] + others)
    show_pages()


def show_pages():
    """Let this environment's JupyterLab show a page of text as a page, and not its source."""
    folder = os.path.join(ENVIRONMENT, "share", "jupyter", "lab", "settings")
    if not os.path.isdir(folder):
        os.makedirs(folder)
    with open(os.path.join(folder, "overrides.json"), "w") as file:
        file.write(VIEWERS)


def run_pip(arguments):
    command = PYTHON + ["-m", "pip", "--disable-pip-version-check", "--no-input"]
    run_step(command + arguments, "pip could not install the course")


def run_step(command, failure):
    """Run a command; if it fails, keep its output and raise SystemExit with the cause."""
    status, output = run(command)
    if status == 0:
        return
    with open(LOG, "w", encoding="utf-8") as file:
        file.write("Python %s\n%s\n%s\n" % (sys.version, command, output))
    for pattern, sentence in CAUSES:
        if re.search(pattern, output):
            raise SystemExit(sentence)
    sentence = '%s and printed "%s": send the file %s, its whole output, to your instructor.'
    raise SystemExit(sentence % (failure, last_error(output), LOG))


def last_error(output):
    """Return the last line that begins with ERROR, or else the last line."""
    errors = [line for line in output.splitlines() if line.startswith("ERROR:")]
    return (errors or output.splitlines() or ["nothing"])[-1]


def system_problem(error):
    """Return the sentence for an error of the operating system."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return DISK_FULL
    sentence = "%s cannot be used (%s): check that you may change it, and run start.py again."
    return sentence % (error.filename or HERE, error.strerror or error)


def check():
    """Show the line of the start check."""
    status, line = run(PYTHON + ["-m", "grader"], subprocess.PIPE)
    if status == 0:
        say(line)
        return
    broken = "The start check does not run in %s: delete that folder, and run start.py again."
    raise SystemExit(line or broken % ENVIRONMENT)


def open_lab():
    """Run JupyterLab on the kit's folder until it is stopped; return its exit status."""
    say("Opening JupyterLab in the browser; to stop it, press Ctrl-C here.")
    # Without this option it asks "Shut down?" after Ctrl-C, and runs on if nobody answers within
    # five seconds.
    command = PYTHON + ["-m", "jupyterlab", "--ServerApp.answer_yes=True"]
    if os.path.exists(os.path.join(HERE, PAGE)):
        command.append("--LabApp.default_url=/lab/tree/" + PAGE)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        command.append("--allow-root")
    process = subprocess.Popen(command, cwd=HERE, env=variables())
    while True:
        try:
            return process.wait()
        except KeyboardInterrupt:
            pass  # The terminal sends Ctrl-C to JupyterLab too, which then stops by itself.


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
