"""Starts the process that a submission runs in, shut off from files, network and other processes as the system allows.

There are two ways to shut it off, and a third, called "none", for who trusts the class:

- "bubblewrap": the program bwrap, made for this.
- "unshare": the same with util-linux's unshare, mount, pivot_root and setpriv, which every Linux brings.

In both the process sees the Python that runs the review, the lesson, a few devices and a small folder of its own in
memory; no home, no other submission, no network, no process but its own. When root reviews, it runs as nobody, because
root is not held to a number of processes.
"""

import contextlib
import os
import shutil
import signal
import site
import socket
import subprocess
import sys
import tempfile
from pathlib import Path

from tools.review import wire

ROOT = Path(__file__).resolve().parent.parent.parent
HOME = "/home/student"
FOLDER_BYTES = 64 * 2**20
NOBODY = 65534
KINDS = ("bubblewrap", "unshare")

# What a Python process needs of the system; what is not there is left out.
SYSTEM = ["/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache", "/etc/alternatives"]
DEVICES = ["/dev/null", "/dev/zero", "/dev/full", "/dev/random", "/dev/urandom"]

# Run by `sh` in namespaces of its own: build a root folder of what may be seen, move into it, give up all privileges.
# The shell stays, because it is what dies with the reviewer, and everything in its namespace with it.
_UNSHARE_SCRIPT = """
set -eu
root=$1 home=$2 size=$3 privileges=$4
shift 4
PATH=$PATH:/usr/sbin:/sbin
mount -t tmpfs -o mode=755,nosuid,nodev review "$root"
cd "$root"
while [ "$1" != -- ]; do
    if [ -d "$1" ]; then mkdir -p ".$1"; else mkdir -p ".${1%/*}"; : > ".$1"; fi
    mount --rbind "$1" ".$1"
    case $1 in /dev/*) ;; *) mount -o remount,bind,ro,nosuid,nodev ".$1" ;; esac
    shift
done
shift
mkdir -p ".$home" .old
mount -t tmpfs -o "mode=1777,nosuid,nodev,size=$size" student ".$home"
pivot_root . .old
cd "$home"
# umount wants to read /proc, and the only one is on its way out.
ln -s /.old/proc /proc
umount -l /.old
rm /proc
rmdir /.old
mount -o remount,bind,ro /
setpriv $privileges "$@" && status=0 || status=$?
exit $status
"""


class Unavailable(Exception):
    """No isolation works here; the message says what was tried and why it failed."""


class Sandbox:
    """A started process; use it in a `with`, which ends the process and all that it started.

    Attributes
    ----------
    channel : wire.Channel
        To the process.
    """

    def __init__(self, kind, seconds):
        self.kind = kind
        self.seconds = seconds

    def __enter__(self):
        ours, theirs = socket.socketpair()
        self.folder = tempfile.TemporaryDirectory(prefix="review-", ignore_cleanup_errors=True)
        python = [sys.executable, "-s", "-B", "-m", "tools.review.student", str(theirs.fileno()), str(self.seconds)]
        with theirs:
            self.process = subprocess.Popen(
                command(self.kind, python, self.folder.name),
                cwd=self.folder.name,
                env=environment(HOME if self.kind in KINDS else self.folder.name),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.PIPE,
                pass_fds=[theirs.fileno()],
                start_new_session=True,
            )
        _first_to_go(self.process.pid)
        self.channel = wire.Channel(ours)
        return self

    def __exit__(self, *_):
        self.channel.connection.close()
        end(self.process)
        self.process.stderr.close()
        self.folder.cleanup()

    def last_words(self):
        """What the process, or the program that isolates it, said before the student's code could speak."""
        end(self.process)
        return os.read(self.process.stderr.fileno(), 2000).decode("utf-8", "replace").strip()


def command(kind, argv, folder):
    """The command that runs `argv` in a sandbox of this kind; `folder` is empty and stays so."""
    if kind == "bubblewrap":
        return _bubblewrap(argv)
    if kind == "unshare":
        return _unshare(argv, folder)
    return argv


