"""Known mistakes, each one edit of a right answer and one sentence that says why it is wrong; any two go together.

A table holds them as text:

    divided_by_rows: X.shape[1] -> X.shape[0]
        That divides by d, the number of rows. The mean is over the n samples, and samples are columns here.

`old -> new` replaces every `old` in the source; ` ;; ` joins replacements that go together, and a line that begins with
`| ` is another way to make the same mistake; `{1|0.1}` stands for one of these. `{}` stands for the expression that is returned, `{0}` and `{1}` for the two
parts of a returned pair, `...` for the whole body, `^` for its beginning, `\\n` for a new line. An edit that does not apply to a way of writing
the answer is skipped there.
"""

import functools
import inspect
import itertools
import re
import textwrap
from dataclasses import dataclass

import numpy as np

from lessons import factorise
from lessons.answers import outcome, quiet, said
from lessons.compare import close, finite

# How many pairs are compiled at the most, in 0.3 s the first time.
MOST_PAIRS = 2500


@dataclass(frozen=True)
class Mistake:
    """One known mistake: the edits that make it, each in another way of writing the answer, and what is said of it."""

    edits: tuple[str, ...]
    sentence: str


def parse(*tables):
    """The mistakes of some tables, {key: Mistake}, in their order."""
    mistakes = {}
    entries = [re.split(r"\n(?=\w+:)", textwrap.dedent(table).strip()) for table in tables if table]
    for entry in itertools.chain(*entries):
        head, *lines = (line.strip() for line in entry.splitlines())
        key, _, edit = head.partition(":")
        others = [line[1:] for line in lines if line.startswith("|")]
        sentence = " ".join(line for line in lines if not line.startswith("|"))
        edits = [text.strip() for text in (edit, *others) if text.strip()]
        mistakes[key] = Mistake(tuple(itertools.chain(*map(_each, edits))), sentence)
    return mistakes


_CHOICE = re.compile(r"\{([^{}|]*(?:\|[^{}|]*)+)\}")


def _each(edit):
    """The edits that an edit with choices `{1|2}` stands for."""
    choice = _CHOICE.search(edit)
    if not choice:
        return [edit]
    return [each for text in choice[1].split("|") for each in _each(edit[: choice.start()] + text + edit[choice.end() :])]


