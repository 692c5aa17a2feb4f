"""The command line, `evalgap`: one module for each group of commands."""

__all__ = ["main", "shared"]
