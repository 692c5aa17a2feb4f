"""The error of this package."""


class Error(Exception):
    """What was asked cannot be answered; the message is a sentence that says why."""
