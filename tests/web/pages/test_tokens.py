"""The colours of the pages can be read in both themes: contrast by WCAG 2.2, from the tokens."""

import re

import pytest

from service.common.resources import inside

TOKENS = (inside("web") / "static" / "tokens.css").read_text(encoding="utf-8")
TEXT = (
    *((front, back) for front in ("ink", "muted", "accent") for back in ("paper", "surface")),
    ("on-accent", "accent"), ("on-accent", "accent-hover"), ("accent-hover", "accent-wash"),
    *((verdict, f"{verdict}-wash")
      for verdict in ("holds", "partly", "violated", "unknown", "disputed")),
    *((verdict, "paper") for verdict in ("holds", "partly", "violated", "unknown", "disputed")),
    ("ink", "partly-wash"), ("ink", "accent-wash"), ("ink", "mark"),
)  # fmt: skip
"""What is written in which colour on which ground."""
LINES = (("line-firm", "paper"), ("focus", "paper"), ("c-task", "paper"), ("c-outcome", "paper"))
"""What has to be seen without being read."""

PAPER = re.compile(r"@media print \{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
"""Rules for paper, whose sizes are relative to points."""


def colours(scheme: str) -> dict[str, str]:
    """Return the tokens of a theme that are colours; the dark one has the others of the light."""
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    found = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", light))
    if scheme == "dark":
        dark = dark.partition("@media")[0]
        found |= dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", dark))
    return found


def luminance(colour: str) -> float:
    digits = colour[1:] if len(colour) == 7 else "".join(c * 2 for c in colour[1:])
    parts = (int(digits[i : i + 2], 16) / 255 for i in (0, 2, 4))
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_is_written_stands_out_from_its_ground(scheme: str) -> None:
    known = colours(scheme)
    for pairs, least in ((TEXT, 4.5), (LINES, 3.0)):
        for front, back in pairs:
            high, low = sorted((luminance(known[front]), luminance(known[back])), reverse=True)
            assert (high + 0.05) / (low + 0.05) >= least, (scheme, front, back)


def test_no_text_on_a_screen_is_smaller_than_fifteen_pixels() -> None:
    sizes = [float(size) for size in re.findall(r"--t-[\w-]+: ([\d.]+)rem", TOKENS)]
    assert min(sizes) * 17 >= 15
    for sheet in inside("web").rglob("*.css"):
        text = PAPER.sub("", sheet.read_text(encoding="utf-8"))
        for size in re.findall(r"font(?:-size)?: (?:[\w]+ )?([\d.]+)rem", text):
            assert float(size) * 17 >= 15, (sheet.name, size)
