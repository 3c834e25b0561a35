"""The start file of the student kit: what it installs and opens, and how it words each failure."""

from __future__ import annotations

import ast
import errno
import importlib.util
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import zipfile
from pathlib import Path
from types import ModuleType

import pytest

from grader.instructor.kit.student_kit import PARTS

Done = subprocess.CompletedProcess[str]
START = PARTS / "start.py"
WHEEL = "cnn_gradients-1.0-py3-none-any.whl"
INTERPRETERS = [
    *sorted(Path.home().glob(".pyenv/versions/*/bin/python")),
    *sorted(Path("/usr/bin").glob("python[23]")),
]
GRADER = """
import os, sys
import standin_figures  # comes with the extra `notebook`
if "CHECK_CRASHES" in os.environ:
    raise RuntimeError
line = os.environ.get("CHECK_PRINTS", "Ready: {course}")
print("a warning", file=sys.stderr)
print(line)
sys.exit(not line.startswith("Ready"))
"""
LAB = """
import json, os, sys, time
call = {"arguments": sys.argv[1:], "folder": os.getcwd(), "variables": dict(os.environ)}
with open("call.json", "w") as file:
    json.dump(call, file)
try:
    print("The stand-in runs.", flush=True)
    time.sleep(float(os.environ.get("LAB_SECONDS", "0")))
except KeyboardInterrupt:
    sys.exit(7)
sys.exit(3)
"""
METADATA = "Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n"
NOTEBOOK_EXTRA = 'Provides-Extra: notebook\nRequires-Dist: standin_figures; extra == "notebook"\n'


def make_wheel(folder: Path, name: str, files: dict[str, str], metadata: str = "") -> None:
    """Write NAME-1.0-py3-none-any.whl with these files."""
    info = f"{name}-1.0.dist-info"
    tags = "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
    with zipfile.ZipFile(folder / f"{name}-1.0-py3-none-any.whl", "w") as wheel:
        for path, text in files.items():
            wheel.writestr(path, text)
        wheel.writestr(f"{info}/METADATA", METADATA.format(name=name) + metadata)
        wheel.writestr(f"{info}/WHEEL", tags)
        wheel.writestr(f"{info}/RECORD", "".join(f"{path},,\n" for path in files))


def make_kit(folder: Path, course: str = "the first course") -> None:
    """Write a kit whose start check prints `Ready: COURSE`."""
    files = {"grader/__init__.py": "", "grader/__main__.py": GRADER.replace("{course}", course)}
    make_wheel(folder, "cnn_gradients", files, NOTEBOOK_EXTRA)
    shutil.copy(START, folder)
    (folder / "constraints.txt").write_text("# also: standin_nbgrader\nstandin_figures==1.0\n")
    (folder / "1-affine").mkdir(exist_ok=True)


def make_index(folder: Path) -> None:
    """Write the wheels that a kit asks for, to be found with PIP_FIND_LINKS."""
    make_wheel(folder, "jupyterlab", {"jupyterlab/__init__.py": "", "jupyterlab/__main__.py": LAB})
    make_wheel(folder, "standin_figures", {"standin_figures.py": ""})
    make_wheel(folder, "standin_nbgrader", {"standin_nbgrader.py": ""})


def variables(**more: str) -> dict[str, str]:
    """Return the environment variables of this run, with no setting of pip but those given."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PIP_")}
    return {**kept, "PIP_NO_INDEX": "1", "PIP_CONFIG_FILE": os.devnull, **more}


def run(kit: Path, *arguments: str, python: object = sys.executable, **more: str) -> Done:
    """Run the kit's start.py from another folder."""
    return subprocess.run(
        [str(python), str(kit / "start.py"), *arguments],
        cwd="/",
        env=variables(**more),
        capture_output=True,
        text=True,
        check=False,
    )


def begin(kit: Path, **more: str) -> subprocess.Popen[str]:
    """Start the kit's start.py in a process group of its own, as a terminal does."""
    return subprocess.Popen(
        [sys.executable, str(kit / "start.py")],
        env=variables(**more),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),
    )


