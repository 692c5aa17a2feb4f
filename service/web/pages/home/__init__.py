"""The page of this name: the first page."""
