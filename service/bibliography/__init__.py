"""The sources that records cite: what they are called, who cites them, and as which files.

Records cite addresses; a source card says to which work an address leads and who wrote it.
"""

__all__ = ["addresses", "cited", "citing", "formats", "listing", "works"]