def load(kit: Path) -> ModuleType:
    """Import the kit's start.py as a module."""
    spec = importlib.util.spec_from_file_location("start", kit / "start.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def line(text: str) -> str:
    """Return a wrapped text as the one line that is printed."""
    return " ".join(text.split())


def assert_fails(done: Done, text: str) -> None:
    """Assert that start.py ended with status 1 and with this sentence alone on stderr."""
    assert (done.returncode, done.stderr) == (1, line(text) + "\n")


def assert_main_fails(start: ModuleType, text: str) -> None:
    """Assert that main ends the program with this sentence."""
    with pytest.raises(SystemExit) as caught:
        start.main([])
    assert str(caught.value) == line(text)


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("index")
    make_index(folder)
    return str(folder)


@pytest.fixture(scope="module")
def first_run(tmp_path_factory: pytest.TempPathFactory, index: str) -> tuple[Path, Done]:
    """Install a kit in a folder with a space and an umlaut, from within another environment."""
    kit = tmp_path_factory.mktemp("Übung 1") / "student kit"
    kit.mkdir()
    make_kit(kit)
    foreign = {
        "VIRTUAL_ENV": "/elsewhere",
        "PIP_USER": "1",
        "PIP_TARGET": str(kit / "target"),
        "PIP_PREFIX": "/elsewhere",
    }
    return kit, run(kit, "--no-lab", PIP_FIND_LINKS=index, **foreign)


NEXT = "To open JupyterLab, run start.py without --no-lab."


@pytest.fixture
def installed(first_run: tuple[Path, Done], tmp_path: Path) -> Path:
    """Return a copy of an installed kit."""
    kit = tmp_path / "student kit"
    shutil.copytree(first_run[0], kit, symlinks=True)
    return kit


@pytest.fixture
def kit(tmp_path: Path) -> Path:
    """Return a kit in which start.py has not run yet."""
    folder = tmp_path / "student kit"
    folder.mkdir()
    make_kit(folder)
    return folder


def test_the_first_run_installs_and_prints_a_line_per_step(first_run: tuple[Path, Done]) -> None:
    kit, done = first_run
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        f"Making the environment .venv with Python {sys.version.split()[0]}.",
        "Installing the course and jupyterlab, standin_nbgrader: this takes a few minutes.",
        "Ready: the first course",
        NEXT,
    ]
    assert (kit / ".venv" / "ready").exists()
    assert not (kit / "target").exists()


def test_the_second_run_installs_nothing_and_opens_the_kit(installed: Path) -> None:
    done = run(installed)
    assert done.stdout.splitlines() == [
        "Ready: the first course",
        "Opening JupyterLab in the browser; to stop it, press Ctrl-C here.",
        "The stand-in runs.",
    ]
    assert (done.returncode, done.stderr) == (3, "")
    call = json.loads((installed / "call.json").read_text())
    assert call["folder"] == str(installed)
    asks_nothing = "--ServerApp.answer_yes=True"  # else Ctrl-C alone does not stop it
    assert call["arguments"] == [asks_nothing, *(["--allow-root"] if os.geteuid() == 0 else [])]


def test_jupyterlab_shows_the_start_page_as_a_page(installed: Path) -> None:
    (installed / "course.md").write_text("# The course")
    run(installed)
    call = json.loads((installed / "call.json").read_text())
    assert "--LabApp.default_url=/lab/tree/course.md" in call["arguments"]
    settings = installed / ".venv" / "share" / "jupyter" / "lab" / "settings" / "overrides.json"
    plugin = json.loads(settings.read_text())["@jupyterlab/docmanager-extension:plugin"]
    assert plugin == {"defaultViewers": {"markdown": "Markdown Preview"}}


