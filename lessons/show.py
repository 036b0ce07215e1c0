"""The page: what the check shows, as HTML and as plain text: verdicts, hints, solutions and a student's progress.

Both say the same in the same order. A verdict tells the reason first, then the example (in HTML behind a click), then
what helps. Nothing here judges.
"""

import html
import itertools
import re
import textwrap
from dataclasses import dataclass

import numpy as np

from lessons.compare import TOLERANCE, ZERO_TOLERANCE, describe, largest

WIDTH = 76  # characters a line of plain text; JupyterLab breaks longer ones in the middle of a word
LARGEST = 7  # rows and columns of an array that are shown

STATUSES = {  # in words, as a sign, as a colour
    "correct": ("correct", "✓", "#1b7f4b"),
    "wrong": ("not yet", "✗", "#b35c00"),
    "error": ("stopped with an error", "✗", "#b3261e"),
    "not attempted": ("not attempted", "–", "#6b7280"),
    "borrowed": ("borrowed", "–", "#2f6db5"),
}
WORDS = {status: words for status, (words, _, _) in STATUSES.items()}
MARKS = {status: mark for status, (_, mark, _) in STATUSES.items()}
COLOURS = {status: colour for status, (_, _, colour) in STATUSES.items()}
EXAMPLE = "The smallest example on which it fails"


def display(thing):
    """Show a verdict, a note or the progress where the cell's output goes."""
    from IPython.display import display as show

    show(thing)


# ---- Verdicts ----


def verdict_card(verdict):
    """A `lessons.check.Verdict`, or anything with its attributes, as HTML."""
    heading, example = f"{verdict.exercise}: {WORDS[verdict.status]}", ""
    if verdict.example is not None:
        style = "display: flex; flex-wrap: wrap; gap: 0.4em 2em; align-items: flex-start; margin: 0.4em 0"
        tables = "".join(f'<div style="{style}">{"".join(map(_html_table, group))}</div>' for group in _tables(verdict))
        summary = f'<summary style="cursor: pointer">{EXAMPLE}</summary>'
        example = f'<details style="margin-top: 0.3em">{summary}{tables}</details>'
    return _card(
        COLOURS[verdict.status],
        f'<span aria-hidden="true">{MARKS[verdict.status]}</span> {html.escape(heading)}',
        _paragraphs(verdict.reason) + example + _paragraphs(_after(verdict)),
    )


def verdict_text(verdict):
    """A verdict as plain text, broken at words."""
    parts = [f"{MARKS[verdict.status]} {verdict.exercise}: {WORDS[verdict.status]}", wrapped(verdict.reason)]
    if verdict.example is not None:
        parts += [f"{EXAMPLE}:", _text_tables(_tables(verdict))]
    return "\n".join(part for part in [*parts, wrapped(_after(verdict))] if part)


def _after(verdict):
    """What helps now, and whose function the cells below use."""
    if verdict.status == "correct":
        return ""
    exercise, name = verdict.exercise, f"todo.{verdict.exercise.name}"
    more_hints = exercise.rung < len(exercise.hints)
    helps = f"`{name}.hint()` gives a hint" if more_hints else f"`{name}.solution()` shows one solution"
    if verdict.example is not None:
        helps += f"; `{name}.example()` gives these arguments, to try by hand"
    return f"What helps: {helps}.\n\nBorrowed: the cells below use the reference until yours is right."


# ---- The example as tables ----


@dataclass(frozen=True)
class _Cell:
    text: str
    off: bool = False
    scope: str = ""  # "row" or "col" for an index, where only a part of an array is shown


@dataclass(frozen=True)
class _Table:
    """A value as text: its name, and rows of cells; a single cell where it is told in words."""

    caption: str
    rows: list
    words: bool = False


def _tables(verdict):
    """The arguments, and beside each other what came and what should have come, of each part where there are several."""
    example = verdict.example
    arguments = [_table(name, value) for name, value in example.arguments.items()]
    came, expected = example.came, example.expected
    if isinstance(came, str) and came in verdict.reason:
        return [arguments]
    parts = [("", came, expected)]
    if isinstance(came, (tuple, list)) and isinstance(expected, (tuple, list, type(None))):
        rights = [None] * len(came) if expected is None else expected
        if len(came) == len(rights):
            names = (f", {number} of {len(came)}" for number in range(1, len(came) + 1))
            parts = list(zip(names, came, rights))
    compared = [_compared(*part, example) for part in parts]
    # With nothing to compare, the parts of what came stand beside each other.
    return [arguments, list(itertools.chain(*compared))] if expected is None else [arguments, *compared]


