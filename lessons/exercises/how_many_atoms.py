"""Notebook 6, how many atoms: the exercises, and the mistakes known for each."""

import functools

import numpy as np

from lessons import check, factorise, predict, show
from lessons.exercises import multiplicative
from lessons.exercises.multiplicative import with_zeros

_rng = np.random.default_rng(61)


# Zeros that were seen are data like any other number. The last is square, so that a forgotten transpose gives numbers
# instead of an error; in the others N, M and K differ.
_R = np.array([[1.0, 2, 0, 3], [4, 0, 5, 1], [2, 2, 1, 0]])
_SEEN = np.array([[True, False, True, True], [False, True, True, False], [True, True, False, True]])
_P, _Q = np.array([[1.0, 2], [2, 1], [1, 1]]), np.array([[1.0, 0.5], [2, 1], [1, 3], [0.5, 1]])
_R_WIDE, _P_WIDE, _Q_WIDE = 10 * _rng.random((5, 9)), 0.1 + _rng.random((5, 3)), 0.1 + _rng.random((9, 3))
_P_WIDE[2, 1] = 1e-4  # and so small afterwards
_SEEN_WIDE = np.add.outer(np.arange(5), 2 * np.arange(9)) % 3 > 0
_R_TALL, _P_TALL, _Q_TALL = 255 * _rng.random((8, 4)), 0.1 + _rng.random((8, 2)), 0.1 + _rng.random((4, 2))
_SEEN_TALL = np.add.outer(np.arange(8), np.arange(4)) % 4 > 1
_SEEN_SQUARE = np.add.outer(np.arange(4), 2 * np.arange(4)) % 5 > 1

STEP_CASES = [
    (_R, _SEEN, _P, _Q),
    (np.where(_SEEN, _R, np.nan), _SEEN, _P, _Q),
    (_R_WIDE, _SEEN_WIDE.astype(int), _P_WIDE, _Q_WIDE),
    (_R_TALL, _SEEN_TALL, _P_TALL, _Q_TALL),
    (_R_WIDE[:4, :4], _SEEN_SQUARE, _P_WIDE[:4], _Q_WIDE[:4]),
]

_GAPS = (np.where(_SEEN_WIDE, _R_WIDE, np.nan), _SEEN_WIDE)
STEP_EDGES = [
    (np.where(_SEEN_TALL, _R_TALL, np.inf), _SEEN_TALL.astype(float), _P_TALL, _Q_TALL),
    (*_GAPS, with_zeros(_P_WIDE, rows=[1]), _Q_WIDE),
    (*_GAPS, _P_WIDE, with_zeros(_Q_WIDE, rows=[0, 4])),
    (*_GAPS, _P_WIDE, with_zeros(_Q_WIDE, columns=[0])),
    (*_GAPS, with_zeros(_P_WIDE, columns=[1]), with_zeros(_Q_WIDE, columns=[1])),
    # A row of which nothing was seen, and a column.
    (
        np.where(with_zeros(_SEEN_WIDE, rows=[3]), _R_WIDE, np.nan),
        with_zeros(_SEEN_WIDE, rows=[3]),
        _P_WIDE,
        _Q_WIDE,
    ),
    (
        np.where(with_zeros(_SEEN_WIDE, columns=[2]), _R_WIDE, np.nan),
        with_zeros(_SEEN_WIDE, columns=[2]),
        _P_WIDE,
        _Q_WIDE,
    ),
]

_HALF = """
    def half(R, S, P, Q):
        asked, given = R @ Q, (S * (P @ Q.T)) @ Q
        return P * asked / (given + 1e-12)
    R = np.where(seen, R, 0)
"""

