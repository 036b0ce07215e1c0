"""Watches what a submission's processes use together, and ends them when it is too much."""

import contextlib
import os
import stat
import threading
from pathlib import Path

import psutil

TICK = 0.2  # seconds


class Lost(Exception):
    """The student's process can no longer be asked."""

    place = True, ""  # for a check that asks where in the student's function an error came up


class TimeLimit(Lost):
    """It took too long."""


class MemoryLimit(Lost):
    """It took too much memory."""


class Watch(threading.Thread):
    """Watches a process and all that it started; use it in a `with`, which ends them.

    Time is counted so that a busy computer is nobody's fault: what they compute, and what they wait while none of them
    wants to compute.
    """

    MEMORY = 2 * 2**30  # bytes

    def __init__(self, pid, seconds):
        super().__init__(daemon=True)
        self.root = psutil.Process(pid)
        self.seconds = seconds  # that they may use in all
        self.used = 0.0  # seconds, while something was asked of them
        self.ended = None  # Lost: why they were ended
        self._until = None  # what `used` may come to, and for which limit, while something is asked
        self._over = threading.Event()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self._over.set()
        self.join()
        self._end()

    @contextlib.contextmanager
    def waiting(self, limit):
        """Allow so many seconds from here on, and count them."""
        self._until = self.used + limit, limit
        try:
            yield
        finally:
            self._until = None

    def run(self):
        parent, computed = os.getppid(), 0.0
        while not self._over.wait(TICK):
            if os.getppid() != parent:  # whoever wanted the verdicts is gone
                self._end()
                os._exit(1)
            before = computed
            computed, busy, memory = _use(self._processes())
            until = self._until
            if until:
                self.used += max(computed - before, 0 if busy else TICK)
                if self.used > self.seconds:
                    self._end(TimeLimit("the time for one submission was used up"))
                elif self.used > until[0]:
                    self._end(TimeLimit(f"it took longer than {until[1]} s"))
            if memory > self.MEMORY:
                self._end(MemoryLimit(f"it took more than {self.MEMORY / 2**30:.0f} GB of memory"))

    def _processes(self):
        try:
            return [self.root, *self.root.children(recursive=True)]
        except psutil.NoSuchProcess:
            return []

    def _end(self, why=None):
        self.ended = self.ended or why
        for each in reversed(self._processes()):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.kill()


def _use(processes):
    """The seconds that they computed, with their children that have ended; whether one wants to; their bytes in memory.

    What several share, and files in memory that have no name any more, are counted once.
    """
    computed, busy, memory, files = 0.0, False, 0, {}
    for each in processes:
        with contextlib.suppress(psutil.Error, OSError):
            busy |= each.status() in (psutil.STATUS_RUNNING, psutil.STATUS_DISK_SLEEP)
            computed += sum(each.cpu_times()[:4])
            resident = each.memory_info().rss
            # On another system, or of another user's, what is shared counts more than once.
            with contextlib.suppress(psutil.AccessDenied, AttributeError):
                resident = each.memory_full_info().pss
            memory += resident
            for path in Path(f"/proc/{each.pid}/fd").glob("*"):
                about = os.stat(path)
                if stat.S_ISREG(about.st_mode) and not about.st_nlink:
                    files[about.st_dev, about.st_ino] = 512 * about.st_blocks
    return computed, busy, memory + sum(files.values())
