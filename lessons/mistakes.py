"""Part of the check: known mistakes, each one edit of a right answer and a sentence that says why; any two go together.

A table holds them as text:

    divided_by_rows: X.shape[1] -> X.shape[0]
        That divides by d, the number of rows. The mean is over the n samples, and samples are columns here.

`old -> new` replaces every `old` in the source; ` ;; ` joins replacements that go together, and a line that begins with
`| ` is another way to make the same mistake; `{1|0.1}` stands for one of these. `{}` stands for the expression that is
returned, `{0}` and `{1}` for the two parts of a returned pair, `{both}` for each of them in turn, `...` for the whole body,
`^` for its beginning, `\\n` for a new line. DATA, ATOMS, CODES and MODEL stand for what a notebook calls these. An edit that
does not apply to a way of writing the answer is skipped there. A mistake without a sentence takes the one that
`lessons.anywhere` has for it.
"""

import functools
import inspect
import itertools
import re
import textwrap
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from lessons import anywhere, factorise
from lessons.answers import outcome, quiet, said
from lessons.compare import close, finite, largest

# How many pairs are compiled at the most, and how many are tried, in 0.3 s the first time.
MOST_COMPILED, MOST_PAIRS = 1400, 6800


@dataclass(frozen=True)
class Mistake:
    """One known mistake: the edits that make it, each in another way of writing the answer, and what is said of it."""

    edits: tuple[str, ...]
    sentence: str


def parse(*tables):
    """The mistakes of some tables, {key: Mistake}, in their order; where a key comes twice the first one counts."""
    mistakes = {}
    entries = [re.split(r"\n(?=\w+:)", textwrap.dedent(table).strip()) for table in tables if table]
    for entry in itertools.chain(*entries):
        head, *lines = (line.strip() for line in entry.splitlines())
        key, _, edit = head.partition(":")
        others = [line[1:] for line in lines if line.startswith("|")]
        sentence = " ".join(line for line in lines if not line.startswith("|"))
        edits = [text.strip() for text in (edit, *others) if text.strip()]
        mistakes.setdefault(key, Mistake(tuple(itertools.chain(*map(_each, edits))), sentence or SENTENCES[key]))
    return mistakes


_CHOICE = re.compile(r"\{([^{}|]*(?:\|[^{}|]*)+)\}")
_NOTATIONS = [
    {"DATA": "X", "ATOMS": "D", "CODES": "A", "MODEL": "D @ A"},
    {"DATA": "x", "ATOMS": "D", "CODES": "alpha", "MODEL": "D @ alpha"},
    {"DATA": "R", "ATOMS": "Q", "CODES": "P", "MODEL": "P @ Q.T"},
    {"DATA": "M"},
    {"DATA": "faces"},
]


def _each(edit):
    """The edits that an edit with choices `{1|2}`, or in no notebook's notation, stands for."""
    words = set(re.findall("DATA|ATOMS|CODES|MODEL", edit))
    if words:
        fitting = [notation for notation in _NOTATIONS if words <= set(notation)]
        texts = (functools.reduce(lambda text, word: text.replace(word, names[word]), words, edit) for names in fitting)
        return list(dict.fromkeys(itertools.chain(*map(_each, texts))))
    choice = _CHOICE.search(edit)
    if not choice:
        return [" ;; ".join(edit.replace("{both}", part) for part in ("{0}", "{1}")) if "{both}" in edit else edit]
    return [
        each for text in choice[1].split("|") for each in _each(edit[: choice.start()] + text + edit[choice.end() :])
    ]