masked_step = check.Exercise(
    factorise.masked_step,
    number="6.1",
    title="a step that sees only some entries",
    minutes=15,
    returns="first P and then Q, each entry multiplied by its own ratio, in which only entries that were seen take part",
    hints="""
        - What is hidden must not be asked for, and must not be counted in what the model gives. Both sides of the ratio
          of 4.2 are sums over the entries of a matrix: leave the hidden ones out of both.
        - R becomes R with zeros where it is hidden (`np.where(seen, R, 0)`, since 0 times NaN is NaN), and P Q^T
          becomes S * (P Q^T). Both are (N, M); times Q they are (N, K), like P. The mask stands between P and Q^T Q, so
          Q^T Q can no longer be multiplied first.
        - `P = P * (np.where(seen, R, 0) @ Q) / ((... * (P @ Q.T)) @ Q + 1e-12)`, then Q with all of it transposed
    """,
    cases=STEP_CASES,
    edges=STEP_EDGES,
    law=multiplicative.one_step,
    ways=[
        _HALF + "    P = half(R, seen, P, Q)\n    Q = half(R.T, seen.T, Q, P)\n    return P, Q",
        _HALF + "    Q = half(R.T, seen.T, Q, P)\n    P = half(R, seen, P, Q)\n    return P, Q",
    ],
    mistakes=(
        """
        hidden_count_as_zeros: S * (P @ Q.T) -> (P @ Q.T)
            The mask stands above the line only, and below it the model is asked about every entry: the hidden ones count
            as zeros that it should reproduce. What the model gives needs the mask too, S * (P Q^T).
        mask_once_only: half(R.T, seen.T, -> half(R.T, np.ones(R.T.shape),
            | half(R, seen, -> half(R, np.ones(R.shape),
            Below the line the mask stands in one of the two updates alone. What the model gives needs it in both.
        hidden_data_used: np.where(seen, R, 0) -> R
            The hidden entries of R take part above the line. Put zeros in their place before the products.
        gaps_as_numbers: np.where(seen, R, 0) -> np.nan_to_num(R)
            That puts a zero where R is NaN. But hidden is what `seen` says, and there R may hold any number.
        nan_on_zeros: + 1e-12 ->
            For a row or atom of zeros, or where nothing of a row was seen, the ratio is 0 / 0: add 1e-12 below the line.
        mask_left_out: np.where(seen, R, 0) -> R ;; S * (P @ Q.T) -> P @ Q.T
            `seen` makes no difference here: that is the step of 4.2. It belongs on both sides of the line, to the data
            and to what the model gives.
        old_model: half(R, S, P, Q): -> half(R, S, P, Q, old=None): ;; (P @ Q.T)) @ -> (P @ (Q if old is None else old).T)) @ ;; P = half -> before = P; P = half ;; Q, P) -> Q, P, before)
            P Q^T was computed once, with the old P, and used for both. Q needs what the model gives with the new P.
        zeros_in_the_gaps: np.where(seen, R, 0) -> np.nan_to_num(R) ;; S * (P @ Q.T) -> P @ Q.T
            That fills the gaps with zeros and takes the step of 4.2. A zero is a claim about the data; where nothing is
            known nothing should be asked, on neither side of the line.
        filled_with_the_mean: np.where(seen, R, 0) -> np.where(seen, R, {R[seen == 1].mean()|np.nanmean(np.where(seen, R, np.nan), axis=1, keepdims=True)}){| ;; S * (P @ Q.T) -> P @ Q.T}
            That fills the gaps with a mean, and the model learns the filling. Leave the gaps out on both sides instead.
        zero_means_missing: ^ -> seen = {|seen * }(R {> 0|!= 0})
            | ^ -> seen = ~np.isnan(R)
            It makes a mask of its own from the zeros or the NaN of R. A zero can be a number that was seen, and a hidden entry may
            hold any number: which entries are known, `seen` says.
        mask_turned_round: np.where(seen, R, 0) -> np.where(seen, 0, {R|np.nan_to_num(R)}) ;; S * -> (S == 0) *
            The mask is the wrong way round: what was seen is left out, and the hidden entries are used.
        data_mask_turned_round: np.where(seen, R, 0) -> np.where(seen, 0, R)
            For the data the mask is the wrong way round: what was seen becomes zero, and the hidden entries are used.
        model_mask_turned_round: S * -> (S == 0) *
            Below the line the mask is the wrong way round: what the model gives belongs there where R was seen.
        not_a_number_spreads: np.where(seen, R, 0) -> R * seen
            A hidden entry may be NaN, and 0 times NaN is NaN. Choose instead of multiplying: `np.where(seen, R, 0)`.
        not_of_numbers: np.where(seen, R, 0) -> np.where(~seen, 0, R)
            | R = np.where(seen, R, 0) -> given, seen = seen, np.ones(R.shape); R = R.copy(); R[~given] = seen[~given] = 0
        flattened: np.where(seen, R, 0) -> R[seen == 1]
            `R[mask]` picks the entries out as one long vector, and the rows and columns are lost. To keep the shape put
            zeros in the other places: `np.where(seen, R, 0)`.
        mask_too_late: (S * (P @ Q.T)) @ Q -> S * (P @ Q.T @ Q)
            The mask is (N, M) and P Q^T Q is (N, K). It belongs to P Q^T, before the product with Q.
        mask_as_a_matrix: S * (P @ Q.T) -> S @ (P @ Q.T)
            `@` adds up whole rows and columns. To leave entries out, multiply by the mask entry by entry, with `*`.
        mask_alone: (S * (P @ Q.T)) @ Q -> S @ Q
            Below the line stands the mask alone. What the model gives there is S * (P Q^T), times Q.
        filled_with_the_guess: np.where(seen, R, 0) -> np.where(seen, R, P @ Q.T) ;; S * (P @ Q.T) -> P @ Q.T
            | R @ Q, (S * (P @ Q.T)) -> np.where(S, R, P @ Q.T) @ Q, (P @ Q.T)
            That fills the gaps with what the model says and takes the step of 4.2. It goes down as well, but slowly,
            since most of the data then agree with the model already. Leave the gaps out on both sides instead.
        averaged_above: R @ Q, -> R @ Q / S.sum(axis=1, keepdims=True),
        mask_not_transposed: half(R.T, seen.T, -> half(R.T, seen,
            For Q everything is turned round, the mask too: `seen.T` is (M, N), like R.T.
        data_not_transposed: half(R.T, seen.T, -> half(R, seen,
            For Q the data and the mask have to be turned round: Q has M rows, so it is R^T P, with `R.T`.
        divergence_updates: P * asked / (given + 1e-12) -> P * ((R / (P @ Q.T{)) @ Q) / (S @ Q)| + 1e-12)) @ Q) / (S @ Q + 1e-12)}
            These are the updates for the divergence. For the squared error compare the data times Q with S * (P Q^T)
            times Q.
        changes_arguments: R = np.where(seen, R, 0) -> R[seen == 0] = 0
            | P = half -> P[:] = half ;; Q = half -> Q[:] = half
            Whoever called your function still needs its arguments as they were, also the gaps in R: make new arrays, with
            `np.where(seen, R, 0)` and `P = P * ratio`.
        """,
        multiplicative.MISTAKES,
        multiplicative.IN_ONE_STEP,
        """
        several_steps: return P, Q -> P = half(R, seen, P, Q); Q = half(R.T, seen.T, Q, P); return P, Q
            | P = half -> P = half(R, seen, P, Q); P = half
            | Q = half -> Q = half(R.T, seen.T, Q, P); Q = half
        """,
    ),
)


