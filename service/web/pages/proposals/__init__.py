"""`/proposals`: what waits for review, for who has a token, and its state for who sent it."""

__all__ = ["routes"]
