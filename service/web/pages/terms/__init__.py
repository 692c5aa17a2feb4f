"""Terms: all that records are coded with, and a page for each that says what it means."""

__all__ = ["routes"]
