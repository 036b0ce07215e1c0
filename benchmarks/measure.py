"""Time several ways of doing the same thing, turn by turn in one run."""

import statistics
import time


def compare(title, sides, repeats=5):
    """Print the median seconds of each side and its ratio to the first.

    Parameters
    ----------
    title : str
    sides : dict of name to function without arguments
    repeats : int
        How often each is run. The sides take turns, so that a busy moment of the machine hits all of them.

    Returns
    -------
    dict of name to median seconds
    """
    times = {name: [] for name in sides}
    for _ in range(repeats):
        for name, run in sides.items():
            start = time.perf_counter()
            run()
            times[name].append(time.perf_counter() - start)
    medians = {name: statistics.median(seconds) for name, seconds in times.items()}
    first = next(iter(medians.values()))
    print(f"\n{title} (median of {repeats})")
    for name, seconds in medians.items():
        print(f"  {name:44} {seconds:10.5f} s   {seconds / first:8.2f} x")
    return medians
