"""Knowledge about answers: what can go wrong in any exercise, as tables that `lessons.mistakes` reads.

An exercise that has more to say about one of these has a mistake of its own that does the same, and that one is found first.
"""

# What can be seen from outside, whatever the exercise.
SEEN = """
    changes_arguments:
        Whoever called your function still needs its arguments: make new arrays, without `+=`, `*=` and `[...] =`.
    returns_nothing:
        Did you forget to `return` the result, or to do so on every way through an `if`? Printing only shows it.
    returns_booleans:
        True and False calculate by rules of their own: `.astype(float)` makes numbers of them.
    returns_a_list:
        A list is no array: `+` joins lists and `*` repeats them. `np.array(...)` makes an array of it.
    another_kind_of_array:
        `np.matrix` and masked arrays have another `*` and `**`: `np.asarray(...)` makes a plain array.
    returns_text:
        Text cannot be calculated with: return the numbers themselves, without `str`, `print` or an f-string.
    complex_numbers:
        The numbers came out complex. `np.linalg.eig` does that, since it does not know that a matrix is symmetric:
        `np.linalg.eigh` does.
    other_arguments:
        It takes other arguments than the exercise gives it: keep the first line of the cell as it was.
    defaults_missing:
        It is also called without its last arguments: keep their defaults in the first line of the cell.
    unknown_name:
        There is no such name here. Look for a letter in the wrong case, for a module under another name (numpy is
        `np`), and for a cell above that was not run.
    no_value_yet:
        The name has no value yet: give it one before the line that uses it, outside the loop or before the `if`.
    leaves:
        `exit()` and `quit()` would end the whole notebook. `return` ends a function.
    notebooks_own_data:
        It does not use what it is given, but a variable of the notebook: then it is right for that variable at best.
"""

# What several exercises have edits of their own for, and the same sentence.
SAID = """
    not_of_numbers:
        `~` is for True and False: of the numbers 1 and 0 it makes -2 and -1. For both kinds of mask write `seen == 0`.
    returns_more:
        Return only what is asked for; what else you would like to see can be computed from it.
    factor_on_one_side:
        A factor too many on one side of the equations, such as the 2 from the slope of a square, or a mean for a sum.
    averaged_above:
        Above the line stands a mean and below it a sum, so that a number of entries stays in. Take both as sums.
    with_a_penalty:
        A penalty on the size of a factor is added, or the slope of one. Here the error counts alone.
    part_of_the_way:
        It goes only a part of the way to the best fit, as a descent does that ends early. Solve the equations, or go on
        until nothing moves.
    fixed_steps:
        As in a descent whose steps are of one size, it goes a part of the way where numbers are small, and too far where they
        are large. Solve the equations instead.
    one_pass:
        Each atom takes its part of what the ones before have left, once, as in one round of matching pursuit. Where they
        overlap they have to be fitted together.
    one_step_too_many:
        That is one step too many: `range(steps)` counts exactly `steps` rounds.
    normalised_at_the_end:
        A factor is scaled and the other does not make up for it, so that the product changes.
    several_steps:
        It takes several steps. Take one: update each factor once.
    squared:
        That is a square: the root is missing.
    root_of_it:
        The root is one step too many: return the sum or the mean of squares as it is.
    divided_by_the_entries:
        That is divided by a number of entries, rows or columns, as a mean is. A length or a norm is the root of a plain sum.
    absolute_values:
        Absolute values are added up, as in the l1 norm, where squares belong: square first, and then add up.
    signed_sum:
        In a plain sum, numbers of opposite sign cancel. Square them first, and then add up.
    spectral_norm:
        That is the largest singular value alone, as in `np.linalg.norm(M, 2)`. Without the 2 all entries count.
    norms_added_up:
        Those are lengths of columns or rows, put together. Their squares add up: sum them all, then take one root.
    residual_itself:
        That is the residual, entry by entry. Return one number for all of it.
    relative:
        That is a share of the size of the data, as in a plot of explained variance. Return the error itself.
    spread:
        A standard deviation or variance takes the mean off first. Here the residual's entries count as they are.
    gram_not_inverted:
        That multiplies by the Gram matrix, which has to be undone: solve with it.
    unit_atoms:
        The atoms get unit length, and the codes do not make up for it: then D A is another product.
    refits:
        It computes codes or atoms of its own. Use those that are given, the best ones or not.
    one_for_each_column:
        That is one number for each column or row. Return a single one for all of them.
    returns_the_product:
        That is the product of the two factors. Return the factors themselves, both of them.
    dictionary_only:
        Only the dictionary came back. Return both, the dictionary and the codes.
    pair_swapped:
        The two are in the wrong order: return the dictionary first, then the codes.
    one_step_too_few:
        That is one step short: `range(steps)` counts exactly `steps` rounds.
    ignores_steps:
        It gives the same for any number of steps: loop over `range(steps)`.
    ridge:
        A multiple of the identity is added before solving (a ridge), and that changes the result. Nothing asks for it.
    entrywise_inverse:
        `1 / ...` and `** -1` go entry by entry. A matrix is undone by solving with it, or by its (pseudo-)inverse.
    roles_swapped:
        The two have changed places: it is the data that are to be fitted, and `np.linalg.lstsq` takes them second.
    codes_as_rows:
        The result is transposed: codes should be columns, A is (k, n).
    atoms_as_rows:
        The result is transposed: D is (d, k), one atom a column.
    large_cut_off:
        Directions that matter are left out, as by too large an `rcond`, which is there for rounding alone. All of them count.
    not_every_sample:
        Not every sample is done: does the loop leave one out, or is `return` inside it?
    not_every_atom:
        Only some atoms count in the end. Does the loop leave one out (`range(k)` ends at k - 1), is `return` inside it, or does a
        `+=` lack its plus?
    standardised:
        Every row is divided by its standard deviation, so that all count the same. Only the mean is taken off here.
    only_one_squared:
        One of the two sizes is squared and the other is not, so that the unit does not cancel. Take both with roots.
    divided_by_the_spread:
        That divides by the size of the centred data. Here the data count as they are: divide by their size.
    mean_over_samples:
        Every sample, or row, is divided by a size of its own. Here everything is compared at once: one norm each.
    root_mean_square:
        That is the root of the mean square, in the unit of the data. Divide by the size of the data instead.
    share_explained:
        That is the share that is explained, 1 minus something. Return the share that is missed.
    still_squared:
        The error is still squared: the slope of e^2 is 2 e, times the slope of e.
    never_reset:
        The sums run on from one entry to the next: set the accumulator back to zero before each new one.
    mixed_term:
        In ||X - D A||^2 = ||X||^2 - 2 tr((D^T X)^T A) + ||D A||^2 the mixed term has a minus, and counts twice.
    term_left_out:
        One term is left out of each sum: `range(n)` begins at 0, and already ends at n - 1.
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
        The penalty counts once for every entry r_ij. Count it once, for the whole loss, outside the sum over entries.
"""

