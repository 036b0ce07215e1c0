"""The page: predictions. A choice before the result; afterwards why each is tempting and what the picture shows.

They are not scored. A choice is asked for because a result is remembered better by who expected something of it.
"""

import re
import reprlib
import textwrap
from dataclasses import dataclass, field

from lessons.show import Note


@dataclass(eq=False)
class Prediction:
    """A question of a notebook, `todo.NAME`, with a few named choices.

    `choices` says of each, in the order of offering, why it is tempting and what the picture shows; `answer` is the one
    that the picture bears out, and `choice` the one that the student has committed to, if any.
    """

    name: str
    question: str
    choices: dict
    answer: str
    choice: str | None = field(default=None, init=False)
    _reminded: bool = field(default=False, init=False, repr=False)
    _revealed: bool = field(default=False, init=False, repr=False)

    def predict(self, choice):
        """Commit to a choice, which may be changed until it is revealed; returns a card that says so.

        ``...`` is no choice: the card says so once, and from then on there is none.
        """
        if choice is ...:
            already, self._reminded = self._reminded, True
            if already or self.choice:
                return None
            advice = f"Type {self._offered()} in place of `...`; it is not scored. Or read on."
            return Note("Nothing predicted yet", advice)
        typed = (choice if isinstance(choice, str) else _short(choice)).strip().casefold()
        chosen = next((each for each in self.choices if each.casefold() == typed), None)
        if chosen is None:
            came = f"Expected {self._offered()}, in quotes, but got {_short(choice)}."
            return Note("That is none of the choices", came)
        if self._revealed and self.choice:
            return Note(f"Your prediction was: {self.choice}", "The answer is known now, so that one stands.")
        self.choice = chosen
        return Note(f"Your prediction: {chosen}", "Noted. Run on to see.")

    def reveal(self):
        """A card with the answer and, for each choice, why it is tempting and what the picture shows."""
        self._revealed = True
        order = dict.fromkeys([self.choice or self.answer, self.answer, *self.choices])  # each once
        own = {None: "", self.answer: ", as you predicted"}.get(self.choice, f"; you predicted {self.choice}")
        return Note(f"The result: {self.answer}{own}", "\n\n".join(f"`{each}`: {self.choices[each]}" for each in order))

    def _offered(self):
        *most, last = (f'`"{each}"`' for each in self.choices)
        return f"{', '.join(most)} or {last}"


def parse(text):
    """The predictions of a table: a line `name: question`, and for each choice one that begins with `- choice:`, or with
    `* choice:` if the picture bears it out. Longer texts go on in the next line.
    """
    predictions = []
    for entry in re.split(r"\n(?=\w+:)", textwrap.dedent(text).strip()):
        question, *choices = (" ".join(part.split()) for part in re.split(r"\n *(?=[-*] )", entry))
        name, _, question = question.partition(": ")
        offered = dict(choice[2:].split(": ", 1) for choice in choices)
        answer = next(choice[2:].split(": ", 1)[0] for choice in choices if choice.startswith("*"))
        predictions.append(Prediction(name, question, offered, answer))
    return predictions


def _short(value):
    """What was typed, in a few letters, whatever it is."""
    try:
        return reprlib.repr(value)
    except Exception:  # noqa: BLE001, an object may do anything when it is asked for its text
        return type(value).__name__