ANYWHERE, ANYWHERE_IN_A_PAIR = parse(anywhere.IN_ANY), parse(anywhere.IN_A_PAIR)
FROM_OUTSIDE = parse(anywhere.SEEN)
# What is said of a mistake whose row has no sentence of its own.
SENTENCES = {
    key: mistake.sentence
    for table in (FROM_OUTSIDE, parse(anywhere.SAID), ANYWHERE_IN_A_PAIR, ANYWHERE)
    for key, mistake in table.items()
}
# What can be said of an answer that stops. Other edits, of the result, of an argument or by an index, stop by themselves on a
# number or a vector, with the same words as many an answer.
CAN_STOP = {key for key, mistake in ANYWHERE.items() if not any(re.match(r"[{^]|.*\[", edit) for edit in mistake.edits)}
# What is done to the arguments or to the residual is done in a pair as well.
ANYWHERE_IN_A_PAIR |= {key: mistake for key, mistake in ANYWHERE.items() if not mistake.edits[0].startswith("{}")}


def apply(edit, source):
    """The source of a function after an edit of its body, or None where it does not apply."""
    signature, body = source.split("\n", 1)
    for old, new in _replacements(edit):
        if old == "^":
            if not re.search(rf"\b{re.match('[A-Za-z_]+', new)[0]}\b", signature):
                return None
            body = f"    {new}\n{body}"
        elif old == "...":
            body = f"    return {new}"
        elif old in ("{}", "{0}", "{1}"):
            before, found, returned = body.rpartition("return ")
            parts = [returned] if old == "{}" else [*_parts(returned)]
            if not found or not parts:
                return None
            place = int(old[1:-1] or 0)
            parts[place] = new.replace(old, parts[place])
            body = f"{before}{found}{', '.join(parts)}"
        elif old in body:
            body = body.replace(old, new)
        else:
            return None
    return f"{signature}\n{body}"


@functools.cache
def _replacements(edit):
    """The steps of an edit: (old, new) each."""
    steps = (re.split(r" -> ?", step, maxsplit=1) for step in edit.split(" ;; "))
    return [(old.replace("\\n", "\n"), new.replace("\\n", "\n")) for old, new in steps]


@functools.cache
def _parts(returned):
    """The expressions of a returned pair: what stands on either side of the one comma outside all brackets."""
    depth = 0
    commas = []
    for place, letter in enumerate(returned):
        depth += (letter in "([{") - (letter in ")]}")
        if letter == "," and depth == 0:
            commas.append(place)
    return [returned[: commas[0]], returned[commas[0] + 1 :].strip()] if len(commas) == 1 else []


def source_of(way, reference):
    """A way of writing an answer as a function's source: of the reference itself, or of an expression or a body as text."""
    signature = f"def answer{inspect.signature(reference)}:\n"
    if callable(way):
        lines = inspect.getsource(inspect.unwrap(way)).rstrip()
        body = re.sub(r'^(@.*\n)*def .*:\n(    """(.|\n)*?"""\n)?', "", lines)
        return signature + body
    body = textwrap.dedent(way).strip()
    return signature + textwrap.indent(body if "return " in body else f"return {body}", "    ")


def nnls(D, x):
    """The best non-negative codes of x with a few atoms, for what students make of it: scipy's takes long to import."""
    best = np.zeros(D.shape[1])
    for atoms in itertools.product([False, True], repeat=D.shape[1]):
        codes = np.zeros(D.shape[1])
        codes[[*atoms]] = np.linalg.lstsq(D[:, [*atoms]], x, rcond=None)[0]
        if np.all(codes >= 0) and np.linalg.norm(x - D @ codes) < np.linalg.norm(x - D @ best):
            best = codes
    return best


def one_pass(D, x, square=None):
    """Codes found atom by atom, each from what those before it have left, for what students make of it.

    square: what stands for the squared length of every atom.
    """
    codes, residual = np.zeros(D.shape[1:] + x.shape[1:]), x
    for j, atom in enumerate(D.T):
        codes[j] = atom @ residual / (square or atom @ atom)
        residual = residual - np.multiply.outer(atom, codes[j])
    return codes


