"""Review a class: ``python -m tools.review SUBMISSIONS``.

SUBMISSIONS is a folder of notebooks, or of folders of notebooks, one a student. Writes review.csv and review.html.
Interrupted, the same command goes on where it stopped: what is finished stands in review.jsonl.
"""

import argparse
import concurrent.futures
import contextlib
import hashlib
import json
import multiprocessing
import os
import platform
import sys
import time
from pathlib import Path

import numpy
from tqdm import tqdm

from tools.review import judge, report, sandbox, submissions


def main(argv=None):
    options = _options(argv)
    folder, output = options.submissions, options.output
    if os.name == "nt":
        sys.exit("Windows cannot keep students' code from the rest: use the Windows Subsystem for Linux.")
    if not folder.is_dir():
        sys.exit(f"{folder} is not a folder.")
    seen = next((path for path in sandbox.readable() if folder.resolve().is_relative_to(path)), None)
    if seen:
        sys.exit(f"Students' code has to read {seen}, so it would see all of {folder}. Put the submissions elsewhere.")
    if output.resolve().is_relative_to(folder.resolve()):
        sys.exit("The review would lie among the submissions. Run it from another folder, or name one: --output FOLDER")
    handed_in = submissions.find(folder)
    if not handed_in:
        sys.exit(f"There are no files in {folder}.")
    copies = sum(path.is_file() for path in folder.rglob(".ipynb_checkpoints/*"))
    if copies:
        print(f"Left out: {copies} file{'s' * (copies != 1)} in .ipynb_checkpoints, which Jupyter keeps for itself.")
    output.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    with _workers(options) as workers, Finished(output / "review.jsonl") as finished:
        pending = [each for each in handed_in if each not in finished]
        if len(pending) < len(handed_in):
            print(f"{len(handed_in) - len(pending)} of {len(handed_in)} were reviewed before.")
        try:
            for row in tqdm(review_all(pending, workers, options.trust), total=len(pending), unit="notebook"):
                finished.add(row)
        except KeyboardInterrupt:
            sys.exit("Interrupted. What is finished is kept: the same command goes on from there.")
        rows = [finished.row(each) for each in handed_in]
    report.write_csv(output / "review.csv", rows)
    report.write_html(output / "review.html", rows, f"Review of {folder.resolve().name}")
    print(f"{report.summary(rows)} {time.monotonic() - start:.0f} s. See {output / 'review.html'} and review.csv.")


def _options(argv):
    summary, _, rest = __doc__.partition("\n\n")
    parser = argparse.ArgumentParser(prog="python -m tools.review", description=f"{summary}\n\n{rest}")
    parser.add_argument("submissions", type=Path, help="the folder with what students handed in; it is not changed")
    parser.add_argument("--output", type=Path, default=Path(), help="where to write (default: here)")
    parser.add_argument(
        "--jobs", type=int, default=_cores(), help="how many at a time (default: one a core, %(default)s)"
    )
    parser.add_argument("--scheduler", metavar="ADDRESS", help="use the workers of this Dask scheduler instead")
    parser.add_argument(
        "--trust", action="store_true", help="go on where bubblewrap does not keep students' code from your files"
    )
    return parser.parse_args(argv)


def _cores():
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()


@contextlib.contextmanager
def _workers(options):
    """A function that starts an executor, for processes of this machine or the workers of a Dask cluster."""
    if not options.scheduler:
        _isolation_or_exit(lambda: [judge.isolation(options.trust)])
        # Workers inherit this; each has one core.
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
        processes = multiprocessing.get_context("spawn")
        yield lambda: concurrent.futures.ProcessPoolExecutor(options.jobs, processes, judge.end_with_the_review)
        return
    from distributed import Client

    with Client(options.scheduler, timeout=20) as client:
        if set(client.nthreads().values()) != {1}:
            sys.exit(
                "Reviewing needs workers with one thread each: start them with `dask worker ADDRESS --nthreads 1`."
            )
        if set(client.run(version).values()) != {version()}:
            sys.exit("The workers have another version of the lesson, of numpy or of Python than this computer.")
        _isolation_or_exit(lambda: client.run(judge.isolation, options.trust).values())
        yield client.get_executor


def _isolation_or_exit(ask):
    try:
        kinds = set(ask())
    except sandbox.Unavailable as reason:
        sys.exit(str(reason))
    print(f"Isolation: {', '.join(sorted(kinds))}.")


def review_all(pending, start_executor, trust):
    """Yield a row for each submission, in the order in which they finish."""
    suspects = []
    with start_executor() as executor:
        futures = {executor.submit(judge.review, each, trust): each for each in pending}
        try:
            for future in concurrent.futures.as_completed(futures):
                try:
                    yield future.result()
                except Exception:  # noqa: BLE001, a worker died, perhaps of another submission than this one
                    suspects.append(futures[future])
        except (KeyboardInterrupt, GeneratorExit):
            executor.shutdown(wait=False, cancel_futures=True)
            raise
    for each in suspects:
        try:
            with start_executor() as executor:
                yield executor.submit(judge.review, each, trust).result()
        except Exception as error:  # noqa: BLE001
            yield judge.row(each, problem=f"the process that reviewed this file died: {type(error).__name__}")


class Finished:
    """The rows that are finished, kept in a file from one run to the next as long as nothing that made them has changed."""

    def __init__(self, path):
        self.path = path
        self.version = version()
        self.rows = {}

    def __enter__(self):
        with contextlib.suppress(FileNotFoundError):
            for line in self.path.read_text(encoding="utf-8").splitlines():
                with contextlib.suppress(ValueError):  # the last line of an interrupted run may be cut off
                    entry = json.loads(line)
                    if entry["version"] == self.version:
                        self.rows[entry["row"]["file"], entry["row"]["sha256"]] = entry["row"]
        self.path.write_text("".join(map(self._line, self.rows.values())), encoding="utf-8")
        self.file = open(self.path, "a", encoding="utf-8")  # noqa: SIM115
        return self

    def __exit__(self, *_):
        self.file.close()

    def __contains__(self, submission):
        return (submission.file, submission.sha256) in self.rows

    def row(self, submission):
        return self.rows[submission.file, submission.sha256]

    def add(self, row):
        self.rows[row["file"], row["sha256"]] = row
        self.file.write(self._line(row))
        self.file.flush()

    def _line(self, row):
        return json.dumps({"version": self.version, "row": row}) + "\n"


def version():
    """A fingerprint of all that a verdict depends on, apart from the submission."""
    digest = hashlib.sha256(f"{platform.python_version()} {numpy.__version__}".encode())
    for pattern in ("lessons/**/*.py", "data/*.csv", "notebooks/*.ipynb", "tools/review/*.py"):
        for path in sorted(submissions.ROOT.glob(pattern)):
            digest.update(path.read_bytes())
    return digest.hexdigest()


if __name__ == "__main__":
    main()
