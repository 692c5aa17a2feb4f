"""The page of this name: evaluation plans."""