# What the functions of the lesson say of wrong arguments is no concern of a known way, and takes a quarter of the time.
SCOPE = {name: inspect.unwrap(each) if callable(each) else each for name, each in vars(factorise).items()}
SCOPE |= {"nnls": nnls, "one_pass": one_pass}


@functools.cache
def compiled(source):
    """The function `answer` that a source defines, or None where an edit has left no Python."""
    scope = dict(SCOPE)
    try:
        exec(compile(source, "<a known way>", "exec"), scope)
    except (SyntaxError, ValueError):
        return None
    return scope["answer"]


# For a place in the result: how the whole is put together again around what is done there, and what stood there.
_OF_A_RESULT = {"{}": ("{}", "_"), "{0}": ("({0}, _[1])", "_[0]"), "{1}": ("(_[0], {1})", "_[1]")}
_A_NAME_OF_THE_ANSWER = r"(?<![.\w])(?!np\b)[a-zA-Z]\w*(?![\w=])"


@functools.cache
def done_to_a_result(edit):
    """What edits `{} -> ...`, `{0} -> ...` do, as a function of the result; None where they need more than that and numpy."""
    steps = []
    for step in edit.split(" ;; "):
        old, _, new = step.partition(" -> ")
        if old not in _OF_A_RESULT or re.search(_A_NAME_OF_THE_ANSWER, new):
            return None
        whole, part = _OF_A_RESULT[old]
        steps.append(eval(f"lambda _: {whole.replace(old, new).replace(old, part)}", dict(SCOPE)))
    return lambda result: functools.reduce(lambda value, step: step(value), steps, result)


@functools.cache
def _needs_no_compiling(edit):
    """Whether an edit only does something to the result, or to the arguments."""
    return done_to_a_result(edit) or all(old == "^" for old, _ in _replacements(edit))


class _Edited(NamedTuple):
    """A way with one edit in it: whose mistake it is, and at what place of the table it stands."""

    key: str
    edit: str
    source: str
    place: int


