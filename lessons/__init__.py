"""The small module behind the matrix factorisation notebooks."""

__version__ = "0.1.0"
