"""Starts the process that a submission runs in, shut off from files, network and other processes by bubblewrap.

The process sees the Python that runs the review, the lesson, a few devices and a small folder of its own in memory. With the
kind "none", for who trusts the class, it is an ordinary process.
"""

import contextlib
import functools
import os
import shutil
import signal
import site
import socket
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

from tools import ROOT
from tools.review import wire

HOME = "/home/student"
FOLDER_BYTES = 64 * 2**20
NOBODY = 65534

# What a Python process needs of the system; what is not there is left out.
SYSTEM = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives"]

MISSING = (
    "Students' code should not run unguarded, and bubblewrap, which keeps it from your files and your network, is not "
    "installed: get it with `sudo apt install bubblewrap` (Debian, Ubuntu), `sudo dnf install bubblewrap` (Fedora), "
    "`sudo pacman -S bubblewrap` (Arch) or `conda install -c conda-forge bubblewrap`, or say --trust, on macOS or where "
    "you trust the class."
)
BROKEN = (
    "Students' code should not run unguarded, and bubblewrap, which is to keep it from your files and your network, does "
    "not do so here ({}): mend that, or say --trust if you trust the class."
)


class Unavailable(Exception):
    """Nothing isolates here; the message says why, and what to do."""


@contextlib.contextmanager
def started(kind, seconds):
    """A process that runs a submission, and the channel to it; it ends with the `with`, and all that it started."""
    ours, theirs = socket.socketpair()
    isolated = kind == "bubblewrap"
    with ours, contextlib.ExitStack() as stack:
        home = HOME
        if not isolated:
            folder = tempfile.TemporaryDirectory(prefix="review-", ignore_cleanup_errors=True)
            home = stack.enter_context(folder)
        python = [sys.executable, "-s", "-B", "-m", "tools.review.student", str(theirs.fileno()), str(seconds)]
        with theirs:
            process = subprocess.Popen(
                command(kind, python),
                cwd="/" if isolated else home,
                env=environment(home),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                start_new_session=True,
                pass_fds=[theirs.fileno()],
            )
        stack.enter_context(process.stderr)
        stack.callback(end, process)
        with contextlib.suppress(OSError):  # Linux ends this process, rather than the review, when memory runs out
            Path(f"/proc/{process.pid}/oom_score_adj").write_text("1000", encoding="utf-8")
        yield process, wire.Channel(ours)


def last_words(process):
    """What a process, or the program that isolates it, said before the student's code could speak."""
    end(process)
    return os.read(process.stderr.fileno(), 2000).decode("utf-8", "replace").strip()


def command(kind, argv):
    """The command that runs `argv` in a sandbox of this kind."""
    return _bubblewrap(argv) if kind == "bubblewrap" else argv


def environment(home):
    """What the process knows of its surroundings: nothing of the reviewer's."""
    # Some processors need these for numpy to compute rightly at all.
    processor = {"OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"} & set(os.environ)
    return {
        **dict.fromkeys(("HOME", "TMPDIR", "MPLCONFIGDIR"), home),
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLBACKEND": "agg",
        "PIP_NO_INDEX": "1",  # `!pip install` says so at once instead of trying to reach a network
        # One thread a process: the submissions already share the cores.
        **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
        **{name: os.environ[name] for name in processor},
    }


def readable():
    """The folders and files that the process may read."""
    python = {sys.prefix, sys.exec_prefix, sys.base_prefix, sys.base_exec_prefix, *site.getsitepackages()}
    if site.ENABLE_USER_SITE:
        python.add(site.getusersitepackages())
    python |= {os.path.realpath(path) for path in python}
    lesson = {str(ROOT / name) for name in ("lessons", "data", "tools")}
    paths = [path for path in (*SYSTEM, *sorted(python | lesson)) if os.path.exists(path)]
    # A folder inside another one is there already.
    return [path for path in paths if not any(path != other and path.startswith(other + "/") for other in paths)]


