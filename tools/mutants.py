"""Wrong variants of the right answers, made blindly: what the examples let pass, and what no known mistake names.

    python -m tools.mutants [exercise ...]

changes every right way of writing an answer in one place (another operator, a transpose dropped, another axis, a constant
off by one, a term left out, zeros masked, a loop broken off ...) and checks what comes out. Variants that do the same are
one group. Of each exercise it prints

PASSES    accepted, and rejected on other numbers of the same kind: the examples are too kind. Add a case or an edge that
          tells the two apart.
DIFFERS   accepted on the other numbers as well, but with another result. Read it: either it is right too, or the law is
          too kind.
UNNAMED   rejected without a reason. If someone would write it, add
          a mistake: one edit and one sentence. Many a variant is nothing that anyone would write.
"""

import ast
import itertools
import sys

import numpy as np

from lessons import answers, mistakes
from tools import fresh
from tools.review import submissions

OPERATORS = {
    ast.Add: [ast.Sub], ast.Sub: [ast.Add], ast.Mult: [ast.Div, ast.MatMult], ast.Div: [ast.Mult],
    ast.MatMult: [ast.Mult], ast.Pow: [ast.Mult],
    ast.Lt: [ast.LtE, ast.Gt], ast.LtE: [ast.Lt, ast.GtE], ast.Gt: [ast.GtE, ast.Lt], ast.GtE: [ast.Gt, ast.LtE],
    ast.Eq: [ast.NotEq], ast.NotEq: [ast.Eq], ast.And: [ast.Or], ast.Or: [ast.And],
}  # fmt: skip
SIBLINGS = [("sum", "mean", "max"), ("argmin", "argmax"), ("minimum", "maximum"), ("ones", "zeros")]


def text(code):
    """An expression as a tree."""
    return ast.parse(code, mode="eval").body


def changes(node):
    """What may stand in the place of one node."""
    match node:
        case ast.BinOp(left, op, right):
            yield from (ast.BinOp(left, other(), right) for other in OPERATORS.get(type(op), ()))
            yield left
            if not isinstance(op, ast.Pow):
                yield from (right, ast.BinOp(right, op, left))
            if isinstance(op, ast.Sub) and isinstance(left, ast.Name) and left.id.isupper():
                yield from (ast.BinOp(text(f"({left.id} {op} 0)"), ast.Mult(), node) for op in ("!=", ">"))
        case ast.BoolOp(op, values):
            yield from (ast.BoolOp(other(), values) for other in OPERATORS[type(op)])
            yield from values
        case ast.UnaryOp(_, operand):
            yield operand
        case ast.Compare(left, [op], [right]):
            yield from (ast.Compare(left, [other()], [right]) for other in OPERATORS.get(type(op), ()))
            yield ast.Compare(right, [op], [left])
        case ast.Constant(bool(value)):
            yield ast.Constant(not value)
        case ast.Constant(int() | float() as value):
            yield from map(ast.Constant, {value + 1, value - 1, -value} - {value})
        case ast.Name(name, ast.Load()) if name.isupper():
            yield from map(text, (f"{name}.T", f"np.abs({name})"))
        case ast.Attribute(value, "T"):
            yield value
        case ast.Subscript(value, where):
            yield value
            if isinstance(where, ast.Tuple):
                yield ast.Subscript(value, ast.Tuple(where.elts[::-1]))
        case ast.Slice(lower, upper, step):
            yield from {ast.Slice(upper, lower, step), ast.Slice(lower, upper), ast.Slice(None, None, step)}
        case ast.Tuple([first, second], ast.Load()):
            yield from (ast.Tuple([second, first]), first, second)
        case ast.Call(function, positional, named):
            yield from positional[:1]
            if len(positional) > 1:
                yield ast.Call(function, [*positional[1::-1], *positional[2:]], named)
            yield from (ast.Call(function, positional, [each for each in named if each is not one]) for one in named)
            if isinstance(function, ast.Attribute):
                if ast.unparse(function.value) not in ("np", "np.linalg"):
                    yield function.value
                for other in {name for names in SIBLINGS if function.attr in names for name in names} - {function.attr}:
                    yield ast.Call(ast.Attribute(function.value, other), positional, named)
            if ast.unparse(function) == "range":
                yield from (text(f"range({ast.unparse(positional[-1])} {by})") for by in ("+ 1", "- 1"))
        case ast.For(target, sequence, body):
            yield ast.For(target, sequence, [*body, ast.Break()], [])
            yield from (ast.For(target, sequence, list(order), []) for order in itertools.permutations(body))
        case ast.FunctionDef(body=[*before, ast.For(target, sequence, body), ast.Return() as last]):
            yield ast.FunctionDef(node.name, node.args, [*before, ast.For(target, sequence, [*body, last], [])], [])
        case ast.If(_, body, orelse):
            yield from (ast.If(ast.Constant(value), body, orelse) for value in (True, False))
        case ast.Assign() | ast.AugAssign() | ast.Expr():
            yield ast.Pass()


