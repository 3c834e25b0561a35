"""What an instructor does on Windows and macOS: everything but sealed grading."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from our_course import NOTEBOOKS
from support import ROOT
from tiers import lacking, need_tier

from grader.instructor import files, system
from grader.instructor.author import notebook
from grader.instructor.commands import demo
from grader.instructor.courses import CourseError
from grader.instructor.demo.sample_class import submissions
from grader.instructor.sandbox import probes
from grader.instructor.sandbox.protocol import WorkerLost, pack, receive
from grader.instructor.sandbox.sandbox import MachineFault, Sandbox, Tier
from grader.instructor.sandbox.time_and_memory_limits import Limits
from grader.instructor.sealed.grade_one import grade_submission
from grader.instructor.sealed.intake import read_bytes, read_submission
from grader.instructor.sealed.timestamp import UnreadableFile, submitted_at
from grader.notebook.cells_of_file import Unreadable

AFFINE = NOTEBOOKS["1-affine"]
LOOP = "print('\u732b')\ndef affine_backward(dy, x, w, b=None):\n    while True:\n        pass"
NEEDS = {
    "win32": "sealed grading needs Linux, and this is Windows: run it in WSL or in a container "
    "(docs/grading.md)",
    "darwin": "sealed grading needs Linux, and this is macOS: run it in a container or a virtual "
    "machine (docs/grading.md)",
}
# What only Linux, or only a Unix, has; and the files that ask for it, each for what it lacks.
UNIX = frozenset(
    [
        "fcntl",
        "resource",
        "pwd",
        "grp",
        "termios",
        "O_NOFOLLOW",
        "O_NONBLOCK",
        "O_CLOEXEC",
        "O_DIRECTORY",
        "geteuid",
        "getuid",
        "fork",
        "killpg",
        "setsid",
        "sched_getaffinity",
        "SIGKILL",
        "SIGALRM",
        "setitimer",
        "send_fds",
        "recv_fds",
    ]
)
ASK = {
    "system.py",
    "classroom.py",  # how many cores, where it can be asked
    "kit/contents/start.py",  # tested by itself
    "sandbox/sandbox.py",  # the zygote, on Linux
    "sandbox/worker/zygote.py",
    "sandbox/worker/seal.py",
    "sandbox/worker/worker.py",  # the alarm, where there is one
}


def elsewhere(platform: str, *commands: str) -> dict[str, tuple[str, str]]:
    """Run commands as on another system; return what each said, and its status, by its name."""
    arguments = " --then ".join(commands).split()
    environment = os.environ | {"PYTHONWARNDEFAULTENCODING": "1", "OPENBLAS_NUM_THREADS": "1"}
    environment["PYTHONIOENCODING"] = "cp1252"  # as a pipe on Windows
    run = subprocess.run(
        [sys.executable, str(ROOT / "tests" / "elsewhere.py"), platform, *arguments],
        capture_output=True,
        encoding="cp1252",
        env=environment,
        check=False,
        cwd=ROOT,
    )
    assert "Traceback" not in run.stderr, run.stderr[-3000:]
    said = {}
    for part in ("\n" + run.stdout).split("\n$ ")[1:]:
        command, _, output = part.partition("\n")
        words, _, status = output.rpartition("status ")
        said[command.split(" --course")[0]] = (words, status.strip())
    errors = [line for line in run.stderr.splitlines() if line.startswith("grader: ")]
    said["errors"] = ("\n".join(errors), "")
    return said


def hand_in(folder: Path, answers: dict[str, dict[str, str]]) -> None:
    for student, given in answers.items():
        made = notebook.with_answers(notebook.solve(AFFINE, student=student), given, ())
        path = folder / "submitted" / student / "1-affine" / "affine.ipynb"
        path.parent.mkdir(parents=True)
        path.write_text(notebook.dumps(made), encoding="utf-8")


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_every_command_but_sealed_grading_works_elsewhere(platform, tmp_path):
    folder = tmp_path / "course"
    hand_in(folder, {"ada": {}, "bela": {"affine_backward": LOOP}})
    (folder / "submitted" / "ada" / "1-affine" / "timestamp.txt").write_text(
        "Saturday, 31 January 2026, 11:59 PM\n", encoding="utf-16"
    )
    on = f"--course {folder}"
    said = elsewhere(
        platform,
        f"release 1-affine {on}",
        f"grade {on}",
        f"grade --unsafe {on}",
        f"feedback {on}",
        f"report {on}",
        f"export {on}",
        f"explain bela 1-affine --unsafe {on}",
        "verify 1-affine --seeds 2 --mistake-seeds 1",
        f"solve 1-affine -o {tmp_path / 'solved.ipynb'}",
        f"new course {tmp_path / 'other'}",
        f"wheels -o {tmp_path / 'dist'}",
        "doctor",
    )
    status = {command: status for command, (_, status) in said.items() if status}
    assert {command for command, number in status.items() if number == "1"} == {"grade", "doctor"}
    assert set(status.values()) == {"0", "1"}
    assert said["grade"][0] == ""
    assert said["errors"][0] == (
        f"grader: Nothing was graded, since {NEEDS[platform]}; or, if you trust every submission "
        "as you trust yourself, grade without a sandbox: --unsafe"
    )
    assert said["grade --unsafe"][0] == (
        "--unsafe: the students' code runs without a sandbox\n"
        "[1/2] ada: 19 points\n[2/2] bela: 16 points\nall graded\n"
    )
    assert NEEDS[platform] in said["doctor"][0]
    explained = said["explain bela 1-affine --unsafe"][0]
    assert "the replay gives the stored verdict" in explained
    assert "printed: \\u732b" in explained
    verdicts = json.loads((folder / "verdicts" / "bela" / "1-affine.json").read_text())
    (told,) = [one for one in verdicts["exercises"] if one["exercise"] == "affine_backward"]
    assert told["fault"].startswith("takes longer than")
    assert (folder / "autograded" / "ada" / "1-affine" / "timestamp.txt").read_text() == (
        "2026-01-31 23:59:00 UTC\n"
    )
    made = ("release/student-kit.zip", "grades.csv", "report-1-affine.html")
    pages = ("feedback/ada/1-affine/affine.html", "feedback/bela/1-affine/affine.html")
    assert [name for name in (*made, *pages) if not (folder / name).is_file()] == []
    assert (tmp_path / "solved.ipynb").is_file()
    assert len(list((tmp_path / "dist").glob("*.whl"))) == 2


def test_the_demo_plays_without_a_sandbox_elsewhere(tmp_path):
    said = elsewhere("win32", f"demo --unsafe --course {tmp_path}", "doctor")
    words, status = said["demo --unsafe"]
    assert status == "0", words
    assert words.startswith("--unsafe: graded without a sandbox; the demo's submissions are our")
    assert "that cheat or run away" not in words.partition("handed in")[2].partition("\n")[0]
    assert "all points and hints are those known beforehand" in words


def test_no_module_asks_at_the_door_for_what_another_system_lacks():
    folder = ROOT / "grader" / "instructor"
    asking = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names: set[object] = set()
            if isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom):
                names = {node.module}
            elif isinstance(node, ast.Attribute):
                names = {node.attr}
            if names & UNIX:
                asking.add(path.relative_to(folder).as_posix())
    assert asking <= ASK, asking - ASK


# --- a worker that nothing holds ---


@pytest.fixture
def as_windows(monkeypatch):
    monkeypatch.setattr(system, "is_linux", lambda: False)
    monkeypatch.setattr(sys, "platform", "win32")


def test_a_plain_worker_gives_the_verdicts_of_a_forked_one(monkeypatch):
    some = demo.few(submissions(AFFINE))
    contents = {}
    for one in some:
        if one.kind in ("mistake", "broken"):
            made = notebook.with_answers(notebook.solve(AFFINE), one.answers, one.extra)
            contents[one.student] = one.edit(notebook.dumps(made))
    contents = {name: contents[name] for name in sorted(contents)[::3]}
    limits = Limits(call=1.0)

    def verdicts():
        with Sandbox(Tier.NONE, AFFINE, limits) as sandbox:
            return {
                name: grade_submission(content, 7, sandbox)["exercises"]
                for name, content in contents.items()
            }

    forked = verdicts()
    monkeypatch.setattr(system, "is_linux", lambda: False)
    assert verdicts() == forked


def test_a_plain_worker_is_held_to_its_time_and_output_and_leaves_nothing(as_windows, tmp_path):
    limits = Limits(call=0.5, output=2**20, kept=2**10)
    with Sandbox(Tier.NONE, None, limits) as sandbox:
        worker = sandbox.worker()

        def run(source: str, seconds: float = 0.5) -> dict:
            worker.channel.send(pack({"number": 0, "source": source, "seconds": seconds}))
            return receive(worker.channel, deadline())

        folder = tmp_path / "where"
        assert run(f"import os; open({str(folder)!r}, 'w').write(os.getcwd())")["fault"] == ""
        home = Path(folder.read_text())
        assert home.is_dir()
        assert run("while True: pass")["fault"] == "time"
        assert run("import sys; assert sys.stdin.read() == ''")["fault"] == ""
        assert run('print(\'{"fault": "forged"}\', flush=True)')["fault"] == ""
        with pytest.raises(WorkerLost, match="it printed more than 1 MiB"):
            run("while True: print('x' * 10000)", 20.0)
        assert worker.close().too_much == ""
        assert len(worker.printed) == 2**10
        assert '"forged"' in worker.printed
        assert not home.exists()
        worker = sandbox.worker(("matplotlib.pyplot", "no_such_module"))
        assert run("import sys; assert 'matplotlib.pyplot' in sys.modules")["fault"] == ""
        with pytest.raises(WorkerLost, match="it ended"):
            run("import os; os._exit(3)")
        worker.close()
        worker = sandbox.worker()
        worker.channel.send(
            pack({"number": 0, "source": "import time; time.sleep(9)", "seconds": 9.0})
        )
        with pytest.raises(WorkerLost, match="it did not answer in time"):
            receive(worker.channel, deadline(0.3))
        worker.close()


def deadline(seconds: float = 10.0) -> float:
    import time

    return time.monotonic() + seconds


def test_a_plain_worker_that_does_not_start_is_the_machines_fault(
    as_windows, monkeypatch, tmp_path
):
    from grader.instructor.sandbox import plain

    bad = tmp_path / "bad.py"
    bad.write_text("raise SystemExit('no memory')")
    monkeypatch.setattr(plain, "PROGRAM", bad)
    with Sandbox(Tier.NONE, None) as sandbox, pytest.raises(MachineFault, match="no memory"):
        sandbox.worker()
    monkeypatch.setattr(plain.sys, "executable", str(tmp_path / "none"))
    with Sandbox(Tier.NONE, None) as sandbox, pytest.raises(MachineFault, match="cannot be start"):
        sandbox.worker()
    for tier in (Tier.BUBBLEWRAP, Tier.LANDLOCK):
        with pytest.raises(MachineFault, match="sealed grading needs Linux"):
            Sandbox(tier, None).worker()


def test_no_tier_is_picked_elsewhere(as_windows):
    from grader.exercises import COURSE

    with pytest.raises(CourseError, match=r"^Nothing was graded, since sealed grading needs Linux"):
        probes.pick_tier(COURSE)
    assert [line[0] for line in probes.diagnose(COURSE)] == ["system", "Python", "grading"]


# --- files, without the ways of a Unix to open and to lock them ---


@pytest.mark.parametrize("opens_safely", [True, False])
def test_links_and_what_is_no_file_are_refused_in_either_way(opens_safely, monkeypatch, tmp_path):
    monkeypatch.setattr(system, "OPENS_SAFELY", opens_safely)
    folder = tmp_path / "ada" / "1-affine"
    folder.mkdir(parents=True)
    path = folder / "affine.ipynb"
    path.write_bytes(b"content")
    assert read_bytes(path) == b"content"
    with pytest.raises(Unreadable, match="MiB, at most"):
        read_bytes(path, 3)
    with pytest.raises(FileNotFoundError):
        read_bytes(folder / "none")
    (folder / "link").symlink_to(path)
    (folder / "dir").mkdir()
    os.mkfifo(folder / "pipe")
    for name, why in (("link", "it is a link"), ("dir", "is not a file"), ("pipe", "is not a fil")):
        with pytest.raises(Unreadable, match=why):
            read_bytes(folder / name)
    linked = tmp_path / "bela" / "1-affine"
    linked.parent.mkdir()
    linked.symlink_to(folder)
    with pytest.raises(Unreadable, match="it is a link"):
        read_bytes(linked / "affine.ipynb")
    (tmp_path / "carl").symlink_to(folder.parent)
    with pytest.raises(Unreadable, match="it is a link"):
        read_bytes(tmp_path / "carl" / "1-affine" / "affine.ipynb")
    assert "is a link" in read_submission(linked / "affine.ipynb", ["x"]).unreadable
    (folder / "timestamp.txt").symlink_to(path)
    with pytest.raises(UnreadableFile, match="symbolic links"):
        submitted_at(folder / "timestamp.txt")


def test_a_file_is_locked_once_with_either_module(monkeypatch, tmp_path):
    path = tmp_path / ".grading"
    path.touch()
    with open(path, "wb") as one, open(path, "wb") as other:
        assert system.lock(one.fileno())
        assert not system.lock(other.fileno())
    calls = []

    class Windows:
        LK_NBLCK = 2

        @staticmethod
        def locking(*arguments):
            calls.append(arguments[1:])
            if len(calls) > 1:
                raise PermissionError(13, "Permission denied")

    monkeypatch.setitem(sys.modules, "fcntl", None)
    monkeypatch.setitem(sys.modules, "msvcrt", Windows)
    assert [system.lock(3), system.lock(3)] == [True, False]
    assert calls == [(2, 1), (2, 1)]


def test_a_class_on_another_drive_than_the_clone_is_named_by_its_whole_path(monkeypatch, tmp_path):
    from traitlets.config import Config

    from grader.instructor.records import settings

    def relpath(path, start):
        raise ValueError("path is on mount 'D:', start on mount 'C:'")

    monkeypatch.setattr(os.path, "relpath", relpath)
    monkeypatch.setenv("COURSE_DIR", str(tmp_path))
    made = Config()
    settings.set_folders(made, ROOT, "any")
    assert made.CourseDirectory.submitted_directory == str(tmp_path / "submitted")


def test_a_read_only_folder_is_removed_without_the_programs_of_linux(as_windows, tmp_path):
    folder = tmp_path / "made"
    (folder / "inner").mkdir(parents=True)
    (folder / "inner" / "file").touch(mode=0o400)
    (folder / "inner").chmod(0o500)
    files.remove(folder)
    assert not folder.exists()


# --- a container: Linux, where nobody may make a user namespace ---

# A user namespace in which no further one can be made, as an ordinary user without any capability.
FORBIDDEN = """exec unshare --user --map-user=1000 --map-group=1000 --keep-caps sh -c '
echo 0 >/proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all "$@"
' sh "$@"
"""
GRADER = "from grader.instructor.commands.cli import main; main(prog_name='grader')"


def without_namespaces(*command: object) -> subprocess.CompletedProcess[str]:
    """Run a command where user namespaces are forbidden."""
    environment = os.environ | {"OPENBLAS_NUM_THREADS": "1"}
    return subprocess.run(
        ["sh", "-c", FORBIDDEN, "sh", *map(str, command)],
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        cwd=ROOT,
    )


def test_where_user_namespaces_are_forbidden_the_second_tier_decides_and_is_said(
    released_course, tmp_path
):
    need_tier(Tier.LANDLOCK)
    if without_namespaces("true").returncode:
        lacking("unshare and setpriv (util-linux 2.38) cannot forbid user namespaces here")
    assert without_namespaces("unshare", "--user", "true").returncode != 0
    course = released_course("1-affine", tmp_path / "course")
    hand_in(course.folder, {"ada": {}})
    run = without_namespaces(sys.executable, "-c", GRADER, "grade", "--course", course.folder)
    assert run.stdout == (
        "sandbox: Landlock and seccomp alone\n[1/1] ada: 19 points\nall graded\n"
    ), run.stderr
    verdicts = json.loads((course.folder / "verdicts" / "ada" / "1-affine.json").read_text())
    assert verdicts["sandbox"] == "Landlock and seccomp alone"
    run = without_namespaces(sys.executable, "-c", GRADER, "doctor")
    assert run.returncode == 0
    assert "sealed, by Landlock and seccomp alone" in run.stdout
    if shutil.which("bwrap"):
        assert "does not start" in run.stdout


def container():
    spec = importlib.util.spec_from_file_location("container", ROOT / "tests/matrix/container.py")
    module = importlib.util.module_from_spec(spec)
    sys.modules["container"] = module
    spec.loader.exec_module(module)
    return module


def test_the_dockerfile_installs_what_both_tiers_need_from_files_that_are_there():
    steps = container().steps()
    by_name = dict(steps)
    assert by_name["FROM"].startswith("debian:")
    assert json.loads(by_name["ENTRYPOINT"]) == ["/opt/venv/bin/grader"]
    copied = [word for name, words in steps if name == "COPY" for word in words.split()[:-1]]
    assert [name for name in copied if not (ROOT / name).exists()] == []
    packages = " ".join(words for name, words in steps if name == "RUN").split()
    assert {"libseccomp2", "bubblewrap", "python3-venv"} <= set(packages)
    pages = [(ROOT / "docs" / name).read_text() for name in ("grading.md", "instructors.md")]
    folder = f"{by_name['WORKDIR']}/course"
    for page in pages:
        assert f'-v "$PWD/course:{folder}"' in page
        assert "docker build -f docs/Dockerfile" in page


@pytest.mark.soak
def test_the_dockerfiles_steps_make_a_system_in_which_a_class_is_graded():
    if os.geteuid() or not shutil.which("debootstrap"):
        lacking("a container is made by root with debootstrap")
    script = ROOT / "tests" / "matrix" / "container.py"
    run = subprocess.run(
        [sys.executable, script], capture_output=True, text=True, check=False, timeout=1800
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    assert run.stdout.endswith("graded in the container, by the second tier\n")
