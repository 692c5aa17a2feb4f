"""What the operating system says of an error, without the numbers that only programs read."""

import re

_NUMBER = re.compile(r"\[(?:Errno|WinError) -?\d+\] ")


def os_words(error: Exception) -> str:
    """Return the words of an error: `No such file or directory: '/x'`, without `[Errno 2]`."""
    return _NUMBER.sub("", str(error))
