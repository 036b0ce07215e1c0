"""Knowledge about answers: what can go wrong in any exercise, as tables that `lessons.mistakes` reads.

An exercise that has more to say about one of these has a mistake of its own that does the same, and that one is found first.
"""

# What several exercises have edits of their own for, and the same sentence.
SAID = """
    changes_arguments:
        Whoever called your function still needs its arguments as they were: make new arrays, as `P = P * ratio` does.
    returns_more:
        Return only what is asked for; what else you would like to see can be computed from it.
    one_step_too_few:
        That is one step short: `range(steps)` counts exactly `steps` rounds.
    one_step_too_many:
        That is one step too many: `range(steps)` counts exactly `steps` rounds.
    ignores_steps:
        It gives the same for any number of steps: loop over `range(steps)`.
    root_of_it:
        The root is one step too many: a sum or a mean of squares is asked as it is.
    absolute_values:
        Absolute values are added up, as in the l1 norm, where squares belong: square first, and then add up.
    spectral_norm:
        That is the largest singular value alone, as in `np.linalg.norm(M, 2)`. Without the 2 all entries count.
    factor_two:
        The factor 2 from differentiating the square is missing.
    averaged:
        The squared error is averaged, over entries or samples. In the loss it is a sum.
    swapped:
        The two results come in the wrong order: first what belongs to P, then what belongs to Q.
    ignores_beta:
        The penalty should have the weight asked for: both factors need a term with `beta`.
    penalty_sign:
        The penalty has the wrong sign. Its slope is plus beta p, and a step downhill shrinks the factors.
    penalty_halved:
        The part from the penalty is half as large as it should be: (beta / 2) p^2 has slope beta p.
    penalty_doubled:
        The part from the penalty is twice as large as it should be: (beta / 2) p^2 has slope beta p, not 2 beta p.
    penalty_per_entry:
        The penalty counts once for every entry r_ij, M times for P and N times for Q. Count it once, for the whole loss.
    returns_the_product:
        That is the product of the two factors. Return the factors themselves, both of them.
"""

# For an exercise that returns one result.
IN_ANY = """
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
    data_centred: ^ -> DATA = DATA - DATA.mean({axis=1, keepdims=True|axis=0|})
        A mean is taken off the data first. Here they count as they are.
    data_scaled: ^ -> DATA = DATA / {DATA.max()|np.linalg.norm(DATA)}
        | ^ -> DATA = DATA / np.maximum(np.linalg.norm(DATA, axis=0), 1e-300)
        The data are scaled first. Here they count as they are.
    data_cut_to_whole_numbers: ^ -> DATA = DATA.astype(int)
        The data are cut down to whole numbers first.
    data_made_positive: ^ -> DATA = {np.abs(DATA)|np.maximum(DATA, 0)}
        The negative numbers of the data are lost first. They count as they are.
    codes_made_positive: ^ -> CODES = {np.abs(CODES)|np.maximum(CODES, 0)}
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
    mean_over_atoms: MODEL -> MODEL / ATOMS.shape[1]
        The mixture is divided by the number of atoms. A mixture is a sum, not a mean.
    model_cut_at_zero: MODEL -> np.maximum(MODEL, 0)
        What the atoms make is cut off at zero. Here it may have either sign.
    residual_cut_at_zero: DATA - MODEL -> np.maximum(DATA - MODEL, 0)
        Only where the model gives too little does it count. Too much is an error as well.
    product_entry_by_entry: D @ A -> D * A
        | D @ alpha -> D * alpha
        | P @ Q.T -> P * Q
        `*` multiplies entry by entry; a mixture of atoms is a matrix product, `@`.
    dictionary_transposed: D @ A -> D.T @ A
        | D @ alpha -> {D.T @ alpha|alpha @ D}
        D is transposed. It fits as it is: one atom a column, and a weight for each of its columns.
    model_transposed: D @ A -> (D @ A).T
        | P @ Q.T -> Q @ P.T
        What the atoms make of the data is transposed: it should have the shape of the data.
    dictionary_alone: DATA - MODEL -> DATA
        The mixture is left out: what counts is the data less what the atoms make of them.
    data_left_out: DATA - MODEL -> MODEL
        The data are left out: what counts is their difference from what the atoms make of them.
    first_sample_only: X - D @ A -> X[:, :1] - D @ A[:, :1]
        | X - D @ A -> X[:, -1:] - D @ A[:, -1:]
        | X - D @ A -> X[:1] - D[:1] @ A
        | R - P @ Q.T -> R[{:1] - P[:1|-1:] - P[-1:}] @ Q.T
        | R - P @ Q.T -> R[:, :1] - P @ Q[:1].T
        | R - P @ Q.T -> R[:1, :1] - P[:1] @ Q[:1].T
        | X - D @ A -> X[:1, :1] - D[:1] @ A[:, :1]
        | x - D @ alpha -> x[:1] - D[:1] @ alpha
        Only one column, one row or one entry of the residual counts. Does `return` stand inside the loop, or is a sum begun anew
        in every round?
    sample_left_out: X - D @ A -> X[:, :-1] - D @ A[:, :-1]
        | X - D @ A -> X[:, 1:] - D @ A[:, 1:]
        | X - D @ A -> X[:-1] - D[:-1] @ A
        | x - D @ alpha -> x[{:-1] - D[:-1|1:] - D[1:}] @ alpha
        | R - P @ Q.T -> R[:-1] - P[:-1] @ Q.T
        | R - P @ Q.T -> R[:, :-1] - P @ Q[:-1].T
        One row or column is left out of the sum: `range(n)` already ends at n - 1, and begins at 0.
    zero_means_missing: DATA - MODEL -> (DATA - MODEL) * (DATA != 0)
        Entries that are zero in the data are left out, as in code for ratings where 0 means unknown. Here a zero is a
        number like any other: the model should give it too.
    only_positive_counts: DATA - MODEL -> (DATA - MODEL) * (DATA > 0)
        Only the positive entries of the data are used, as in code for ratings where 0 means unknown (`if R[i][j] > 0`).
        Here every entry is known, zeros and negative ones too.
    residual_with_a_plus: DATA - MODEL -> DATA + MODEL
        The residual is a difference: what the model gives is subtracted from the data, not added.
"""

# For one that returns a pair; what is done to the arguments or to the residual is read from above.
IN_A_PAIR = """
    pair_reversed: {} -> ({})[::-1]
        The two results have changed places.
    first_transposed: {0} -> ({0}).T
        The first result is transposed: rows and columns have changed places.
    second_transposed: {1} -> ({1}).T
        The second result is transposed: rows and columns have changed places.
    negated: {both} -> -({both})
        The signs are turned round: every number comes out as minus what it should be.
    rounded: {both} -> np.round({both}{, 2||, 1|, 3|, 4})
        The numbers are rounded. Return them as they come, and round only what is printed.
    whole_numbers: {both} -> np.asarray({both}).astype(int)
        The numbers are cut down to whole ones, as an array of integers does with what is put into it: make it with
        `dtype=float`, and leave out `int` and `//`.
    cut_at_zero: {both} -> np.maximum({both}, 0)
        Negative numbers are cut off at zero, and nothing asks for that here.
"""
