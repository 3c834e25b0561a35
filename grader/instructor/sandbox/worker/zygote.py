"""The process that a sandbox starts: it loads Python and numpy once, and forks a child for every submission.

    python -I zygote.py CONTROL_FD

Runs no student's code and holds no secret. Over the control socket come a setup, and then for each submission the pipes of a
child; "end" kills that child, and how it ended goes back. It ends when the other side does.
"""

import base64
import contextlib
import fcntl
import gc
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile

sys.path.insert(
    0, os.path.dirname(os.path.abspath(__file__))
)  # an isolated Python does not look beside the script

import seal
import worker

PATIENCE = 0.1  # seconds between two looks at what a child has on disk, and at its threads
PIPES = 3


class Control:
    """Lines of JSON, with file descriptors beside them."""

    def __init__(self, handle):
        self.socket = socket.socket(fileno=handle)
        self.read = b""

    def receive(self):
        """Return a message and its descriptors; end this process when nobody is there to send one."""
        handles = []
        while b"\n" not in self.read:
            data, more, _, _ = socket.recv_fds(self.socket, 1 << 16, PIPES)
            handles += more
            if not data:
                os._exit(0)
            self.read += data
        line, self.read = self.read.split(b"\n", 1)
        return json.loads(line), handles

    def send(self, message):
        self.socket.sendall(json.dumps(message).encode() + b"\n")

    def waits(self, seconds):
        return self.read or select.select([self.socket], [], [], seconds)[0]


def child(setup, handles, folder, parent):
    """Seal this process and serve one submission. Never returns."""
    try:
        read, write, output = (fcntl.fcntl(handle, fcntl.F_DUPFD, 100) for handle in handles)
        for number, handle in enumerate((output, output, read, write), 1):
            os.dup2(handle, number)
        os.closerange(5, 4096)
        os.environ |= {"HOME": folder, "TMPDIR": folder, "MPLCONFIGDIR": folder}
        os.chdir(folder)
        tempfile.tempdir = folder
        sys.path.append(folder)  # last: a file of the student's is found, and shadows nothing
        if sys.platform == "linux":
            seal.die_with(parent)
            seal.limit(setup["limits"], setup["memory"])
        if setup["sealed"]:
            seal.seal(setup["rules"], folder, base64.b64decode(setup["program"]))
        worker.serve(3, 4)
    except BaseException as error:
        with contextlib.suppress(OSError):
            os.write(2, f"{type(error).__name__}: {error}".encode())
    os._exit(1)


def too_much(pid, folder, setup):
    """Tell whether a child has more on disk, or more threads, than it may. What cannot be looked at is too much."""
    if (
        counted(pid, "io", ("wchar", "write_bytes")) > setup["written"]
    ):  # files that are deleted and open are in no folder
        return True
    if counted(pid, "status", "Threads") > setup["threads"]:
        return True
    size, count, open_ = 0, 0, [folder]
    while open_:
        try:
            with os.scandir(open_.pop()) as entries:
                for entry in entries:
                    count += 1
                    size += entry.stat(follow_symlinks=False).st_blocks * 512
                    if size > setup["scratch"] or count > setup["files"]:
                        return True
                    if entry.is_dir(follow_symlinks=False):
                        open_.append(entry.path)
        except FileNotFoundError:  # removed while we looked
            continue
        except OSError:
            return True
    return False


def counted(pid, file, names):
    """Return the largest of some counters of a child; 0 where the kernel does not count."""
    try:
        with open(f"/proc/{pid}/{file}") as lines:
            return max(int(line.split()[1]) for line in lines if line.startswith(names))
    except (OSError, ValueError):
        return 0


def watch(control, pid, folder, setup):
    """Wait for the word to end a child, and end it; stop it earlier when it has too much (see too_much). Return how it ended."""
    over = False
    while not control.waits(PATIENCE):
        if not over and too_much(pid, folder, setup):
            over = True
            os.kill(pid, signal.SIGKILL)
    control.receive()
    found, status = os.waitpid(pid, os.WNOHANG)
    if not found:
        os.kill(pid, signal.SIGKILL)
        os.waitpid(pid, 0)
        return {"signal": 0, "over": over}
    return {
        "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) and not over else 0,
        "over": over,
    }


def main():
    control = Control(int(sys.argv[1]))
    setup, _ = control.receive()
    parent = os.getppid()
    if setup["sealed"]:
        seal.lower(setup["user"])
        setup["rules"] = seal.readable(setup["readable"])
    if sys.platform == "linux":
        seal.die_with(parent)
    os.environ |= {"MPLCONFIGDIR": setup["folder"], "MPLBACKEND": "Agg"}
    worker.prepare(setup)
    gc.collect()
    gc.freeze()
    control.send({"ready": os.getpid()})
    number = 0
    while True:
        request, handles = control.receive()
        if request.get("plots") and "matplotlib.pyplot" not in sys.modules:
            import matplotlib.pyplot  # noqa: F401 (for the children)
        number += 1
        folder = os.path.join(setup["folder"], str(number))
        os.mkdir(folder, 0o700)
        us = os.getpid()
        pid = os.fork()
        if pid == 0:
            child(setup, handles, folder, us)
        for handle in handles:
            os.close(handle)
        end = watch(control, pid, folder, setup)
        with contextlib.suppress(
            RecursionError
        ):  # folders in folders: the other side sees that something is left
            shutil.rmtree(folder, ignore_errors=True)
        control.send(end | {"clean": not os.path.lexists(folder)})


if __name__ == "__main__":
    main()
