"""What maintainers and tutors need beside the lesson; not installed with it."""

from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