def test_another_environment_is_ignored_and_the_index_kept(installed: Path, tmp_path: Path) -> None:
    (tmp_path / "grader.py").write_text("raise SystemExit('the wrong grader')")
    foreign = {"PYTHONPATH": str(tmp_path), "VIRTUAL_ENV": "/elsewhere", "PIP_USER": "1"}
    assert run(installed, PIP_INDEX_URL="https://mirror/simple", **foreign).returncode == 3
    call = json.loads((installed / "call.json").read_text())
    assert not foreign.keys() & call["variables"].keys()
    assert call["variables"]["PIP_INDEX_URL"] == "https://mirror/simple"


def test_no_variable_of_another_environment_reaches_pip(
    kit: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pip = {"PIP_USER", "PIP_TARGET", "PIP_PREFIX"}
    foreign = {"PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"} | pip
    for name in foreign | {"HTTPS_PROXY"}:
        monkeypatch.setenv(name, "/elsewhere")
    passed_on = load(kit).variables()
    assert not passed_on.keys() & foreign
    assert passed_on["HTTPS_PROXY"] == "/elsewhere"


def test_a_file_of_the_student_beside_it_hides_no_module(installed: Path) -> None:
    for name in ("random.py", "tempfile.py", "jupyterlab.py"):
        (installed / name).write_text("raise SystemExit('a file of the student')")
    assert run(installed).returncode == 3


def test_a_new_kit_is_installed_and_notebooks_stay(installed: Path, index: str) -> None:
    notebook = installed / "1-affine" / "affine.ipynb"
    notebook.write_text("solved")
    (installed / "install.log").write_text("an earlier failure")
    kept = installed / ".venv" / "kept"
    kept.touch()
    make_kit(installed, "the second course")
    done = run(installed, "--no-lab", PIP_FIND_LINKS=index)
    assert done.stdout.splitlines()[1:] == ["Ready: the second course", NEXT]
    assert notebook.read_text() == "solved"
    assert kept.exists()
    assert not (installed / "install.log").exists()


def test_an_environment_whose_python_is_gone_is_replaced(installed: Path, index: str) -> None:
    python = installed / ".venv" / "bin" / "python"
    python.unlink()
    python.symlink_to("/usr/bin/python3.removed")
    done = run(installed, "--no-lab", PIP_FIND_LINKS=index)
    assert done.stdout.startswith("Making the environment")
    assert done.stdout.endswith(f"Ready: the first course\n{NEXT}\n")


def test_an_environment_without_marker_is_replaced_once(
    installed: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    start = load(installed)
    os.remove(start.MARKER)
    steps: list[str] = []
    monkeypatch.setattr(start, "make_environment", lambda: steps.append("make"))
    monkeypatch.setattr(start, "install", steps.append)
    start.prepare()
    start.prepare()
    assert steps == ["make", WHEEL]


@pytest.mark.parametrize("name", [WHEEL, "constraints.txt"])
def test_a_changed_file_of_the_kit_changes_the_fingerprint(kit: Path, name: str) -> None:
    start = load(kit)
    before = start.fingerprint(WHEEL, "3.11")
    with (kit / name).open("a") as file:
        file.write("# new\n")
    assert start.fingerprint(WHEEL, "3.11") != before


def test_another_python_changes_the_fingerprint(kit: Path) -> None:
    start = load(kit)
    assert start.fingerprint(WHEEL, "3.11") != start.fingerprint(WHEEL, "3.12")


def test_constraints_name_more_packages(kit: Path) -> None:
    (kit / "constraints.txt").write_text("# also: nbgrader, b\n# also: c\nd==1\n")
    assert load(kit).packages() == ["jupyterlab", "nbgrader", "b", "c"]


def test_an_interrupted_installation_is_not_taken_for_ready(installed: Path) -> None:
    (installed / "constraints.txt").write_text("# also: no-such-package\n")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        silent.settimeout(60)
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/simple"
        process = begin(installed, PIP_NO_INDEX="0", PIP_INDEX_URL=address)
        connection, _ = silent.accept()
        os.killpg(process.pid, signal.SIGINT)
        errors = process.communicate(timeout=60)[1]
        connection.close()
    assert errors == "start.py was interrupted: run it again to continue.\n"
    assert process.returncode == 130
    assert not (installed / ".venv" / "ready").exists()


def test_ctrl_c_leaves_it_to_jupyterlab_to_stop(installed: Path) -> None:
    process = begin(installed, LAB_SECONDS="60")
    assert process.stdout is not None
    assert "The stand-in runs.\n" in iter(process.stdout.readline, "")
    os.killpg(process.pid, signal.SIGINT)
    assert process.communicate(timeout=60)[1] == ""
    assert process.returncode == 7


def test_a_failed_start_check_is_shown_and_opens_nothing(installed: Path) -> None:
    done = run(installed, CHECK_PRINTS="The folder is read-only.")
    assert_fails(done, "The folder is read-only.")
    assert not (installed / "call.json").exists()


def test_a_start_check_that_crashes_is_one_sentence(installed: Path) -> None:
    text = f"""The start check does not run in {installed}/.venv: delete that folder, and run
    start.py again."""
    assert_fails(run(installed, CHECK_CRASHES="1"), text)


def test_a_package_that_does_not_exist_is_quoted_from_pip(installed: Path, index: str) -> None:
    (installed / "constraints.txt").write_text("# also: no-such-package\n")
    text = f"""pip could not install the course and printed "ERROR: No matching distribution found
    for no-such-package": send the file {installed}/install.log, its whole output, to your
    instructor."""
    assert_fails(run(installed, PIP_FIND_LINKS=index), text)
    assert "Processing ./cnn_gradients" in (installed / "install.log").read_text()
    assert not (installed / ".venv" / "ready").exists()


NETWORK = """pip could not reach the package index: check the network connection (behind a proxy,
set HTTPS_PROXY to its address), and run start.py again."""
CERTIFICATE = """pip could not make a secure connection to the package index: check the clock of
this computer, use another network, or set PIP_CERT to the certificate file of your proxy, and run
start.py again."""
DISK_FULL = """The disk, or your share of it, is full: free 1 GB for the folder {kit} and for pip's
temporary files, and run start.py again."""
CONFLICT = """pip finds no packages for Python {version} that fit constraints.txt: run start.py with
another Python (from https://www.python.org/downloads/), or send the file {kit}/install.log to your
instructor."""
OTHER = """A step failed and printed "{error}": send the file {kit}/install.log, its whole output,
to your instructor."""


def test_an_unreachable_index_is_one_sentence(installed: Path) -> None:
    (installed / "constraints.txt").write_text("# also: no-such-package\n")
    index = {"PIP_NO_INDEX": "0", "PIP_INDEX_URL": "http://127.0.0.1:9/simple"}
    assert_fails(run(installed, PIP_RETRIES="1", **index), NETWORK)


@pytest.mark.parametrize(
    ("text", "output"),
    [
        (NETWORK, "Could not fetch URL https://index.example/simple/: connection error"),
        (NETWORK, "Retrying after connection broken by 'ProxyError()'\nERROR: No matching"),
        (NETWORK, "socket.gaierror: [Errno -3] Temporary failure in name resolution"),
        (CERTIFICATE, "Could not fetch URL https://index.example/: (Caused by SSLError())"),
        (CERTIFICATE, "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: expired"),
        (DISK_FULL, "ERROR: Could not install: OSError: [Errno 28] No space left on device"),
        (DISK_FULL, "ERROR: [WinError 112] There is not enough space on the disk: 'C:'"),
        (DISK_FULL, "OSError: [Errno 122] Disk quota exceeded"),
        (CONFLICT, "ERROR: Cannot install a\nERROR: ResolutionImpossible: for help visit"),
    ],
)
def test_a_known_cause_has_its_own_sentence(kit: Path, text: str, output: str) -> None:
    version = sys.version.split()[0]
    assert failure_of_a_step(kit, output) == line(text.format(kit=kit, version=version))


@pytest.mark.parametrize(
    ("error", "output"),
    [
        ("ERROR: Wheel is invalid.", "ERROR: first\nERROR: Wheel is invalid.\nthe end"),
        ("MemoryError", "Traceback (most recent call last):\nMemoryError"),
        ("nothing", ""),
    ],
)
def test_another_cause_is_quoted_and_the_output_kept(kit: Path, error: str, output: str) -> None:
    assert failure_of_a_step(kit, output) == line(OTHER.format(error=error, kit=kit))
    assert (kit / "install.log").read_text().endswith(f"\n{output}\n")


def failure_of_a_step(kit: Path, output: str) -> str:
    """Return the sentence for a command that prints this output and fails."""
    command = [sys.executable, "-c", f"print({output!r}); raise SystemExit(1)"]
    with pytest.raises(SystemExit) as caught:
        load(kit).run_step(command, "A step failed")
    return str(caught.value)


def test_a_kit_without_wheel_is_to_be_unpacked_again(kit: Path, tmp_path: Path) -> None:
    (kit / WHEEL).unlink()
    (tmp_path / "tmp").mkdir()
    text = f"""The folder {kit} lacks the file cnn_gradients-VERSION-py3-none-any.whl, which belongs
    beside start.py: unpack the whole student-kit.zip again into a new folder, and run the start.py there."""
    assert_fails(run(kit, TMPDIR=str(tmp_path / "tmp")), text)


def test_a_kit_without_constraints_is_to_be_unpacked_again(kit: Path) -> None:
    (kit / "constraints.txt").unlink()
    text = f"""The folder {kit} lacks the file constraints.txt, which belongs beside start.py:
    unpack the whole student-kit.zip again into a new folder, and run the start.py there."""
    assert_main_fails(load(kit), text)


def test_a_start_file_opened_inside_the_zip_is_to_be_unpacked(kit: Path, tmp_path: Path) -> None:
    (kit / WHEEL).unlink()
    text = f"""start.py runs without the rest of the student kit, in the temporary folder {kit}:
    unpack student-kit.zip first, and run the start.py in the unpacked folder."""
    assert_fails(run(kit, TMPDIR=str(tmp_path)), text)


def test_several_wheels_are_named(kit: Path) -> None:
    shutil.copy(kit / WHEEL, kit / "cnn_gradients-1.1-py3-none-any.whl")
    text = f"""The folder {kit} has several wheels ({WHEEL}, cnn_gradients-1.1-py3-none-any.whl):
    delete all but the one of your newest kit, or unpack that kit into an empty folder."""
    assert_main_fails(load(kit), text)


@pytest.mark.parametrize("module", ["venv", "ensurepip"])
def test_a_missing_module_names_the_package_of_debian(
    kit: Path,
    monkeypatch: pytest.MonkeyPatch,
    module: str,
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    version = "{}.{}".format(*sys.version_info)
    text = f"""Python {version} lacks the module {module}: install it (on Debian or Ubuntu with the
    command sudo apt install python{version}-venv), and run start.py again."""
    assert_main_fails(load(kit), text)


def test_a_folder_that_cannot_be_written_is_named(
    kit: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def refuse(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    start = load(kit)
    monkeypatch.setattr(start.tempfile, "TemporaryFile", refuse)
    text = f"""Files cannot be written into the folder {kit} (Permission denied): move the folder to
    a place of your own, such as your home folder, and run start.py there."""
    assert_main_fails(start, text)


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (
            OSError(errno.EIO, "Input/output error", "/x/ready"),
            """/x/ready cannot be used (Input/output error): check that you may change it, and run
            start.py again.""",
        ),
        (OSError(errno.ENOSPC, "No space left on device"), DISK_FULL),
    ],
)
def test_an_error_of_the_system_is_one_sentence(
    kit: Path,
    monkeypatch: pytest.MonkeyPatch,
    error: OSError,
    text: str,
) -> None:
    def fail() -> None:
        raise error

    start = load(kit)
    monkeypatch.setattr(start, "prepare", fail)
    assert_main_fails(start, text.format(kit=kit))


def test_the_longest_path_that_windows_can_hold_is_known(kit: Path) -> None:
    start = load(kit)
    assert not start.is_too_long(78, long_paths=False)
    assert start.is_too_long(79, long_paths=False)
    assert not start.is_too_long(79, long_paths=True)


def test_a_path_too_long_for_windows_is_told_before_anything_is_made(kit: Path) -> None:
    folder = "C:\\" + "a" * 76
    text = f"""The path of the folder {folder} has 79 characters, but Windows allows at most 78
    here: move the folder to a shorter path, such as C:\\cnn, and run start.py there."""
    assert load(kit).long_path(folder) == line(text)


def test_an_unknown_option_ends_with_status_2(kit: Path) -> None:
    done = run(kit, "--lab")
    assert done.stderr == "start.py does not take --lab: use --no-lab, --help or nothing.\n"
    assert done.returncode == 2


def test_help_says_what_the_options_do(kit: Path) -> None:
    done = run(kit, "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Install the course into this folder and open JupyterLab.\n")
    assert "--no-lab    stop after the start check" in done.stdout


def version_of(python: Path) -> tuple[int, ...]:
    """Return the version of an interpreter, such as (3, 11, 2)."""
    program = "import sys; print('%d %d %d' % sys.version_info[:3])"
    return tuple(map(int, subprocess.check_output([str(python), "-c", program]).split()))


@pytest.mark.parametrize("python", INTERPRETERS, ids=str)
def test_every_python_can_read_it(kit: Path, python: Path) -> None:
    done = run(kit, "--help", python=python)
    assert (done.returncode, done.stderr) == (0, "")


def old_interpreters() -> list[Path]:
    """Return the interpreters that are too old for the course; skip the test if there are none."""
    old = [python for python in INTERPRETERS if version_of(python) < (3, 11)]
    if not old:
        pytest.skip("no Python older than 3.11 is installed")
    return old


def test_an_old_python_says_what_it_needs(kit: Path, tmp_path: Path) -> None:
    for python in old_interpreters():
        version = ".".join(map(str, version_of(python)))
        text = f"""This is Python {version}, but the course needs Python 3.11 or newer (from
        https://www.python.org/downloads/): install it, and run start.py with it."""
        assert_fails(run(kit, python=python, PATH=str(tmp_path)), text)


def test_an_old_python_names_a_newer_one_that_runs(kit: Path, tmp_path: Path) -> None:
    programs = {"python3.11": "exit 127", "python3.12": "echo 1", "python3.13": "echo 1"}
    for name, program in programs.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{program}\n")
        (tmp_path / name).chmod(0o755)
    done = run(kit, "--no-lab", python=old_interpreters()[0], PATH=str(tmp_path))
    advice = f'run python3.12 "{kit}/start.py" --no-lab instead.\n'
    assert done.stderr.endswith(f" (from https://www.python.org/downloads/): {advice}")
    assert done.returncode == 1


@pytest.mark.parametrize(
    ("listing", "command"),
    [
        (" -3.13-64 *\n -3.12-64\n -3.9-64\n", "py -3.12"),
        (" -V:3.14 *  Python 3.14\n -V:3.13t  Python 3.13 (free-threaded)\n", "py -3.14"),
        (" -V:3.10 *  Python 3.10\n -V:2.7\n", ""),
        ("", ""),
    ],
)
def test_the_launcher_of_windows_offers_its_oldest_usable_python(
    kit: Path,
    listing: str,
    command: str,
) -> None:
    assert load(kit).launcher_command(listing) == command


def test_it_keeps_to_the_syntax_of_the_first_python_3() -> None:
    tree = ast.parse(START.read_text(encoding="ascii"), feature_version=(3, 4))
    newer = (ast.JoinedStr, ast.AnnAssign, ast.NamedExpr, ast.YieldFrom, ast.Await, ast.Match)
    assert not [node for node in ast.walk(tree) if isinstance(node, newer)]
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert not [node.name for node in functions if node.args.kwonlyargs or node.returns]