# For an exercise that returns one result; what is met most often comes first, as pairs are tried in this order. `[:]` fails for a number alone, which scaling to 1 would make of any.
IN_ANY = """
    data_centred: ^ -> DATA = DATA - DATA.mean({axis=1, keepdims=True|axis=0|})
        A mean is taken off the data first. Here they count as they are.
    rounded: {} -> np.round({}{, 2||, 1|, 3|, 4})
        The numbers are rounded. Return them as they come, and round only what is printed.
    last_left_out: {} -> ({}) * (np.arange(np.shape({})[-1]) < np.shape({})[-1] - 1)
        | {} -> ({}) * (np.arange(np.shape({})[0]) < np.shape({})[0] - 1)[:, np.newaxis]
        | {} -> ({}) * (np.arange(np.shape({})[0]) > 0)[:, np.newaxis]
        | {} -> ({}) * (np.arange(np.shape({})[-1]) > 0)
        | {} -> ({})[{:-1|:, :-1|1:|:, 1:}]
        The first or the last entry, row or column is left out: `range(n)` begins at 0 and already ends at n - 1.
    zero_means_missing: DATA - MODEL -> (DATA - MODEL) * (DATA != 0)
        | (DATA - MODEL) -> ((DATA - MODEL)[DATA != 0])
        Entries that are zero are left out, as in code for ratings where 0 means unknown. Here a zero is a number like
        any other.
    atoms_scaled: ^ -> ATOMS = ATOMS / {np.linalg.norm(ATOMS)|np.maximum(np.linalg.norm(ATOMS, axis=0), 1e-300)}
        | ^ -> ATOMS = ATOMS / np.where(ATOMS.sum(axis=0) == 0, 1, ATOMS.sum(axis=0))
        The atoms are scaled to length or sum 1 first. Here they count as they are.
    only_positive_counts: DATA - MODEL -> (DATA - MODEL) * (DATA > 0)
        | (DATA - MODEL) -> ((DATA - MODEL)[DATA > 0])
        Only positive entries are used, as in code for ratings where 0 means unknown (`if R[i][j] > 0`). Here every entry
        is known.
    mean_for_sum: np.sum -> np.mean
        | .sum( -> .mean(
        A mean is taken where a sum belongs.
    divided_by_a_count: {} -> ({}) / {len(DATA)|DATA.shape[-1]|DATA.size}
        It is divided by a number of rows, columns or entries once too often.
    scaled_to_one: {} -> ({})[:] / {np.sum|np.max|np.linalg.norm}({})
        | {} -> ({})[:] / np.sum({}, axis=0)
        | {} -> ({})[:] / np.linalg.norm({}, axis={0|1}, keepdims=True)
        The result was scaled at the end, so that its sum, largest entry or length is 1. Nothing asks for that.
    half_of_everything: {} -> ({}) / 2
        It is half as large as it should be.
    sample_left_out: DATA - MODEL -> (DATA - MODEL)[{:-1|1:|:, :-1|:, 1:}]
        One entry, row or column is left out of the sum: `range(n)` begins at 0, and already ends at n - 1.
    whole_numbers: {} -> np.asarray({}).astype(int)
        | {} -> np.floor({})
        The numbers are cut to whole ones, as an array of integers does: make it with `dtype=float`, without `int` or `//`.
    cut_at_zero: {} -> np.maximum({}, 0)
        Negative numbers are cut off at zero, and nothing asks for that here.
    codes_scaled: ^ -> CODES = CODES / {(CODES.sum() or 1)|np.maximum(np.linalg.norm(CODES, axis=0), 1e-300)}
        | ^ -> CODES = CODES / np.maximum(np.linalg.norm(CODES, axis=1, keepdims=True), 1e-300)
        | ^ -> CODES = CODES / np.where(CODES.sum(axis=0) == 0, 1, CODES.sum(axis=0))
        The codes are scaled first, so that they sum to 1 or have length 1. Here they count as they are.
    atom_left_out: ^ -> ATOMS, CODES = ATOMS[:, :-1], CODES[:-1]
        | ATOMS @ CODES -> ATOMS[:, {:-1] @ CODES[:-1|1:] @ CODES[1:}]
        | P @ Q.T -> P[:, {:-1] @ Q[:, :-1|1:] @ Q[:, 1:}].T
        One atom is missing from the mixture: `range(k)` already ends at k - 1, and begins at 0.
    median_for_mean: np.mean( -> np.median(
        A median is taken where a mean belongs.
    one_atom_alone: ATOMS @ CODES -> ATOMS[:, {:1] @ CODES[:1|-1:] @ CODES[-1:}]
        | P @ Q.T -> P[:, {:1] @ Q[:, :1|-1:] @ Q[:, -1:}].T
        Only one atom is in the mixture. Does a `+=` lack its plus, or is `return` inside the loop?
    negated: {} -> -({})
        The sign is turned round: every number comes out as minus what it should be.
    mean_over_atoms: MODEL -> MODEL / ATOMS.shape[1]
        The mixture is divided by the number of atoms. A mixture is a sum, not a mean.
    residual_with_a_plus: DATA - MODEL -> DATA + MODEL
        The residual is a difference: what the model gives is subtracted from the data, not added.
    percent: {} -> 100 * ({})
        It is a hundred times as large as it should be: not in per cent, please.
    codes_made_positive: ^ -> CODES = {np.abs(CODES)|np.maximum(CODES, 0)}
        The codes lose their minus signs first. Here a weight may be below zero, and then it takes its atom away.
    square_too_many: {} -> ({}) ** 2
        A square is taken that does not belong there, or a root is missing.
    twice_of_it: {} -> 2 * ({})
        It is twice as large as it should be.
    made_positive: {} -> np.abs({})
        The signs are lost: negative numbers belong there too.
    data_scaled: ^ -> DATA = DATA / {DATA.max()|np.abs(DATA).max()|np.linalg.norm(DATA)|255}
        | ^ -> DATA = DATA / np.maximum(np.linalg.norm(DATA, axis=0), 1e-300)
        The data are scaled first. Here they count as they are.
    first_sample_only: DATA - MODEL -> (DATA - MODEL)[{:1|-1:|:, :1|:, -1:|:1, :1}]
        Only one column, row or entry of the residual counts. Is `return` inside the loop, or the sum begun anew there?
    dictionary_transposed: ATOMS @ CODES -> ATOMS.T @ CODES
        | D @ alpha -> alpha @ D
        The mixture is D A (D alpha for one sample): D comes first and untransposed, with one weight for each of its columns.
        Each column of A is a code (`for a in A.T`).
    codes_transposed: ATOMS @ CODES -> ATOMS @ CODES.T
        The codes are transposed. They fit as they are: one code a column, a weight for each column of D.
    sum_for_mean: np.mean -> np.sum
        | .mean( -> .sum(
        A sum is taken where a mean belongs.
    root_too_many: {} -> np.sqrt({})
        A root is taken that does not belong there.
    first_only: {} -> ({})[{:, 0|0|0, 0|:1|:, :1}]
        | {} -> ({}) * (np.arange(np.shape({})[-1]) < 1)
        Only the first part of the result is there. Does `return` stand inside the loop?
    data_made_positive: ^ -> DATA = {np.abs(DATA)|np.maximum(DATA, 0)}
        The negative numbers of the data are lost first. They count as they are.
    model_cut: MODEL -> np.{maximum(MODEL, 0)|clip(MODEL, 0, 1)|clip(MODEL, 1, 5)}
        What the atoms make is cut off, at zero or to a range. Take it as it is.
    data_left_out: DATA - MODEL -> {MODEL|-MODEL}
        The data are left out: what counts is their difference from what the atoms make of them.
    one_minus: {} -> 1 - ({})
        It is 1 minus what it should be.
    flattened: {} -> np.ravel({})
        The result was unrolled into one long vector: leave it in its shape.
    one_index_too_many: {} -> ({})[:, np.newaxis]
        | {} -> np.array([{}])
        The result has a dimension too many: look for an extra bracket, `np.newaxis`, `reshape` or `keepdims=True`.
    summed_up: {} -> np.sum({}{|, axis=0|, axis=1})
        The result was summed once more, so that it lost an index or became a single number.
    dictionary_alone: DATA - MODEL -> DATA
        The mixture is left out: what counts is the data less what the atoms make of them.
    reshaped: {} -> np.reshape(({}).T, np.shape({}))
        `reshape` keeps the numbers in the order in which they are read. To turn rows into columns takes a `.T`.
    off_by_one: {} -> ({}) {+|-} 1
        It is off by 1: does a sum begin at 1 instead of 0?
    order_reversed: {} -> ({})[:{|, :}:-1]
        The result comes in the reverse order.
    data_cut_to_whole_numbers: ^ -> DATA = DATA.astype(int)
        The data are cut to whole numbers first, as by `int` or `dtype=int`. Here they count as they are.
    atoms_centred: ^ -> ATOMS = ATOMS - ATOMS.mean(axis=0)
        A mean is taken off the atoms first. Here they count as they are.
    residual_cut_at_zero: DATA - MODEL -> np.maximum(DATA - MODEL, 0)
        Only where the model gives too little does it count. Too much is an error as well.
    result_transposed: {} -> ({}).T
        The result is transposed: rows and columns have changed places.
    product_entry_by_entry: ATOMS @ CODES -> ATOMS * CODES
        | P @ Q.T -> P * Q{|.T}
        `*`, `np.multiply` and `np.outer` never add up over the atoms. A mixture of atoms is a matrix product, `@`.
"""

