"""The page `/gaps/decompose`: a reader's own table of results gives the parts of a gap."""

__all__ = ["routes"]