def mutants(node):
    """Every copy of a tree with one change."""
    yield from changes(node)
    for name, value in ast.iter_fields(node):
        for place, child in enumerate(value if isinstance(value, list) else [value]):
            for new in mutants(child) if isinstance(child, ast.AST) else ():
                inside = [*value[:place], new, *value[place + 1 :]] if isinstance(value, list) else new
                yield type(node)(**{**dict(ast.iter_fields(node)), name: inside})


def variants(source):
    """{source of a variant of a function: the line that was changed}."""
    right = ast.unparse(ast.parse(source)).splitlines()
    made = {}
    for tree in mutants(ast.parse(source).body[0]):
        variant = ast.unparse(ast.fix_missing_locations(tree))
        changed = [line.strip() for line in variant.splitlines() if line not in right]
        made[variant] = "; ".join(changed) or "lines left out, or in another order"
    return made


def other_cases(exercise):
    """Other numbers of the same kind as the exercise's own, and with zeros among them, as far as the right ways pass."""
    rng = np.random.default_rng(5)
    for case in [*fresh.cases(exercise, rng), *fresh.cases(exercise, rng)]:
        holed = tuple(part * (rng.random(part.shape) > 0.2) if np.ndim(part) else part for part in case)
        for other in (case, holed):
            ways = map(mistakes.compiled, exercise.known.sources)
            if all(exercise.verdict(way, [other]).status == "correct" for way in ways):
                yield other


def report(exercise):
    """A line for each group of variants that passes, differs or is unnamed."""
    others = list(other_cases(exercise))
    cases = [*exercise.cases, *exercise.edges, *others]

    def does(source):
        with answers.quiet():
            return [exercise.known.result(source, case) for case in cases]

    def same(came, its):
        with answers.quiet():
            agree = all(mistakes.alike(a, b, case, exercise.canonical) for a, b, case in zip(came, its, cases))
        return agree and [a.changed for a in came] == [b.changed for b in its]

    groups = [(does(way), way, []) for way in exercise.known.sources]
    for way in exercise.known.sources:
        for source, line in variants(way).items():
            if mistakes.compiled(source):
                came = does(source)
                like = next((each for each in groups if same(came, each[0])), None) or (came, source, [])
                groups += [like] * (like[0] is came)
                like[2].append(line)
    lines = []
    for _, source, made in groups[len(exercise.known.sources) :]:
        verdict = exercise.verdict(mistakes.compiled(source))
        if verdict.status == "correct":
            lenient = exercise.verdict(mistakes.compiled(source), others).status == "correct"
            lines.append((("PASSES", "DIFFERS")[lenient], made))
        elif verdict.status == "wrong" and not verdict.mistakes:
            lines.append(("UNNAMED", made))
    return [f"  {word} {len(made)}  {'  |  '.join(list(dict.fromkeys(made))[:3])}" for word, made in sorted(lines)]


def main():
    known = {exercise.name: exercise for lesson in submissions.lessons().values() for exercise in lesson.exercises}
    for name in sys.argv[1:] or known:
        print(known[name], *report(known[name]), sep="\n", flush=True)


if __name__ == "__main__":
    main()
