"""The small module behind the matrix factorisation notebooks, room by room.

Data flow from `datasets` to `factorise` to `figures` and `explore`; an answer from a notebook to `exercises`, `check`, `show`.

- data: `datasets`
- mathematics: `factorise`, one plain function each; `expects`, what they accept
- knowledge about answers: `exercises`, one file a notebook, and `multiplicative`, which two share; `anywhere`,
  what can go wrong in all of them
- the check: `check` runs an answer and says the verdict; `answers`, what a student's function is and does; `compare`,
  whether two results agree; `mistakes`, known ones and pairs of them, found by what they do
- the page: `show`, verdicts and notes; `predict`, choices before a result; `figures`, pictures; `explore`, what moves

The mathematics imports no other room, the check knows no exercise, and exercises know no notebook. What is heavy is
imported where it is used.
"""

__version__ = "1.0.0"