def _compared(which, came, expected, example):
    """What came and what should have come, over the same part of the array and with as many digits as tell them apart."""
    stopped = isinstance(came, str) and re.match(r"\w+: ", came)
    returned, should = "it stopped with" if stopped else f"it returned{which}", f"it should return{which}"
    if expected is None:
        return [_table(returned, came)]
    if not _is_numbers(came) or not _is_numbers(expected) or np.shape(came) != np.shape(expected):
        return [_table(returned, came, off=not stopped), _table(should, expected)]
    off = _off(came, expected, example.arguments.values(), alone=not which)
    first = next(map(tuple, np.argwhere(np.atleast_2d(off))), (0, 0))
    pairs = list(zip(np.asarray(came)[off], np.asarray(expected)[off]))
    digits = _digits(pairs[: LARGEST**2])
    return [_table(returned, came, off, first, digits), _table(should, expected, False, first, digits)]


def _off(came, expected, arguments, alone):
    """Where two results differ by more than rounding; where nothing should come out, the arguments give the scale.

    alone: whether there is no other part of the result that may be the one that is off.
    """
    came, expected = np.asarray(came, dtype=float), np.asarray(expected, dtype=float)
    given = max(map(largest, filter(_is_numbers, arguments)), default=0.0)
    tolerance = TOLERANCE * largest(expected) or ZERO_TOLERANCE * given
    off = ~np.isclose(came, expected, rtol=0, atol=tolerance, equal_nan=True)
    # Where the check was stricter than this, the largest differences are what it means.
    apart = np.abs(came - expected)
    return off if np.any(off) or not alone else apart > 0.1 * np.max(apart, initial=0)


def _digits(pairs):
    """The fewest significant digits, from three on, in which the two numbers of every pair differ."""
    told = (n for n in range(3, 17) if all(_number(a, n) != _number(b, n) for a, b in pairs))
    return next(told, 17)


def _is_numbers(value):
    return isinstance(value, (np.ndarray, np.generic, int, float)) and np.asarray(value).dtype.kind in "biuf"


def _table(name, value, off=False, around=(0, 0), digits=3):
    """A value as a table: an array, or a part around one of its entries; anything else in words.

    off: whether all of it is off, or which entries are, as an array of its shape.
    """
    if not _is_numbers(value) or np.ndim(value) > 2:
        return _Table(name, [[_Cell(_words(value), off is True)]], words=True)
    shape = np.shape(value)
    caption = f"{name} ({' × '.join(map(str, shape))})" if shape else name
    matrix = np.atleast_2d(value)
    marked = np.broadcast_to(np.atleast_2d(off), matrix.shape)
    limits = (LARGEST, LARGEST if len(shape) == 2 else 2 * LARGEST)
    rows, columns = (_around(*each) for each in zip(around, matrix.shape, limits))
    cells = [[_Cell(_number(matrix[i, j], digits), marked[i, j]) for j in columns] for i in rows]
    if (len(rows), len(columns)) != matrix.shape:
        cells.insert(0, [_Cell(f"[{j}]", scope="col") for j in columns])
        if len(shape) == 2:
            names = [_Cell(""), *(_Cell(f"[{i}]", scope="row") for i in rows)]
            cells = [[name, *row] for name, row in zip(names, cells)]
    return _Table(caption, cells)


def _around(place, length, limit):
    start = max(0, min(place - 2, length - limit))
    return range(start, min(start + limit, length))


def _number(value, digits):
    """A number as text: whole ones in full, others to so many significant digits, without trailing zeros."""
    if isinstance(value, (bool, np.bool_)):
        return str(bool(value))
    value = float(value) + 0.0  # no minus zero
    if not np.isfinite(value):
        return str(value)
    if value == round(value) and abs(value) < 1e12:
        return f"{value:.0f}"
    if abs(value) < 1e7:
        digits = max(digits, len(f"{abs(value):.0f}"))  # or `g` writes an exponent
    return f"{value:.{digits}g}"


def _words(value):
    if isinstance(value, str):
        return value
    if isinstance(value, np.ndarray):
        return f"an array of {value.dtype} of shape {value.shape}"
    if isinstance(value, (tuple, list)):
        return f"a {type(value).__name__} of {len(value)}"
    return describe(value)


def _html_table(table):
    align = "left; white-space: normal; overflow-wrap: normal" if table.words else "right; white-space: nowrap"
    style = f"padding: 0.1em 0.5em; border: none; background: none; color: inherit; text-align: {align}"
    off_style = f"{style}; font-weight: bold; outline: 1px solid; outline-offset: -1px"
    off_mark = '<span role="img" aria-label="is off">✗</span>'
    body = ""
    for row in table.rows:
        body += '<tr style="background: none">'
        for cell in row:
            text = _code_marks(cell.text)
            if cell.scope:
                body += f'<th scope="{cell.scope}" style="{style}; opacity: 0.75">{text}</th>'
            elif cell.off:
                body += f'<td style="{off_style}">{text} {off_mark}</td>'
            else:
                body += f'<td style="{style}">{text}</td>'
        body += "</tr>"
    style = "margin: 0; border: none; border-collapse: collapse; table-layout: auto; width: auto"
    # The caption stands outside the table, which would be stretched to its width.
    caption = f'<figcaption style="padding: 0 0.5em"><em>{html.escape(table.caption)}</em></figcaption>'
    return f'<figure style="margin: 0">{caption}<table style="{style}">{body}</table></figure>'