_ERROR_R, _ERROR_P, _ERROR_Q = _rng.normal(size=(5, 7)), _rng.normal(size=(5, 2)), _rng.normal(size=(7, 2))
ERROR_CASES = [
    (np.array([[3.0, 1, 0], [4, 5, 1]]), np.array([[True, True, False], [False, True, True]]), np.array([[1.0], [2]]), np.array([[2.0], [3], [1]])),
    (_R_WIDE, _SEEN_WIDE.astype(int), _P_WIDE, _Q_WIDE),
    (_ERROR_R, np.add.outer(np.arange(5), 3 * np.arange(7)) % 4 > 0, _ERROR_P, _ERROR_Q),
    (1000 * _R_TALL, _SEEN_TALL, 30 * _P_TALL, _Q_TALL),
]  # fmt: skip

hidden_error = check.Exercise(
    factorise.hidden_error,
    number="6.2",
    title="the error of what was hidden",
    minutes=8,
    returns="the size of R - P Q^T over the hidden entries, divided by the size of R over the hidden entries",
    hints="""
        - A relative error is the size of what was missed over the size of what was to be guessed. Take both over the
          same entries: the hidden ones.
        - A mask in brackets, `M[mask]`, gives the entries of M where the mask is True, as one long vector; its length
          is `np.linalg.norm`. True where an entry is hidden, for both kinds of mask: `seen == 0`.
        - `hidden = seen == 0`, then `return np.linalg.norm((R - P @ Q.T)[hidden]) / ...`
    """,
    cases=ERROR_CASES,
    edges=[
        (_R_WIDE, (np.arange(45) != 13).reshape(5, 9).astype(float), _P_WIDE, _Q_WIDE),
        (_P_WIDE @ _Q_WIDE.T, _SEEN_WIDE, _P_WIDE, _Q_WIDE),
    ],
    ways=[
        """
            size, hidden = np.linalg.norm, seen == 0
            missed, truth = (R - P @ Q.T)[hidden], R[hidden]
            return size(missed) / size(truth)
        """,
        """
            size, hidden = np.linalg.norm, seen == 0
            missed, truth = np.where(hidden, R - P @ Q.T, 0), np.where(hidden, R, 0)
            return size(missed) / size(truth)
        """,
    ],
    mistakes=r"""
        over_the_seen: seen == 0 -> seen{| == 1}
            That is the error over what was seen, which the model has learned. The exam is about the hidden entries.
        only_positive_counts: seen == 0 -> (seen == 0) * (R > 0)
            | R - P @ Q.T -> (R - P @ Q.T) * (R > 0)
            Only positive entries of R are used. `seen` says which ones count: all that are hidden, of either sign or zero.
        over_all: seen == 0 -> True
            That is the error over all entries, and a model that has learned those seen by heart looks good.
        missed_over_all: (R - P @ Q.T)[hidden] -> R - P @ Q.T
            | np.where(hidden, R - P @ Q.T, 0) -> R - P @ Q.T
            What was missed is taken over all entries, what was to be guessed over the hidden ones: take both over those.
        divided_by_all: [hidden]\n -> \n
            | 0), np.where(hidden, -> 0), np.where(True,
            That divides by the size of all of R, so that hiding less makes the error smaller. Divide by R where hidden.
        divided_by_the_seen: [hidden]\n -> [seen == 1]\n
            | 0), np.where(hidden, -> 0), np.where(seen,
            That divides by the size of what was seen. What was to be guessed is the hidden part of R.
        divided_by_the_guess: , R[ -> , (P @ Q.T)[
            | , R, 0) -> , P @ Q.T, 0)
            That divides by the size of the guess. Divide by the size of what was to be guessed, the hidden part of R.
        not_divided: / size(truth) ->
            That is the size of what was missed, in the unit of the data. Divide by the size of R over the same entries.
        divided_by_the_spread: , R[hidden]\n -> , R[hidden] - R[hidden].mean()\n
            | , R, 0) -> , R - R[hidden].mean(), 0)
        mean_over_samples: size(missed) / size(truth) -> np.mean(size(missed, axis=1) / size(truth, axis=1))
        divided_by_the_count: size(truth) -> {hidden.sum()|missed.size}
            That divides by a number of entries. A relative error divides by the size of R over the hidden ones.
        root_mean_square: size(truth) -> np.sqrt({hidden.sum()|missed.size})
        only_one_squared: size({missed) -> size(missed|truth) -> size(truth}) ** 2
        squared: {} -> ({}) ** 2
            | = np.linalg.norm, -> = lambda M, axis=None: np.sum(M**2, axis=axis),
        root_too_many: {} -> np.sqrt({})
        mean_absolute_error: size(missed) -> np.abs(missed).mean()
            That is a mean of absolute values. The size of a vector squares, sums and takes the root.
        absolute_values: = np.linalg.norm, -> = lambda M, axis=None: np.sum(np.abs(M), axis=axis),
            | size({missed) -> np.abs(missed|truth) -> np.abs(truth}).sum()
        entry_by_entry: size(missed) / size(truth) -> {size(|np.mean(np.abs}((R - P @ Q.T) / R)[hidden])
            That divides entry by entry, where one small entry of R can decide everything. Divide one size by the other.
        signed_sum: size(missed) -> abs(np.sum(missed))
        spectral_norm: = np.linalg.norm, -> = lambda M: np.linalg.norm(M, 2),
            | size(missed) -> np.linalg.norm(missed, 2)
        averaged_above: size(missed) -> size(missed) / np.sqrt(hidden.sum())
        not_of_numbers: seen == 0 -> ~seen
            | np.where(hidden, R - P @ Q.T, 0), np.where(hidden, R, 0) -> ~seen * (R - P @ Q.T), ~seen * R
        upside_down: {} -> 1 / ({})
            The fraction is upside down: what was missed belongs above the line, what was to be guessed below it.
        share_explained: {} -> 1 - ({})
        model_not_masked: np.where(hidden, R - P @ Q.T, 0) -> np.where(hidden, R, 0) - P @ Q.T
            Only R is masked, so that all the model gives for what was seen counts as an error. Mask the difference.
        sample_left_out: ^ -> R, seen, P = {R[:-1], seen[:-1], P[:-1]|R[1:], seen[1:], P[1:]}
        product_turned_round: P @ Q.T -> Q @ P.T
            The model is P Q^T, (N, M) like R; here it is turned round.
    """,
)