def environment(home):
    """What the process knows of its surroundings: nothing of the reviewer's."""
    clean = {
        "HOME": home,
        "TMPDIR": home,
        "PATH": "/usr/bin:/bin",
        "LANG": "C.UTF-8",
        "PYTHONPATH": str(ROOT),
        "IPYTHONDIR": f"{home}/.ipython",
        "MPLCONFIGDIR": home,
        "MPLBACKEND": "agg",
        "PIP_NO_INDEX": "1",  # `!pip install` says so at once instead of trying to reach a network
    }
    # One thread a process: the submissions already share the cores.
    threads = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    # Some processors need these for numpy to compute rightly at all.
    processor = ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE")
    return {
        **clean,
        **dict.fromkeys(threads, "1"),
        **{name: os.environ[name] for name in processor if name in os.environ},
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
    sandbox = ["bwrap", "--unshare-net", "--unshare-pid", "--unshare-ipc", "--unshare-uts", "--unshare-cgroup-try"]
    sandbox += ["--die-with-parent", "--new-session"]
    # Root needs no user namespace, and has to keep the right to become nobody until it has.
    sandbox += ["--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID"] if root else ["--unshare-user"]
    for path in readable():
        for parent in reversed(Path(path).parents[:-1]):
            sandbox += ["--perms", "0755", "--dir", str(parent)]
        sandbox += ["--ro-bind", path, path]
    sandbox += ["--dev", "/dev", "--perms", "0755", "--dir", os.path.dirname(HOME)]
    sandbox += ["--perms", "1777", "--size", str(FOLDER_BYTES), "--tmpfs", HOME, "--remount-ro", "/", "--chdir", HOME]
    return [*sandbox, "--", *(["setpriv", *_privileges()] if root else []), *argv]


def _unshare(argv, folder):
    namespaces = ["--mount", "--net", "--pid", "--ipc", "--uts", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        namespaces += ["--user", "--map-root-user"]
    settings = [folder, HOME, str(FOLDER_BYTES), " ".join(_privileges())]
    return ["unshare", *namespaces, "sh", "-c", _UNSHARE_SCRIPT, "sh", *settings, *readable(), *DEVICES, "--", *argv]


def _privileges():
    """What setpriv gives up: every capability for good and, for root, being root."""
    user = [f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"] if os.geteuid() == 0 else []
    return [*user, "--no-new-privs", "--inh-caps=-all", "--bounding-set=-all"]


def _first_to_go(pid):
    """Ask Linux to end this process, rather than the review, when memory runs out."""
    with contextlib.suppress(OSError):
        Path(f"/proc/{pid}/oom_score_adj").write_text("1000")


def end(process):
    """End a process and its group; in a namespace of processes all others in there end with the first."""
    if process.returncode is None:  # once waited for, its number may be another's
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def best_available():
    """The first kind of isolation that works here, tried out. Raises Unavailable."""
    tried = []
    for kind, program in zip(KINDS, ("bwrap", "unshare")):
        problem = f"{program} is not installed" if not shutil.which(program) else problem_with(kind)
        if not problem:
            return kind
        tried.append(f"{kind}: {problem}")
    raise Unavailable("; ".join(tried))


# What must fail in a sandbox: reading a file of the reviewer's, changing the lesson, reaching the network.
_ATTEMPTS = """
import socket, sys
secret, lesson, port = sys.argv[1:]
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


def problem_with(kind):
    """Why this kind of isolation does not hold on this system, or None."""
    with tempfile.TemporaryDirectory(prefix="review-") as folder, socket.create_server(("127.0.0.1", 0)) as server:
        secret = Path(folder, "secret")
        secret.write_text("not for students")
        empty = Path(folder, "empty")
        empty.mkdir()
        attempts = [str(secret), str(ROOT / "lessons" / "check.py"), str(server.getsockname()[1])]
        argv = [sys.executable, "-s", "-B", "-c", _ATTEMPTS, *attempts]
        try:
            run = subprocess.run(
                command(kind, argv, str(empty)),
                cwd=empty,
                env=environment(HOME),
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                timeout=60,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            return str(error)
    return None if run.returncode == 0 else run.stderr.strip() or f"it ended with status {run.returncode}"
