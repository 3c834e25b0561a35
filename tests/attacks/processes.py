"""Attacks that start, keep or hit processes, or reach the network; each is shown open outside the sandbox."""

from __future__ import annotations

from attacks.attack import GOT, WRONG, ZERO, Attack, cell, probing, returning

FORK = "fork; leave a process behind"
HIT = "kill, trace or starve other processes"
NET = "network, local sockets, shared memory"
OUTSIDE = "tricks on files outside: links, modes, truncation"

DENIED = r"raised (PermissionError|BlockingIOError|OSError)\b"
NAME = (
    "import ctypes\n\n\ndef name():\n    ctypes.CDLL(None).prctl(15, MARK.encode(), 0, 0, 0)\n\n\n"
)
SLEEP = "['/bin/sh', '-c', f'exec -a {MARK} sleep 8 || sleep 8; : {MARK}']"


def leaving(name: str, code: str, opens: str = GOT, closed: str = DENIED) -> Attack:
    """A process that is to outlive its submission: the child bears the mark and sleeps."""
    return probing(name, FORK, code, closed, opens, leaves=True)


CHILD = "    if pid == 0:\n        name()\n        time.sleep(8)\n        os._exit(0)\n    time.sleep(0.1)\n    return pid"

FORKING = [
    leaving("fork", NAME + "import time\n\n\ndef probe():\n    pid = os.fork()\n" + CHILD),
    leaving("a double fork in a session of its own", NAME + "import time\n\n\ndef probe():\n    if os.fork() == 0:\n        os.setsid()\n        if os.fork() == 0:\n            name()\n            for fd in range(3):\n                os.close(fd)\n            time.sleep(8)\n        os._exit(0)\n    time.sleep(0.3)\n    return 'gone'"),
    probing("forkpty", FORK, NAME + "import time, warnings\n\n\ndef probe():\n    pid, fd = os.forkpty()\n" + CHILD, DENIED, GOT),
    leaving("vfork by the C library", NAME + "import time\n\n\ndef probe():\n    libc = ctypes.CDLL(None, use_errno=True)\n    pid = libc.fork()\n    if pid < 0:\n        raise PermissionError('vfork')\n" + CHILD),
    leaving("a bare clone", NAME + "import time\n\n\ndef probe():\n    libc = ctypes.CDLL(None, use_errno=True)\n    pid = libc.syscall(56, 17, 0, 0, 0, 0) if os.uname().machine == 'x86_64' else libc.fork()\n    if pid < 0:\n        raise PermissionError('clone')\n" + CHILD),
    leaving("clone3", NAME + "import time\n\n\ndef probe():\n    arguments = (ctypes.c_uint64 * 8)(0, 0, 0, 0, 17, 0, 0, 0)\n    libc = ctypes.CDLL(None, use_errno=True)\n    pid = libc.syscall(435, arguments, 64)\n    if pid < 0:\n        raise PermissionError(ctypes.get_errno(), 'clone3')\n" + CHILD),
    leaving("a program by subprocess", "import subprocess, time\n\n\ndef probe():\n    subprocess.Popen(['/bin/bash', '-c', f'exec -a {MARK} sleep 8'], start_new_session=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n    time.sleep(0.3)\n    return 'started'"),
    leaving("a program by posix_spawn", "import time\n\n\ndef probe():\n    pid = os.posix_spawn('/bin/bash', ['bash', '-c', f'exec -a {MARK} sleep 8 >/dev/null 2>&1'], {})\n    time.sleep(0.3)\n    return pid"),
    leaving("a program by the shell", "import time\n\n\ndef probe():\n    status = os.system(f'bash -c \"exec -a {MARK} sleep 8\" >/dev/null 2>&1 &')\n    if status:\n        raise PermissionError(status)\n    time.sleep(0.3)\n    return status"),
    leaving("a pool of processes", NAME + "import multiprocessing, time\n\n\ndef work():\n    name()\n    time.sleep(8)\n\n\ndef probe():\n    child = multiprocessing.get_context('fork').Process(target=work)\n    child.start()\n    time.sleep(0.2)\n    os._exit(print('come' 'through:', child.pid, flush=True) or 0)", closed=DENIED + "|raised (ImportError|FileNotFoundError)"),
    probing("another program in its place", FORK, returning("os.execv('/bin/echo', ['echo', 'come' 'through:', 'echo'])", "sys.stdout.flush()"), DENIED, f"{GOT} echo"),
    probing("a program from memory", FORK, returning("os.execve(fd, ['echo', 'come' 'through:', 'echo'], {})", "fd = os.memfd_create('echo', 0)\nos.write(fd, open('/bin/echo', 'rb').read())"), DENIED, f"{GOT} echo"),
    probing("a program that the loader runs", FORK, returning("os.execv(loader, [loader, '/bin/echo', 'come' 'through:', 'echo'])", "import glob\nloader = sorted(glob.glob('/lib64/ld-linux*') + glob.glob('/lib/ld-linux*'))[0]"), DENIED + "|raised IndexError", f"{GOT} echo"),
    cell("a bomb of forks, in bounds", FORK, "import os\nforked = 0\nfor _ in range(50):\n    try:\n        pid = os.fork()\n    except OSError as error:\n        print('fork:', type(error).__name__)\n        break\n    if pid == 0:\n        os._exit(0)\n    forked += 1\nprint('forked:', forked)", why=f"(?s){ZERO}.*printed: fork: (PermissionError|BlockingIOError)\nprinted: forked: 0"),
    cell("a thread that beats on", FORK, "# GROUND\nimport ctypes, threading, time\n\ndef beat():\n    ctypes.CDLL(None).prctl(15, MARK.encode(), 0, 0, 0)\n    while True:\n        time.sleep(0.01)\n        open('heartbeat', 'a').write('x')\n\nthreading.Thread(target=beat).start()\nprint('beats')", why=f"(?s){ZERO}.*printed: beats"),
    cell("a thread of the C library and a last function", FORK, "# GROUND\nimport atexit, ctypes, time\nlibc = ctypes.CDLL(None)\nlibc.prctl(15, MARK.encode(), 0, 0, 0)\n\n@ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)\ndef run(argument):\n    time.sleep(30)\n\nthread = ctypes.c_ulong()\nprint('pthread:', libc.pthread_create(ctypes.byref(thread), None, run, None))\natexit.register(time.sleep, 30)\nlibc.atexit(run)", why=f"(?s){ZERO}.*printed: pthread: 0"),
]  # fmt: skip