class Known:
    """What is known about the answers to one exercise: the right ways, and the mistakes made in them."""

    def __init__(self, exercise):
        self.exercise = exercise
        self.own_cases = {id(case) for case in [*exercise.cases, *exercise.edges]}
        self.results = {}
        # What needs no compiling of its own, source: (the source within, that of what is done to its arguments or None, and what is
        # done to its result or None).
        self.wrapped = {}

    @functools.cached_property
    def sources(self):
        """The source of the reference and of the other right ways."""
        return [source_of(way, self.exercise.reference) for way in (self.exercise.reference, *self.exercise.ways)]

    @functools.cached_property
    def mistakes(self):
        """The exercise's own mistakes, and then those that any exercise can meet."""
        anywhere = ANYWHERE_IN_A_PAIR if _parts(self.sources[0].rpartition("return ")[2]) else ANYWHERE
        own, without = self.exercise.mistakes, self.exercise.without
        if without:
            kept = {key: [edit for edit in mistake.edits if without not in edit] for key, mistake in anywhere.items()}
            anywhere = {key: Mistake(tuple(edits), anywhere[key].sentence) for key, edits in kept.items()}
        others = {key: mistake for key, mistake in anywhere.items() if key not in own}
        if isinstance(self.rights(self.exercise.cases[0])[0], (bool, np.bool_)):
            # Nothing that is done to a number can have been done to True or False.
            others = {key: each for key, each in others.items() if not "".join(each.edits).startswith("{}")}
        # Where no right result is negative no sign can get lost.
        if "made_positive" in others and not any(np.any(self.rights(case)[0] < 0) for case in self.exercise.cases):
            del others["made_positive"]
        rights = [self.rights(case)[0] for case in self.exercise.cases]
        if not isinstance(rights[0], tuple) and not np.ndim(rights[0]):
            others.pop("flattened", None)  # a number cannot be unrolled
        # A matrix that is the same both ways cannot be transposed.
        if all(np.array_equal(right, right.T) for right in rights if isinstance(right, np.ndarray)):
            others = {key: each for key, each in others.items() if key not in ("reshaped", "result_transposed")}
        return own | others

    @functools.cached_property
    def scales(self):
        """The largest number in the arguments of each case, asked once."""
        return {id(case): max([0.0, *map(largest, case)]) for case in self.exercise.cases}

    def result(self, source, case):
        """What a known way, right or wrong, does with one case; asked once if it is the exercise's own."""
        key = source, id(case)
        if id(case) not in self.own_cases:
            return self._result(source, case)
        if key not in self.results:
            self.results[key] = self._result(source, case)
        return self.results[key]

    def _result(self, source, case):
        if source not in self.wrapped:
            return outcome(compiled(source), (), case)
        inside, before, after = self.wrapped[source]
        came = self.result(before or inside, case)
        if came.error is not None:
            return came
        if not after:
            return outcome(compiled(inside), (), came.value)
        # What is done to a result leaves it as it is, so that it needs no copy.
        return outcome(functools.partial(after, came.value), (), ())

    def rights(self, case):
        """What the right ways give, the reference first; a way that fails on an edge is left out."""
        with quiet():
            all_of_them = [self.result(source, case) for source in self.sources]
        return [came.value for came in all_of_them if came.error is None and finite(came.value)]

    def right(self, args, kwargs):
        """What the reference gives for any arguments."""
        with quiet():
            return outcome(self.exercise.reference, self.exercise.names, args, kwargs).value

    @functools.cached_property
    def singles(self):
        """Every way of making one known mistake: (keys, source)."""
        made = (((key,), way, apply(edit, way)) for (key, edit), way in itertools.product(self._edits(), self.sources))
        return [(keys, source) for keys, way, source in made if source not in (None, way) and compiled(source)]

    @functools.cached_property
    def forms(self):
        """What is done to the form of a result alone, and what undoes it: {key: function of the result}."""
        turns = [each for each in self._edits() if re.fullmatch(r"(\{.?\}) -> \(\1\)(\.T|\[::-1\])", each[1])]
        return {key: done_to_a_result(edit) for key, edit in turns}

    def pairs(self, came):
        """Ways of making two known mistakes at once: (keys, source), no source twice, so many at the most.

        came: the answer's outcome on the first case. Its kind and shape say which edits cannot be in it. Two of the exercise's own
        mistakes are tried first, and of these the ones that stand first in the table.
        """
        case, count, tried, two = self.exercise.cases[0], 0, 0, []
        right, mine = _kind(self.result(self.sources[0], case)), _kind(came)
        made = {source for _, source in self.singles} | set(self.sources)
        places = {key: place for place, key in enumerate(self.mistakes, start=1)}
        for way in self.sources:
            edited = [_Edited(key, edit, apply(edit, way), places[key]) for key, edit in self._edits()]
            edited = [each for each in edited if each.source not in (None, way) and compiled(each.source)]
            changes = {each for each in edited if _kind(self.result(each.source, case)) != right}
            two += [
                (one, other)
                for one, other in itertools.combinations(edited, 2)
                if one.key != other.key
                and (one in changes or other in changes) == (mine != right)
                and not _same_argument(one.edit, other.edit)
            ]
        own = self.exercise.mistakes
        for one, other in sorted(
            two, key=lambda pair: (pair[0].key not in own or pair[1].key not in own, pair[0].place * pair[1].place)
        ):
            # What is only done to a result or to the arguments comes as the outer one first: that needs no compiling.
            both_ways = [(one.source, other.edit), (other.source, one.edit)]
            for inside, outer in both_ways if _needs_no_compiling(other.edit) else both_ways[::-1]:
                both = apply(outer, inside)
                if both is None or both in made:
                    continue
                if tried == MOST_PAIRS:
                    return
                made.add(both)
                if done_to_a_result(outer):
                    self.wrapped[both] = inside, None, done_to_a_result(outer)
                elif _needs_no_compiling(outer):
                    self.wrapped[both] = inside, apply(outer, self._handed_on), None
                elif count == MOST_COMPILED or not compiled(both):
                    continue
                else:
                    count += 1
                tried += 1
                yield (one.key, other.key), both

    @functools.cached_property
    def _handed_on(self):
        """The source of a function that returns its arguments."""
        signature = self.sources[0].partition("\n")[0]
        return f"{signature}\n    return {', '.join(self.exercise.names)},"

    def _edits(self):
        # That an argument was changed is seen, and need not be searched for.
        known = {key: mistake for key, mistake in self.mistakes.items() if key != "changes_arguments"}
        return [(key, edit) for key, mistake in known.items() for edit in mistake.edits]

    def recognise(self, came, at_edges, look):
        """The keys of the one or two known mistakes that do the same as the answer, the fewest, or ().

        came: the answer's outcomes on the cases; at_edges: what look(answer, edge) says of it at each edge.
        """
        with quiet():
            right, single, least = self._right(came), (), np.inf
            if right and set(at_edges) <= {"right"}:
                return ()
            # Zeros or NaN alone, or one answer to every question, can come about in too many ways to name two.
            cases = zip(came, self.exercise.cases)
            bare = all(mine.error is None and _says_little(mine.value, self.rights(case)[0]) for mine, case in cases)
            bare, own = bare or _always_the_same(came), self.exercise.mistakes
            stopped = all(mine.error is not None for mine in came)
            for candidates in (self.singles,) if bare else (self.singles, self.pairs(came[0])):
                found, fallback = [], []
                for keys, source in candidates:
                    if stopped and not all(key in own or key in CAN_STOP for key in keys):
                        continue
                    strange = self._strange(source, came)
                    if (fallback or bare) and keys[0] not in own:
                        continue  # what the exercise itself knows of comes first, and of little it is all that can be said
                    if strange is None or (right and not any(key in own for key in keys)):
                        continue
                    if single and single[0] in keys and not all(key in own for key in keys if key != single[0]):
                        continue  # what any exercise can meet shows in the cases, or not at all
                    edges = [look(compiled(source), edge) for edge in self.exercise.edges] if at_edges else []
                    if edges == at_edges and not (right and set(edges) <= {"right"}):
                        found.append((strange, keys))
                        if strange == 0:
                            break
                    elif not right or all(a != "right" for a, b in zip(edges, at_edges) if b != "right"):
                        fallback.append((sum(a != b for a, b in zip(edges, at_edges)), keys))
                if found:
                    return min(found, key=lambda each: each[0])[1]
                if not (fallback or self.exercise.law) and (parts := self._part_by_part(came)):
                    return parts
                off, keys = min(
                    fallback, key=lambda each: (not own.keys() >= {*each[1]}, each[0]), default=(np.inf, ())
                )
                # A second slip has to explain more at the edges than the first one does alone.
                if len(keys) == 2 and off < least:
                    return keys
                single, least = single or keys, min(least, off)
        return single

    def _strange(self, source, came):
        """How many errors read differently where a known way does the same as the answer; None where it does not."""
        strange, telling = 0, any(mine.error is None for mine in came)
        for mine, case in zip(came, self.exercise.cases):
            its = self.result(source, case)
            if not alike(mine, its, self.scales[id(case)], self.exercise.canonical):
                return None
            strange += mine.error is not None and said(mine.error) != said(its.error)
        return strange if telling or not strange else None

    def _right(self, came):
        return any(
            all(alike(mine, self.result(source, case), case, self.exercise.canonical)
                for mine, case in zip(came, self.exercise.cases))
            for source in self.sources
        )  # fmt: skip

    def _part_by_part(self, came):
        """For a pair, the mistakes behind its two parts, where each part is right or has a known one; or ().

        Where one part has a reason the other may have two, the same one among them.
        """
        cases, pairs = self.exercise.cases, [mine.value for mine in came]
        rights = [self.rights(case)[0] for case in cases]
        if not all(isinstance(pair, (tuple, list)) and len(pair) == 2 for pair in [*pairs, rights[0]]):
            return ()
        explained = [[], []]  # for each part: (keys, whether the other part is not what the mistake makes of it)
        for candidates in ([*(((), source) for source in self.sources), *self.singles], self.pairs(came[0])):
            missing = [part for part in (0, 1) if not explained[part]]
            for keys, source in candidates if len(missing) < 2 or not any(explained) else ():
                its = [self.result(source, case).value for case in cases]
                for part in missing:
                    if _same_part(pairs, its, part, cases):
                        explained[part].append((keys, not _same_part(rights, its, 1 - part, cases)))
        choices = [
            (tuple(dict.fromkeys(first + second)), spills + spoils)
            for (first, spills), (second, spoils) in itertools.product(*explained)
        ]
        few = [each for each in choices if 0 < len(each[0]) <= 2]
        return min(few, key=lambda each: (len(each[0]), each[1]), default=((),))[0]