def _text_tables(groups):
    """Tables in plain text, those of a group beside each other as long as the line is wide enough."""
    lines = []
    for group in groups:
        beside = []
        for block in map(_text_table, group):
            if beside and len(beside[0]) + len(block[0]) + 4 > WIDTH - 2:
                lines += beside
                beside = []
            beside = _beside(beside, block) if beside else block
        lines += beside
    if any(cell.off for table in itertools.chain(*groups) for row in table.rows for cell in row):
        lines.append("(* is off)")
    return "\n".join(f"  {line}".rstrip() for line in lines)


def _beside(left, right):
    """Two blocks of lines as one; the lines of a block are of one length."""
    pairs = itertools.zip_longest(left, right, fillvalue="")
    return [f"{a:{len(left[0])}}    {b:{len(right[0])}}" for a, b in pairs]


def _text_table(table):
    """The lines of a table, all of one length."""
    if table.words:
        cell = table.rows[0][0]
        lines = wrapped(cell.text + " *" * cell.off, WIDTH - 4).splitlines()
    else:
        rows = [[cell.text + ("*" if cell.off else " " * (cell.scope != "row")) for cell in row] for row in table.rows]
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = [" ".join(text.rjust(width) for text, width in zip(row, widths)) for row in rows]
    lines.insert(0, table.caption)
    return [line.ljust(max(map(len, lines))) for line in lines]


# ---- Notes and progress ----


@dataclass(frozen=True)
class Note:
    """A hint or a solution: a heading, a text, and perhaps some code."""

    heading: str
    text: str
    code: str = ""

    def __repr__(self):
        return "\n".join(part for part in (self.heading, wrapped(self.text), self.code) if part)

    def _repr_html_(self):
        # A page may break code anywhere; between words is early enough.
        style = "white-space: pre-wrap; word-break: normal; overflow-wrap: normal; margin: 0.3em 0"
        code = f'<pre style="{style}">{html.escape(self.code)}</pre>' if self.code else ""
        return _card(COLOURS["borrowed"], html.escape(self.heading), _paragraphs(self.text) + code)


def progress(exercises, predictions=()):
    """Show a table of exercises with the latest verdict of each, and what was predicted."""
    display(Progress(exercises, predictions))


@dataclass(frozen=True)
class Progress:
    """The exercises and predictions of a notebook and how far a student has come."""

    exercises: list
    predictions: list = ()

    def _rows(self):
        for exercise in self.exercises:
            status = exercise.latest.status if exercise.latest else "not checked"
            # Until the student's own passes, what the cells below run is the reference.
            word = {"wrong": "not yet (borrowed)", "error": "error (borrowed)", "not attempted": "borrowed"}
            core = "core" if exercise.core else ""
            now = f"{MARKS.get(status, ' ')} {word.get(status, status)}"
            yield str(exercise), exercise.title, f"{exercise.minutes} min", core, now

    def _summary(self):
        done = sum(bool(exercise.latest) and exercise.latest.status == "correct" for exercise in self.exercises)
        return f"{done} of {len(self.exercises)} correct"

    def _predicted(self):
        """What the student has committed to, apart from the exercises: a prediction may be wrong."""
        for prediction in self.predictions:
            yield prediction.name, "not yet" if prediction.choice is None else f'"{prediction.choice}"'

    def __repr__(self):
        rows = list(self._rows())
        widths = [max(map(len, column)) for column in zip(*rows)]
        lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
        predicted = [f"predicted  {name}: {choice}" for name, choice in self._predicted()]
        return "\n".join([*lines, self._summary(), *predicted])

    def _repr_html_(self):
        left = 'style="text-align: left"'
        heads = ("exercise", "what it does", "time", "core path", "now")
        page = f'<table style="margin-left: 0"><caption {left}>{self._summary()}</caption>'
        page += "<tr>" + "".join(f'<th scope="col" {left}>{head}</th>' for head in heads) + "</tr>"
        for row in self._rows():
            page += "<tr>" + "".join(f"<td {left}>{html.escape(cell.strip())}</td>" for cell in row) + "</tr>"
        page += "</table>"
        for name, choice in self._predicted():
            page += f"<div>predicted <code>{html.escape(name)}</code>: {html.escape(choice)}</div>"
        return page


def _card(colour, heading, body):
    """A box with a coloured edge; the words carry the meaning, and the text keeps the page's own colour."""
    style = f"border-left: 5px solid {colour}; padding: 0.3em 0.9em; margin: 0.3em 0"
    return f'<div role="status" style="{style}"><strong>{heading}</strong>{body}</div>'


def _paragraphs(text):
    return "".join(f'<div style="margin-top: 0.3em">{_code_marks(part)}</div>' for part in text.split("\n\n") if part)


def _code_marks(text):
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", html.escape(text))


def wrapped(text, width=WIDTH):
    """Plain text broken at words, paragraph by paragraph."""
    parts = filter(None, text.split("\n\n"))
    return "\n".join(textwrap.fill(part, width, break_long_words=False, break_on_hyphens=False) for part in parts)