HITTING = [
    probing("kill another process", HIT, returning("os.kill(VICTIM, 15)"), r"raised (PermissionError|ProcessLookupError)", f"{GOT} None"),
    probing("kill the parent", HIT, "def probe():\n    if os.environ.get('COURSE_SECRET'):\n        return os.kill(VICTIM, 0)\n    return os.kill(os.getppid(), 9)", r"raised (PermissionError|ProcessLookupError)", f"{GOT} None"),
    probing("stop everything that may be signalled", HIT, "def probe():\n    if os.environ.get('COURSE_SECRET'):\n        return os.kill(VICTIM, 19)\n    return os.kill(-1, 19)", r"raised (PermissionError|ProcessLookupError)", f"{GOT} None"),
    probing("queue a signal by a handle on the process", HIT, returning("signal.pidfd_send_signal(os.pidfd_open(VICTIM), 15)", "import signal"), r"raised (PermissionError|ProcessLookupError)", f"{GOT} None"),
    probing("nice for others", HIT, returning("os.setpriority(os.PRIO_PROCESS, VICTIM, 19)"), r"raised (PermissionError|ProcessLookupError)", f"{GOT} None"),
    probing("priority for itself", HIT, returning("os.nice(-10)"), r"raised PermissionError", GOT, needs_root=True),
    probing("real-time scheduling", HIT, returning("os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) or os.sched_setscheduler(0, os.SCHED_OTHER, os.sched_param(0))"), r"raised PermissionError", f"{GOT} None", needs_root=True),
    probing("move a process to one core", HIT, returning("os.sched_setaffinity(VICTIM, {0})"), r"raised (PermissionError|ProcessLookupError)", f"{GOT} None"),
    probing("limits of another process", HIT, returning("resource.prlimit(VICTIM, resource.RLIMIT_NOFILE, (4, 4))", "import resource"), r"raised (PermissionError|ProcessLookupError)", rf"{GOT} \("),
    probing("limits of its own", HIT, returning("resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000)) or resource.getrlimit(resource.RLIMIT_FSIZE)", "import resource"), r"raised (PermissionError|ValueError)", rf"{GOT} \(1000"),
    probing("another user", HIT, returning("os.setresuid(65534, 65534, 65534) or os.geteuid()"), "raised PermissionError", f"{GOT} 65534", needs_root=True),
    probing("a session of its own", HIT, returning("os.setsid()", "if os.getpgrp() == os.getpid():\n    return -1"), "raised PermissionError", rf"{GOT} (None|-1)"),
    probing("dumpable, and a tracer for itself", HIT, returning("libc.prctl(0x59616d61, -1, 0, 0, 0) + libc.prctl(4, 1, 0, 0, 0) or 'both'", "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nif libc.prctl(4, 1, 0, 0, 0):\n    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))"), r"raised PermissionError", GOT),
]  # fmt: skip