def _same_argument(edit, other):
    """Whether both edits begin with another value for the same argument: the later one hides the earlier."""
    return edit[0] == "^" and edit.split()[:3] == other.split()[:3]


def _always_the_same(came):
    """Whether there is one number, or one of True and False, in answer to every question."""
    values = [mine.value for mine in came if mine.error is None]
    single = all(isinstance(value, (bool, int, float, np.generic)) for value in values)
    return len(values) > 1 and single and len(set(values)) == 1


def _says_little(value, right):
    """Whether a result is nothing but zeros, NaN, or zeros and ones where other numbers belong."""
    if isinstance(value, tuple) and isinstance(right, tuple) and len(value) == len(right):
        return all(map(_says_little, value, right))
    if not isinstance(value, (np.ndarray, float)) or np.asarray(value).dtype.kind not in "fiub":
        return False
    numbers = np.nan_to_num(np.abs(np.asarray(value, dtype=float)))
    if not numbers.any() or (np.size(value) > 1 and np.ptp(numbers) == 0):
        return True
    others = isinstance(right, tuple) or not np.isin(right, (0, 1)).all()
    return bool(np.size(value) < 6 and np.isin(numbers, (0, 1)).all() and others)


def _kind(came):
    """What shows at once of an outcome: the error's type, or the shapes that came."""
    if came.error is not None:
        return type(came.error)
    number = isinstance(came.value, (int, float, np.number))
    return (isinstance(came.value, (tuple, list)), "()" if number else str(_shapes(came.value)))


def _shapes(value):
    """The shape of an array; of a tuple those of its first two parts, and how many there are, as a list."""
    if isinstance(value, (tuple, list)):
        return [*map(_shapes, value[:2]), len(value)]
    return getattr(value, "shape", None)


def _same_part(pairs, others, part, cases):
    """Whether one part of the pairs agrees with that of the others, for every case."""
    if not all(isinstance(other, tuple) and len(other) == 2 for other in others):
        return False
    try:
        return all(close(pair[part], other[part], case) for pair, other, case in zip(pairs, others, cases))
    except (TypeError, ValueError, OverflowError):
        return False


def in_form(result, canonical):
    """A result in canonical form, or as it is where it has none."""
    try:
        return canonical(result)
    except (TypeError, ValueError, IndexError, AttributeError):
        return result


def alike(mine, its, case, canonical=lambda result: result):
    """Whether two outcomes are the same: errors of one type, or results that agree."""
    if mine.error is not None or its.error is not None:
        return type(mine.error) is type(its.error)
    if mine.value is None or its.value is None:
        return mine.value is its.value
    try:
        return close(in_form(mine.value, canonical), in_form(its.value, canonical), case)
    except (TypeError, ValueError, OverflowError, IndexError, AttributeError):
        return False