# What can go wrong in any exercise. An exercise that has more to say about one of these has a mistake of its own that does
# the same, and that one is found first.
ANYWHERE = parse("""
    result_transposed: {} -> ({}).T
        The result is transposed: rows and columns have changed places.
    negated: {} -> -({})
        The sign is turned round: every number comes out as minus what it should be.
    root_too_many: {} -> np.sqrt({})
        A root is taken that does not belong there.
    square_too_many: {} -> ({}) ** 2
        A square is taken that does not belong there, or a root is missing.
    twice_of_it: {} -> 2 * ({})
        It is twice as large as it should be.
    half_of_everything: {} -> ({}) / 2
        It is half as large as it should be.
    percent: {} -> 100 * ({})
        It is a hundred times as large as it should be: not in per cent, please.
    one_minus: {} -> 1 - ({})
        It is 1 minus what it should be.
    upside_down_result: {} -> 1 / ({})
        The fraction is upside down: it is 1 divided by what it should be.
    first_only: {} -> ({})[{:, 0|0|0, 0}]
        Only the first part of the result came back. Does `return` stand inside the loop?
    last_left_out: {} -> ({}) * (np.arange(np.shape({})[-1]) < np.shape({})[-1] - 1)
        | {} -> ({}) * (np.arange(np.shape({})[0]) < np.shape({})[0] - 1)[:, np.newaxis]
        The last column or row is never filled in: `range(n)` already ends at n - 1.
    flattened: {} -> np.ravel({})
        The result was unrolled into one long vector: leave it in its shape.
    one_index_too_many: {} -> ({})[:, np.newaxis]
        | {} -> np.array([{}])
        The result has one index too many: a vector or a number was put into another bracket.
    summed_up: {} -> np.sum({}{|, axis=0|, axis=1})
        The result was summed once more, so that it lost an index or became a single number.
    scaled_to_one: {} -> ({}) / {np.sum|np.max|np.linalg.norm}({})
        | {} -> ({}) / np.sum({}, axis=0)
        The result was scaled at the end, so that its sum, its largest entry or its length is 1. Nothing asks for that.
    mean_for_sum: np.sum -> np.mean
        | .sum( -> .mean(
        A mean is taken where a sum belongs.
    sum_for_mean: np.mean -> np.sum
        | .mean( -> .sum(
        A sum is taken where a mean belongs.
    median_for_mean: np.mean( -> np.median(
        A median is taken where a mean belongs.
    rounded: {} -> np.round({}{, 2||, 1|, 3|, 4})
        The numbers are rounded. Return them as they come, and round only what is printed.
    whole_numbers: {} -> np.asarray({}).astype(int)
        | {} -> np.floor({})
        The numbers are cut down to whole ones, as an array of integers does with what is put into it: make it with
        `dtype=float`, and leave out `int` and `//`.
    order_reversed: {} -> ({})[:{|, :}:-1]
        The result comes in the reverse order.
    made_positive: {} -> np.abs({})
        The signs are lost: negative numbers belong there too.
    cut_at_zero: {} -> np.maximum({}, 0)
        Negative numbers are cut off at zero, and nothing asks for that here.
    data_centred: ^ -> X = X - X.mean({axis=1, keepdims=True|axis=0|})
        | ^ -> x = x - x.mean()
        | ^ -> M = M - M.mean()
        | ^ -> R = R - R.mean({|axis=0})
        A mean is taken off the data first. Here they count as they are.
    data_scaled: ^ -> X = X / X.max()
        | ^ -> X = X / np.maximum(np.linalg.norm(X, axis=0), 1e-300)
        | ^ -> x = x / np.linalg.norm(x)
        | ^ -> R = R / R.max()
        The data are scaled first. Here they count as they are.
    data_cut_to_whole_numbers: ^ -> X = X.astype(int)
        | ^ -> M = M.astype(int)
        | ^ -> x = x.astype(int)
        | ^ -> R = R.astype(int)
        The data are cut down to whole numbers first.
    data_made_positive: ^ -> X = np.abs(X)
        | ^ -> X = np.maximum(X, 0)
        | ^ -> M = np.maximum(M, 0)
        | ^ -> x = np.abs(x)
        | ^ -> x = np.maximum(x, 0)
        The negative numbers of the data are lost first. They count as they are.
    codes_made_positive: ^ -> A = np.abs(A)
        | ^ -> A = np.maximum(A, 0)
        | ^ -> alpha = np.abs(alpha)
        | ^ -> alpha = np.maximum(alpha, 0)
        The codes lose their negative numbers first. A weight may be below zero here: so much of an atom is taken away.
    codes_scaled: ^ -> A = A / np.where(A.sum(axis=0) == 0, 1, A.sum(axis=0))
        | ^ -> A = A / np.maximum(np.linalg.norm(A, axis=0), 1e-300)
        | ^ -> alpha = alpha / (alpha.sum() or 1)
        | ^ -> A = A / (A.sum() or 1)
        The codes are scaled first, so that they sum to 1 or have length 1. Here they count as they are.
    atoms_scaled: ^ -> D = D / np.maximum(np.linalg.norm(D, axis=0), 1e-300)
        | ^ -> D = D / np.where(D.sum(axis=0) == 0, 1, D.sum(axis=0))
        | ^ -> D = D / np.linalg.norm(D)
        The atoms are scaled to length or sum 1 first. Here they count as they are.
    one_atom_alone: D @ A -> D[:, {:1] @ A[:1|-1:] @ A[-1:}]
        | D @ A -> np.outer(D[:, 0], A[0])
        | D @ alpha -> D[:, {0] * alpha[0|-1] * alpha[-1}]
        | P @ Q.T -> P[:, {:1] @ Q[:, :1|-1:] @ Q[:, -1:}].T
        Only one atom is in the mixture. All of them are added up: does a `+=` lack its plus, or is `return` inside the
        loop?
    atom_left_out: D @ A -> D[:, {:-1] @ A[:-1|1:] @ A[1:}]
        | D @ alpha -> D[:, {:-1] @ alpha[:-1|1:] @ alpha[1:}]
        | P @ Q.T -> P[:, {:-1] @ Q[:, :-1|1:] @ Q[:, 1:}].T
        One atom is missing from the mixture: `range(k)` already ends at k - 1, and begins at 0.
    mean_over_atoms: D @ A -> D @ A / D.shape[1]
        | D @ alpha -> D @ alpha / len(alpha)
        | P @ Q.T -> P @ Q.T / P.shape[1]
        The mixture is divided by the number of atoms. A mixture is a sum, not a mean.
    model_cut_at_zero: D @ A -> np.maximum(D @ A, 0)
        | D @ alpha -> np.maximum(D @ alpha, 0)
        | P @ Q.T -> np.maximum(P @ Q.T, 0)
        What the atoms make is cut off at zero. Here it may have either sign.
    residual_cut_at_zero: X - D @ A -> np.maximum(X - D @ A, 0)
        | x - D @ alpha -> np.maximum(x - D @ alpha, 0)
        | R - P @ Q.T -> np.maximum(R - P @ Q.T, 0)
        Only where the model gives too little does it count. Too much is an error as well.
    product_entry_by_entry: D @ A -> D * A
        | D @ alpha -> D * alpha
        | P @ Q.T -> P * Q
        `*` multiplies entry by entry; a mixture of atoms is a matrix product, `@`.
    model_transposed: D @ A -> (D @ A).T
        | P @ Q.T -> Q @ P.T
        What the atoms make of the data is transposed: it should have the shape of the data.
    dictionary_alone: X - D @ A -> X
        | x - D @ alpha -> x
        | R - P @ Q.T -> R
        The mixture is left out: what counts is the data less what the atoms make of them.
    data_left_out: X - D @ A -> D @ A
        | x - D @ alpha -> D @ alpha
        | R - P @ Q.T -> P @ Q.T
        The data are left out: what counts is their difference from what the atoms make of them.
    first_sample_only: X - D @ A -> X[:, :1] - D @ A[:, :1]
        | X - D @ A -> X[:, -1:] - D @ A[:, -1:]
        | X - D @ A -> X[:1] - D[:1] @ A
        | R - P @ Q.T -> R[:1] - P[:1] @ Q.T
        | R - P @ Q.T -> R[:, :1] - P @ Q[:1].T
        | x - D @ alpha -> x[:1] - D[:1] @ alpha
        Only one column or one row of the residual counts. Does `return` stand inside the loop, or is a sum begun anew
        in every round?
    sample_left_out: X - D @ A -> X[:, :-1] - D @ A[:, :-1]
        | X - D @ A -> X[:, 1:] - D @ A[:, 1:]
        | X - D @ A -> X[:-1] - D[:-1] @ A
        | x - D @ alpha -> x[{:-1] - D[:-1|1:] - D[1:}] @ alpha
        | R - P @ Q.T -> R[:-1] - P[:-1] @ Q.T
        | R - P @ Q.T -> R[:, :-1] - P @ Q[:-1].T
        One row or column is left out of the sum: `range(n)` already ends at n - 1, and begins at 0.
    zero_means_missing: (X - D @ A) -> ((X - D @ A) * (X != 0))
        | (R - P @ Q.T) -> ((R - P @ Q.T) * (R != 0))
        | E = R - P @ Q.T -> E = (R - P @ Q.T) * (R != 0)
        | (x - D @ alpha) -> ((x - D @ alpha) * (x != 0))
        | norm(X - D @ A) -> norm((X - D @ A) * (X != 0))
        Entries that are zero in the data are left out, as in code for ratings where 0 means unknown. Here a zero is a
        number like any other: the model should give it too.
    only_positive_counts: (X - D @ A) -> ((X - D @ A) * (X > 0))
        | (R - P @ Q.T) -> ((R - P @ Q.T) * (R > 0))
        | E = R - P @ Q.T -> E = (R - P @ Q.T) * (R > 0)
        | (x - D @ alpha) -> ((x - D @ alpha) * (x > 0))
        | norm(X - D @ A) -> norm((X - D @ A) * (X > 0))
        Only the positive entries of the data are used, as in code for ratings where 0 means unknown (`if R[i][j] > 0`).
        Here every entry is known, zeros and negative ones too.
    residual_with_a_plus: X - D @ A -> X + D @ A
        | R - P @ Q.T -> R + P @ Q.T
        | x - D @ alpha -> x + D @ alpha
        The residual is a difference: what the model gives is subtracted from the data, not added.
""")
ANYWHERE_IN_A_PAIR = parse("""
    pair_reversed: {} -> ({})[::-1]
        The two results have changed places.
    first_transposed: {0} -> ({0}).T
        The first result is transposed: rows and columns have changed places.
    second_transposed: {1} -> ({1}).T
        The second result is transposed: rows and columns have changed places.
    negated: {0} -> -({0}) ;; {1} -> -({1})
        The signs are turned round: every number comes out as minus what it should be.
    rounded: {0} -> np.round({0}, 2) ;; {1} -> np.round({1}, 2)
        | {0} -> np.round({0}) ;; {1} -> np.round({1})
        | {0} -> np.round({0}, 1) ;; {1} -> np.round({1}, 1)
        | {0} -> np.round({0}, 3) ;; {1} -> np.round({1}, 3)
        | {0} -> np.round({0}, 4) ;; {1} -> np.round({1}, 4)
        The numbers are rounded. Return them as they come, and round only what is printed.
    whole_numbers: {0} -> np.asarray({0}).astype(int) ;; {1} -> np.asarray({1}).astype(int)
        The numbers are cut down to whole ones, as an array of integers does with what is put into it: make it with
        `dtype=float`, and leave out `int` and `//`.
    cut_at_zero: {0} -> np.maximum({0}, 0) ;; {1} -> np.maximum({1}, 0)
        Negative numbers are cut off at zero, and nothing asks for that here.
""")
# What is done to the arguments or to the residual is done in a pair as well.
ANYWHERE_IN_A_PAIR |= {key: mistake for key, mistake in ANYWHERE.items() if not mistake.edits[0].startswith("{}")}


