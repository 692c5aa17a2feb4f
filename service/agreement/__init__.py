"""How well two codings of the same records agree, from files of codes beside the shipped data."""

__all__ = ["codings", "figures", "report"]
