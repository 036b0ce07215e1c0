"""The small module behind the matrix factorisation notebooks."""

__version__ = "1.0.0"