LABEL_CASES = [
    (np.array([[0, 0, 1, 1], [1, 1, 0, 0], [0, 0, 0, 1]]),),
    (np.array([[2, 0, 1, 1, 2], [0, 1, 2, 2, 0], [1, 1, 0, 2, 2]]),),
    (_rng.integers(0, 4, (7, 5)),),
    (_rng.integers(0, 3, (4, 9)),),
]

consensus = check.Exercise(
    factorise.consensus,
    number="6.3",
    title="who falls together, over many runs",
    minutes=12,
    returns="for every two samples the share of the runs in which their labels are the same, (n, n)",
    hints="""
        - The name of a group means nothing in another run. What can be compared between runs is whether two samples are
          together: ask that within each run, and count.
        - For one run, `row[:, np.newaxis] == row` is an (n, n) table of who is with whom. Entry (i, j) of the result is
          the mean of that entry over the runs: 1 on the diagonal, and as large for (j, i) as for (i, j).
        - `same = labels[:, :, np.newaxis] == ...`, which is (runs, n, n); then the mean over the axis of the runs
    """,
    cases=LABEL_CASES,
    edges=[
        (np.array([[5, -2, 5, 9]]),),
        (np.array([[0.5, 2.5, 0.5], [3, 3, 3]]),),
        (np.array([[1], [0]]),),
    ],
    ways=[
        "np.mean([np.equal.outer(row, row) for row in labels], axis=0)",
        """
            runs, n = labels.shape
            C = np.zeros((n, n))
            for r in range(runs):
                for i in range(n):
                    for j in range(n):
                        C[i, j] += labels[r, i] == labels[r, j]
            return C / runs
        """,
    ],
    mistakes="""
        names_across_runs: ... -> np.mean(labels[:, np.newaxis, :, np.newaxis] == labels[np.newaxis, :, np.newaxis, :], axis=(0, 1))
            | labels[r, j] -> labels[{0|r - 1}, j]
            Labels of different runs are compared, but the 0 of one run is not the 0 of another. Ask within each run
            whether two samples are together, and count the runs.
        names_counted: ... -> np.equal.outer(*2 * [np.array([np.unique(column, return_counts=True)[0][np.unique(column, return_counts=True)[1].argmax()] for column in labels.T])]).astype(float)
            That compares the most frequent label of each sample. A name means nothing from run to run: compare within
            each run first.
        runs_compared: ... -> (labels[:, np.newaxis] == labels[np.newaxis]).mean(axis=2)
            That compares runs with runs, one row a run. Return one row for each sample.
        sum_for_share: same.mean(axis=0) -> same.sum(axis=0)
            | C / runs -> C
            That is the number of runs in which two samples are together. Divide by how many runs there are.
        runs_less_one: same.mean(axis=0) -> same.sum(axis=0) / (len(labels) - 1)
            | C / runs -> C / (runs - 1)
            That divides by one run too few. A share of the runs is divided by how many there are.
        counts_samples: same.mean(axis=0) -> same.sum(axis=0) / {labels.shape[1]|len(np.unique(labels))}
            | C / runs -> C / n
            That divides by the number of samples, or of groups. Divide by how many runs there are, the rows of `labels`.
        wrong_axis: same.mean(axis=0) -> same.mean(axis={1|2})
            The mean is taken over the samples, and the runs are left. Take it over the axis of the runs.
        one_number: same.mean(axis=0) -> same.mean()
            That is the mean over everything, a single number. Take it over the runs alone.
        last_label_left_out: == labels -> == np.where(labels {< labels.max()|> labels.min()}, labels, -1)
            One label is left out: `range(labels.max())` ends before the last, and from 1 on the label 0 is no label.
            `np.unique(labels)` has them all.
        run_left_out: ^ -> labels = labels[{:-1|1:}]
            | range(runs) -> range({1, runs|runs - 1})
            One of the runs is left out: `range(n)` begins at 0 and already ends at n - 1.
        first_only: {} -> ({}) * (np.arange(labels.shape[1]) < 1){|[:, np.newaxis]}
            | {} -> ({})[0]
        diagonal_of_zeros: {} -> ({}) * (1 - np.eye(labels.shape[1]))
            A sample is with itself in every run, so the diagonal is 1.
        one_half_only: {} -> {np.triu|np.tril}({})
            | {} -> np.triu({}, 1)
            | {} -> np.tril({}, -1)
            Only one half of the matrix is filled. If i is with j, then j is with i: entry (j, i) is the same.
        first_run_only: same.mean(axis=0) -> same[{0|-1}].astype(float)
            | C[i, j] += -> C[i, j] =
            That is one run alone: is a `return` inside the loop, or does each run replace the one before?
        all_or_nothing: same.mean(axis=0) -> ({same.all(axis=0)|same.any(axis=0)|same.mean(axis=0) > 0.5|same.mean(axis=0) >= 0.5|same.mean(axis=0) > 0.7|same.mean(axis=0) >= 0.75}).astype(float)
            The shares were made into zeros and ones. What lies between says how far the runs agree.
        share_apart: {} -> 1 - ({})
            | == labels -> != labels
            That is the share of runs in which two samples are apart. Return how often they are together.
        names_as_numbers: ... -> {np.corrcoef|np.cov}(labels.T)
            | == labels -> * labels
            | labels[:, :, np.newaxis] == labels[:, np.newaxis, :] -> 1 - abs(labels[:, :, np.newaxis] - labels[:, np.newaxis, :]){| / labels.max()}
            Labels are names; 0 and 2 are not further apart than 0 and 1. Only ask whether they are equal.
    """,
)