TALKING = [
    probing("the network", NET, returning("socket.create_connection(('127.0.0.1', PORT), 1).getpeername()", "import socket"), DENIED, rf"{GOT} \('127.0.0.1'"),
    probing("a server", NET, returning("socket.create_server(('127.0.0.1', 0)).getsockname()", "import socket"), DENIED, rf"{GOT} \('127.0.0.1'"),
    probing("datagrams", NET, returning("socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'secret', ('127.0.0.1', PORT))", "import socket"), DENIED, f"{GOT} 6"),
    probing("a name to be looked up", NET, returning("socket.getaddrinfo('localhost', 80)[0][4]", "import socket"), DENIED + "|raised gaierror", rf"{GOT} \("),
    probing("a web address", NET, returning("urllib.request.urlopen(f'http://127.0.0.1:{PORT}/', timeout=0.3)", "import urllib.request, socket\ntry:\n    socket.create_connection(('127.0.0.1', PORT), 1)\n    return 'reached'\nexcept TimeoutError:\n    pass"), DENIED + "|raised URLError", f"{GOT} reached"),
    probing("an abstract socket of another process", NET, returning("s.connect(LOCAL) or 'connected'", "import socket\ns = socket.socket(socket.AF_UNIX)"), DENIED, f"{GOT} connected"),
    probing("a socket for the kernel", NET, returning("socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0).getsockname()", "import socket"), DENIED, rf"{GOT} \("),
    probing("a pair of sockets", NET, returning("socket.socketpair()", "import socket"), DENIED, rf"{GOT} \(<socket"),
    probing("shared memory by name", NET, returning("os.path.exists('/dev/shm/' + made.name.strip('/')) and (made.close(), made.unlink())", "from multiprocessing.shared_memory import SharedMemory\nmade = SharedMemory(create=True, size=16)"), DENIED + "|raised FileNotFoundError", rf"{GOT} \(None"),
    probing("a file in shared memory", NET, returning("os.write(os.open(path, os.O_CREAT | os.O_RDWR), b'x')", "import atexit\npath = f'/dev/shm/{MARK}'\natexit.register(lambda: os.path.exists(path) and os.unlink(path))"), DENIED + "|raised FileNotFoundError", f"{GOT} 1"),
    probing("a file in memory", NET, returning("os.write(os.memfd_create(MARK), b'x')"), DENIED, f"{GOT} 1"),
    probing("a semaphore for others", NET, returning("multiprocessing.Lock()", "import multiprocessing"), DENIED + "|raised FileNotFoundError", f"{GOT} <Lock"),
]  # fmt: skip

LINKING = [
    probing("write beside the notebooks", OUTSIDE, returning("open(FOLDER + '/new', 'w').write('x')"), r"raised (PermissionError|FileNotFoundError)", f"{GOT} 1"),
    probing("write into the gradebook", OUTSIDE, returning("open(FOLDER + '/gradebook.db', 'r+').write('x')"), r"raised (PermissionError|FileNotFoundError)", f"{GOT} 1"),
    probing("empty a file outside", OUTSIDE, returning("os.truncate(SECRET_FILE, 0)"), r"raised (PermissionError|FileNotFoundError)", f"{GOT} None"),
    probing("empty a file that may be read", OUTSIDE, returning("os.open(path, os.O_RDONLY | os.O_TRUNC)", "path = MATHS if PREFIX == sys.prefix else SECRET_FILE"), r"raised (PermissionError|OSError)", rf"{GOT} \d"),
    probing("delete a file outside", OUTSIDE, returning("os.unlink(SECRET_FILE)"), r"raised (PermissionError|FileNotFoundError)", f"{GOT} None"),
    probing("rename a file outside into its folder", OUTSIDE, returning("os.rename(SECRET_FILE, 'mine')"), r"raised (PermissionError|FileNotFoundError|OSError)", f"{GOT} None|cross-device", ),
    probing("a hard link to a file outside", OUTSIDE, returning("os.link(SECRET_FILE, FOLDER + '/link') or open(FOLDER + '/link').read()"), r"raised (PermissionError|FileNotFoundError|OSError)", "canary"),
    probing("a symbolic link to a file outside", OUTSIDE, returning("os.symlink(SECRET_FILE, 'link') or open('link').read()"), r"raised (PermissionError|FileNotFoundError)", "canary"),
    probing("another mode for a file outside", OUTSIDE, returning("oct(os.stat(SECRET_FILE).st_mode)", "os.chmod(SECRET_FILE, 0o400)"), r"raised (PermissionError|FileNotFoundError)|\b0o100666\b", "0o100400", never=("0o100400",)),
    probing("a folder among Python's packages", OUTSIDE, returning("os.mkdir(PREFIX + '/evil')"), r"raised (PermissionError|OSError)", f"{GOT} None"),
    probing("a named pipe", OUTSIDE, returning("os.mkfifo('pipe')"), "raised PermissionError", f"{GOT} None"),
    probing("listening to another folder", OUTSIDE, returning("libc.inotify_add_watch(fd, FOLDER.encode(), 0xfff)", "import ctypes\nlibc = ctypes.CDLL(None, use_errno=True)\nfd = libc.inotify_init1(0)\nif fd < 0:\n    raise PermissionError(ctypes.get_errno(), 'inotify')"), "raised PermissionError", f"{GOT} 1"),
    probing("work in another folder", OUTSIDE, returning("os.chdir(FOLDER) or os.listdir()"), r"raised (PermissionError|FileNotFoundError)", "secret.txt"),
]  # fmt: skip
ENTRIES = [*FORKING, *HITTING, *TALKING, *LINKING]
assert WRONG