def apply(edit, source):
    """The source of a function after an edit of its body, or None where it does not apply."""
    signature, body = source.split("\n", 1)
    for step in edit.split(" ;; "):
        old, _, new = (part.replace("\\n", "\n") for part in re.split(r" (->) ?", step, maxsplit=1))
        if old == "^":
            if not re.search(rf"\b{re.match('[A-Za-z]+', new)[0]}\b", signature):
                return None
            body = f"    {new}\n{body}"
        elif old == "...":
            body = f"    return {new}"
        elif old in ("{}", "{0}", "{1}"):
            before, found, returned = body.rpartition("return ")
            parts = _parts(returned)
            if not found or (old != "{}" and not parts):
                return None
            if old == "{}":
                body = before + found + new.replace("{}", returned)
            else:
                parts[int(old[1])] = new.replace(old, parts[int(old[1])])
                body = f"{before}{found}{', '.join(parts)}"
        elif old in body:
            body = body.replace(old, new)
        else:
            return None
    return f"{signature}\n{body}"


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
    """Non-negative least squares, for what students make of it; scipy's is slow to import."""
    from scipy.optimize import nnls

    return nnls(D, x)[0]


SCOPE = vars(factorise) | {"nnls": nnls}


@functools.cache
def compiled(source):
    """The function `answer` that a source defines, or None where an edit has left no Python."""
    scope = dict(SCOPE)
    try:
        exec(compile(source, "<a known way>", "exec"), scope)
    except (SyntaxError, ValueError):
        return None
    return scope["answer"]