# For one that returns a pair; what is done to the arguments or to the residual is read from above.
IN_A_PAIR = """
    pair_reversed: {} -> ({})[::-1]
        The two results have changed places.
    last_left_out: {0} -> ({0}) * (np.arange(np.shape({0})[1]) < np.shape({0})[1] - 1)
        | {1} -> ({1}) * (np.arange(np.shape({1})[0]) < np.shape({1})[0] - 1)[:, np.newaxis]
        | {1} -> ({1}) * (np.arange(np.shape({1})[1]) < np.shape({1})[1] - 1)
        | {0} -> ({0}) * (np.arange(np.shape({0})[1]) > 0)
        The first or the last row or column of one result is left out: `range(n)` begins at 0 and already ends at n - 1.
    one_part_only: {} -> ({})[{0|1}]
        Only one of the two results came back. Return both, as a pair.
    first_transposed: {0} -> ({0}).T
        The first result is transposed: rows and columns have changed places.
    second_transposed: {1} -> ({1}).T
        The second result is transposed: rows and columns have changed places.
    negated: {both} -> -({both})
        The signs are turned round: every number comes out as minus what it should be.
    rounded: {both} -> np.round({both}{, 2||, 1|, 3|, 4})
        The numbers are rounded. Return them as they come, and round only what is printed.
    whole_numbers: {both} -> np.asarray({both}).astype(int)
        The numbers are cut to whole ones, as an array of integers does: make it with `dtype=float`, without `int` or `//`.
    cut_at_zero: {both} -> np.maximum({both}, 0)
        Negative numbers are cut off at zero, and nothing asks for that here.
"""
