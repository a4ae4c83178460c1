"""The words of a prompt, as everybody who reads one counts them."""

import re

COLOURS = frozenset(
    {
        *("red", "green", "blue", "yellow", "orange", "purple", "violet", "pink", "magenta"),
        *("cyan", "turquoise", "teal", "brown", "beige", "black", "white", "grey", "gray"),
        *("silver", "gold", "golden"),
    }
)
ANY_COLOUR = "red"


def split_words(prompt: str) -> list[str]:
    """Return the lower-case words of a prompt, as the vocabulary counts them."""
    return re.findall(r"[a-z0-9]+", prompt.lower())


def in_one_colour(prompt: str) -> str:
    """Return a prompt as if there were one colour only: what is asked for, however painted."""
    words = re.split(r"([a-z0-9]+)", prompt.lower())
    return "".join(ANY_COLOUR if word in COLOURS else word for word in words)