# An edit of a result that needs more than the result and numpy: another step, or a name of the answer.
NEEDS_MORE = re.compile(r" ;; |[^.\w](?!np\b)[a-zA-Z]\w*(?![\w=])")


@functools.cache
def done_to_a_result(edit):
    """What an edit `{} -> ...` does, as a function of the result."""
    return eval(f"lambda _: {edit.removeprefix('{} -> ').replace('{}', '_')}", dict(SCOPE))


class Known:
    """What is known about the answers to one exercise: the right ways, and the mistakes made in them."""

    def __init__(self, exercise):
        self.exercise = exercise
        self.results = {}
        self.wrapped = {}  # source: the source within and what is done to its result

    @functools.cached_property
    def sources(self):
        """The source of the reference and of the other right ways."""
        return [source_of(way, self.exercise.reference) for way in (self.exercise.reference, *self.exercise.ways)]

    @functools.cached_property
    def mistakes(self):
        """The exercise's own mistakes, and then those that any exercise can meet."""
        anywhere = ANYWHERE_IN_A_PAIR if _parts(self.sources[0].rpartition("return ")[2]) else ANYWHERE
        own = self.exercise.mistakes
        return own | {key: mistake for key, mistake in anywhere.items() if key not in own}

    def result(self, source, case):
        """What a known way, right or wrong, does with one case of the exercise; asked once."""
        key = source, id(case)
        if key not in self.results:
            self.results[key] = self._result(source, case), case
        return self.results[key][0]

    def _result(self, source, case):
        if source not in self.wrapped:
            return outcome(compiled(source), self.exercise.names, case)
        inside, wrap = self.wrapped[source]
        came = self.result(inside, case)
        return outcome(wrap, (), (came.value,)) if came.error is None else came

    def rights(self, case):
        """What the right ways give, the reference first; a way that fails on an edge is left out."""
        with quiet():
            all_of_them = [self.result(source, case) for source in self.sources]
        return [came.value for came in all_of_them if came.error is None and finite(came.value)]

    def right(self, args, kwargs):
        """What the reference gives for any arguments."""
        with quiet():
            return outcome(self.exercise.reference, self.exercise.names, args, kwargs).value

    def singles(self):
        """Every way of making one known mistake: (keys, source)."""
        for way, (key, edit) in itertools.product(self.sources, self._edits()):
            source = apply(edit, way)
            if source not in (None, way) and compiled(source):
                yield (key,), source

    def pairs(self, came):
        """Ways of making two known mistakes at once: (keys, source), no source twice, so many at the most.

        came: the answer's outcome on the first case. Its kind and shape say which edits cannot be in it; the mistakes that stand
        first in the table are tried first.
        """
        case = self.exercise.cases[0]
        right, mine = _kind(self.result(self.sources[0], case)), _kind(came)
        made, count = {source for _, source in self.singles()} | set(self.sources), 0
        two = []
        for way in self.sources:
            edits = [
                (key, edit, source) for key, edit in self._edits() if (source := apply(edit, way)) not in (None, way)
            ]
            changes = [_kind(self.result(source, case)) != right for _, _, source in edits]
            two += [
                ((i + 1) * (j + 1), edits[i], edits[j])
                for i, j in itertools.combinations(range(len(edits)), 2)
                if (changes[i] or changes[j]) == (mine != right) and edits[i][0] != edits[j][0]
            ]
        for _, (key, edit, source), (other, other_edit, other_source) in sorted(two, key=lambda each: each[0]):
            for inside, outer in ((source, other_edit), (other_source, edit)):
                both = apply(outer, inside)
                if both is None or both in made:
                    continue
                made.add(both)
                if outer.startswith("{} -> ") and not NEEDS_MORE.search(outer):
                    # No need to compile what is only done to a result that is known.
                    self.wrapped[both] = inside, done_to_a_result(outer)
                elif not compiled(both):
                    continue
                else:
                    count += 1
                yield (key, other), both
            if count > MOST_PAIRS:
                return

    def _edits(self):
        # That an argument was changed is seen, and need not be searched for.
        known = {key: mistake for key, mistake in self.mistakes.items() if key != "changes_arguments"}
        return [(key, edit) for key, mistake in known.items() for edit in mistake.edits]

    def recognise(self, came, at_edges, look):
        """The keys of the one or two known mistakes that do the same as the answer, the fewest, or ().

        came: the answer's outcomes on the cases; at_edges: what look(answer, edge) says of it at each edge.
        """
        with quiet():
            right, single = self._right(came), ()
            if right and not at_edges:
                return ()
            # Zeros, NaN, or one number everywhere can come about in too many ways to name two.
            nothing = all(mine.error is None and _says_little(mine.value) for mine in came)
            for candidates in (self.singles(),) if nothing else (self.singles(), self.pairs(came[0])):
                found, fallback = [], []
                for keys, source in candidates:
                    strange = self._strange(source, came)
                    if fallback and keys[0] not in self.exercise.mistakes:
                        continue  # what the exercise itself knows of comes first
                    if strange is None or (right and not any(key in self.exercise.mistakes for key in keys)):
                        continue
                    if single and single[0] in keys and not all(key in self.exercise.mistakes for key in keys):
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
                if fallback and (right or len(fallback[0][1]) == 2):
                    return min(fallback, key=lambda each: each[0])[1]
                single = single or (min(fallback, key=lambda each: each[0])[1] if fallback else ())
        return single

    def by_shape(self, value, case):
        """Where several numbers are right: the exercise's mistake that makes results of these shapes, or a tuple where an
        array belongs, or ()."""
        right = _shapes(self.rights(case)[0])
        for keys, source in self.singles():
            made = _shapes(self.result(source, case).value)
            if (
                made
                and made != right
                and (made == _shapes(value) or (type(made) is type(_shapes(value)) is not type(right)))
            ):
                return keys
        return ()

    def _strange(self, source, came):
        """How many errors read differently where a known way does the same as the answer; None where it does not."""
        strange, telling = 0, any(mine.error is None for mine in came)
        for mine, case in zip(came, self.exercise.cases):
            its = self.result(source, case)
            if not alike(mine, its, case, self.exercise.canonical):
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
        """For a pair, the mistakes behind its two parts, where each part is right or has a known one; or ()."""
        pairs = [mine.value for mine in came]
        both = [
            isinstance(pair, (tuple, list)) and len(pair) == 2
            for pair in [*pairs, self.rights(self.exercise.cases[0])[0]]
        ]
        if not all(both):
            return ()
        explained = [[], []]  # for each part: (keys, whether the other part is not what the mistake makes of it)
        for keys, source in [*(((), source) for source in self.sources), *self.singles()]:
            its = [self.result(source, case).value for case in self.exercise.cases]
            both = [
                all(_same_part(pair, other, part, case) for pair, other, case in zip(pairs, its, self.exercise.cases))
                for part in (0, 1)
            ]
            right = [
                all(
                    _same_part(self.rights(case)[0], other, part, case) for other, case in zip(its, self.exercise.cases)
                )
                for part in (0, 1)
            ]
            for part in (0, 1):
                if both[part]:
                    explained[part].append((keys, not right[1 - part]))
        choices = [
            (tuple(dict.fromkeys(first + second)), spills + spoils)
            for (first, spills), (second, spoils) in itertools.product(*explained)
        ]
        return min((each for each in choices if each[0]), key=lambda each: (len(each[0]), each[1]), default=((),))[0]


