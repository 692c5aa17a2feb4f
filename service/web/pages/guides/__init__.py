"""The page of this name: the guides."""
