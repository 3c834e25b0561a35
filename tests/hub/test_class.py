"""A class on one machine, as docs/classroom.md installs it: accounts, servers, the exchange."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from installed import Machine
from play import ASSIGNMENT, NOTEBOOK, Class, play
from servers import Hub, Server, jupyterhub, laboratories
from users import environment_of, run_as

STUDENTS_MENU = ["Assignment List"]


def test_a_class_on_a_hub_goes_through_a_round_and_students_reach_nothing_of_others(
    machine: Machine, place: Path, browser: Any
) -> None:
    with jupyterhub(machine, place / "hub") as hub:
        names = [who.pw_name for who in (machine.teacher, machine.ada, machine.bela)]
        people = Class(*hub.start(*names))
        play(people, machine)
        only_the_teacher_has_formgrader(people)
        nobody_enters_another_ones_server(people)
        nothing_private_can_be_reached(machine, [place / "hub"])
        the_doctor_is_content(machine)
        assert "Formgrader" in menu(browser, hub, machine.teacher.pw_name)
        assert menu(browser, hub, machine.ada.pw_name) == STUDENTS_MENU


def test_a_class_with_a_jupyterlab_each_goes_through_a_round(machine: Machine, place: Path) -> None:
    with laboratories(machine, place / "logs") as servers:
        people = Class(*servers)
        play(people, machine)
        only_the_teacher_has_formgrader(people)
        nothing_private_can_be_reached(machine, [])


def only_the_teacher_has_formgrader(people: Class) -> None:
    rows = people.teacher.get("formgrader/api/assignments")
    assert [row["name"] for row in rows][:2] == [ASSIGNMENT, "2-convolution"]
    assert rows[0]["num_submissions"] == 2
    for student in (people.ada, people.bela):
        assert student.ask("GET", "formgrader/api/assignments").status_code == 404
        assert student.ask("GET", "formgraders").status_code == 404


def nobody_enters_another_ones_server(people: Class) -> None:
    for theirs in (people.teacher, people.bela):
        assert theirs.ask("GET", "api/contents").status_code == 200
        for token in (people.ada.token, "", "0" * 32):
            answer = Server(theirs.address, token).ask("GET", "api/contents")
            assert answer.status_code == 403


def the_doctor_is_content(machine: Machine) -> None:
    """Ask it in a terminal of the teacher's server, with and without JUPYTER_CONFIG_PATH."""
    terminal = environment_of(machine.teacher, "jupyterhub.singleuser")
    doctor = (machine.repository / ".venv/bin/grader", "doctor")
    done = run_as(machine.teacher, *doctor, **terminal)
    assert "formgrader" not in done.stdout
    assert done.returncode == 0, done.stdout
    del terminal["JUPYTER_CONFIG_PATH"]
    done = run_as(machine.teacher, *doctor, **terminal)
    assert done.stdout.startswith("! formgrader                 Formgrader will list nothing")
    assert done.returncode == 1


def nothing_private_can_be_reached(machine: Machine, more: list[Path]) -> None:
    """Try it as ada: each place is there, and root can reach it."""
    course, inbox = machine.repository / "course", machine.outlet / "inbound"
    bela, home = machine.bela.pw_name, Path(machine.bela.pw_dir)
    (handed_in,) = [path for path in inbox.iterdir() if path.name.startswith(bela)]
    assert re.search(r"\+[\w-]{12}$", handed_in.name)  # nobody guesses it
    folders = [
        *(home, home / ASSIGNMENT, inbox, machine.outlet / "feedback"),
        *(machine.repository, machine.repository / "solutions", machine.repository / ".venv"),
        *(course, course / "submitted", course / "autograded", course / "feedback"),
        *(course / "verdicts", *more),
    ]
    files = [
        *(home / NOTEBOOK, course / "gradebook.db", course / "verdicts/.secret"),
        course / f"verdicts/{bela}/{ASSIGNMENT}.json",
        course / f"autograded/{bela}/{NOTEBOOK}",
        *(machine.repository / "solutions/affine.py", machine.repository / "nbgrader_config.py"),
    ]
    assert all(any(folder.iterdir()) for folder in folders)
    assert all(file.stat().st_size for file in files)
    released = machine.outlet / "outbound" / ASSIGNMENT
    settings = machine.students / "etc/jupyter/nbgrader_config.py"
    own = Path(machine.ada.pw_dir)
    attempts = [
        *(("list", folder) for folder in folders),
        *(("read", file) for file in files),
        *(("write", place) for place in (*files, settings, released / "affine.ipynb")),
        *(("replace", place) for place in (machine.outlet, released, machine.exchange)),
    ]
    assert denied(machine, attempts) == ["PermissionError"] * len(attempts)
    allowed = [("list", own), ("read", settings), ("read", own / NOTEBOOK), ("list", released)]
    assert denied(machine, allowed) == [None] * len(allowed)


def denied(machine: Machine, attempts: list[tuple[str, Path]]) -> list[str | None]:
    """Return the error of each of ada's attempts."""
    rows = [{"what": what, "path": str(path)} for what, path in attempts]
    program = Path(__file__).with_name("trespass.py").read_text(encoding="utf-8")
    done = run_as(machine.ada, machine.students / "bin/python", "-c", program, json.dumps(rows))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def menu(browser: Any, hub: Hub, name: str) -> list[str]:
    """Log in with the hub's form; return the entries of JupyterLab's menu Nbgrader."""
    page = browser.new_page()
    page.goto(f"{hub.address}/hub/login?next=/user/{name}/lab")
    page.locator("#username_input").fill(name)
    page.locator("#password_input").fill(hub.secret)
    page.locator("#login_submit").click()
    page.get_by_role("menuitem", name="Nbgrader", exact=True).click(timeout=60_000)
    entries = page.locator(".lm-Menu .lm-Menu-itemLabel").all_inner_texts()
    page.close()
    return [entry for entry in entries if entry]  # one that is disabled has no name