def _says_little(value):
    """Whether a result is nothing but zeros, NaN, or one number again and again."""
    if not isinstance(value, (np.ndarray, float)) or not np.size(value):
        return False
    numbers = np.nan_to_num(value)
    return not numbers.any() or (np.size(value) > 1 and np.ptp(numbers) == 0)


def _kind(came):
    """What shows at once of an outcome: the error's type, or the shapes that came."""
    return type(came.error) if came.error is not None else (type(came.value) is tuple, str(_shapes(came.value)))


def _shapes(value):
    """The shape of an array; of a tuple those of its first two parts, and how many there are, as a list."""
    if isinstance(value, (tuple, list)):
        return [*map(_shapes, value[:2]), len(value)]
    return getattr(value, "shape", None)


def _same_part(pair, other, part, case):
    if not isinstance(other, tuple) or len(other) != 2:
        return False
    try:
        return close(pair[part], other[part], case)
    except (TypeError, ValueError, OverflowError):
        return False


def alike(mine, its, case, canonical=lambda result: result):
    """Whether two outcomes are the same: errors of one type, or results that agree."""
    if mine.error is not None or its.error is not None:
        return type(mine.error) is type(its.error)
    if mine.value is None or its.value is None:
        return mine.value is its.value
    try:
        return close(canonical(mine.value), canonical(its.value), case)
    except (TypeError, ValueError, OverflowError, IndexError, AttributeError):
        return False
