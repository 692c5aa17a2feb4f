"""The page of this name: write a card in a form."""

__all__ = ["judging", "routes", "view"]