def _bubblewrap(argv):
    root = os.geteuid() == 0
    bwrap = shutil.which("bwrap")
    own = ["--unshare-user", *_no_more_users(bwrap)]
    sandbox = [bwrap, "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    sandbox += ["--die-with-parent", "--new-session", *([] if root else own)]
    # These first: the lesson may lie in one of them, when the reviewer's name is student.
    sandbox += [*_folder("/tmp"), *_above(HOME), *_folder(HOME), "--chdir", HOME]
    for path in [*readable(), *([bwrap] if root else [])]:
        sandbox += [*_above(path), "--ro-bind", path, path]
    for link, target in _links_to_python():
        sandbox += [*_above(link), "--symlink", target, link]
    sandbox += ["--dev", "/dev", *_folder("/dev/shm"), "--remount-ro", "/dev"]
    if not root:
        return [*sandbox, "--remount-ro", "/", "--", *argv]
    # Root is not held to a number of processes, so it becomes nobody. But nobody could not open all that root can, like a
    # Python in root's home: so root makes the folders, and then nobody a namespace of users, for which it, and only it,
    # has to see /proc.
    sandbox += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--bind", "/proc", "/proc", "--remount-ro", "/"]
    sandbox += ["--", "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups", "--no-new-privs"]
    sandbox += ["--inh-caps=-all", "--bounding-set=-all", bwrap, *own, "--die-with-parent", "--dev-bind", "/", "/"]
    sandbox += ["--tmpfs", "/proc", "--remount-ro", "/proc"]
    return [*sandbox, "--", *argv]


def _above(path):
    """The folders that a path lies in, open to everybody."""
    return [word for each in reversed(Path(path).parents[:-1]) for word in ("--perms", "0755", "--dir", str(each))]


def _links_to_python():
    """The links outside of the readable folders that lead from the environment to its Python: where each lies, and says."""
    link = sys.executable
    while os.path.islink(link):
        target = os.readlink(link)
        if not any(Path(link).is_relative_to(path) for path in readable()):
            yield link, target
        link = os.path.normpath(os.path.join(os.path.dirname(link), target))


def _folder(path):
    """An empty folder in memory that may be written, and be filled so far."""
    return ["--perms", "1777", "--size", str(FOLDER_BYTES), "--tmpfs", path]


@functools.cache
def _no_more_users(bwrap):
    """What keeps students' code from namespaces of its own, where this bubblewrap can: since 0.8, and not as setuid."""
    knows = "--disable-userns" in subprocess.run([bwrap, "--help"], capture_output=True, text=True).stdout
    return ["--disable-userns"] if knows and not os.stat(bwrap).st_mode & stat.S_ISUID else []


def end(process):
    """End a process and its group; in a namespace of processes all others in there end with the first."""
    if process.returncode is None:  # once waited for, its number may be another's
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def require():
    """Nothing, where bubblewrap is here and holds, tried out. Raises Unavailable."""
    if not shutil.which("bwrap"):
        raise Unavailable(MISSING)
    problem = problem_here()
    if problem:
        raise Unavailable(BROKEN.format(problem))


# What must work in a sandbox: reading the lesson. When root reviews, students' code is nobody's, who may not be able to. And
# what must fail: reading a file of the reviewer's, changing the lesson, reaching the network.
_ATTEMPTS = """
import socket, sys
secret, lesson, port = sys.argv[1:]
try:
    open(lesson).close()
except OSError as error:
    sys.exit(f"it cannot read the lesson: {error}")
for name, attempt in {
    "it can read the reviewer's files": lambda: open(secret).close(),
    "it can change the lesson": lambda: open(lesson, "a").close(),
    "it can reach the network": lambda: socket.create_connection(("127.0.0.1", int(port)), 5).close(),
}.items():
    try:
        attempt()
    except OSError:
        continue
    sys.exit(name)
"""


def problem_here():
    """Why bubblewrap does not hold on this system, or None."""
    with tempfile.TemporaryDirectory(prefix="review-") as folder, socket.create_server(("127.0.0.1", 0)) as server:
        secret = Path(folder, "secret")
        secret.write_text("not for students", encoding="utf-8")
        attempts = [str(secret), str(ROOT / "lessons" / "check.py"), str(server.getsockname()[1])]
        python = [sys.executable, "-s", "-B", "-c", _ATTEMPTS, *attempts]
        try:
            run = subprocess.run(
                command("bubblewrap", python),
                cwd="/",
                env=environment(HOME),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=300,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    return None if run.returncode == 0 else run.stderr.strip() or f"it ended with status {run.returncode}"