exercises = [masked_step, hidden_error, consensus]


hidden_pixels, agreement, one_dictionary = predictions = predict.parse("""
    hidden_pixels: Most pixels are hidden, and the number of atoms K grows from 1 to 32. What does the error on the
        hidden pixels do?
        - falls: Tempting, since every error of the first five notebooks fell when K grew, and the error on the seen
          pixels still does. But with many atoms what is learned are accidents of the seen pixels, and a hidden pixel
          has nothing to do with those: the curve turns, and with 32 atoms the guess is worse than the means.
        - rises: Tempting for whoever has heard of overfitting. But one atom is a single face, brighter or darker, and
          the next few hold what many faces share: light from one side, hair, beards. Those help to guess, so at first
          the curve falls.
        * falls, then rises: The first atoms hold what many faces share, and that helps to guess a hidden pixel. Later
          ones fit the accidents of the few pixels that were seen. In between lies the lowest point, flat rather than
          sharp.
    agreement: Twelve runs from twelve starts sort the patients into K groups, for K = 2, 3, 4 and 5. For which K do all
        twelve agree about every two patients?
        - none: Tempting, since a random start decides so much, and with 703 pairs there is much to disagree about. But
          for 2 and for 3 groups the matrices hold nothing except zeros and ones.
        - 3 only: Tempting, since there are three kinds of leukaemia. But 2 groups are found every time as well: a split
          that always comes back need not be the finest there is.
        * 2 and 3: For 2 and 3 groups every entry is a zero or a one. For 4 and 5 there are shares in between. Agreement
          says which answers do not hang on the start; it does not say that one of them is the truth.
        - all four: Tempting, since all runs see the same data and do the same. But for 4 and 5 the pictures have shares
          in between, so some patients change company from start to start.
    one_dictionary: Twenty runs of NMF with two atoms fit the Lego matrix without an error. Order and scale aside, how
        many different dictionaries do they find?
        - one: Tempting, since no sign is allowed, and mixing atoms makes negative entries. But it does so only when the
          atoms are mixed too far: with room between the data and the zeros there is always a little mixing that keeps
          every entry above zero.
        - a few: Tempting, since there are often a few local minima. But each of these runs is a global one, with no
          error left. Between any two such dictionaries lie others as good.
        * twenty: Every start ends at another pair of ratios. In one atom A is never above B, in the other at least
          twice B; everything between is open.
""")
progress = functools.partial(show.progress, exercises, predictions)
