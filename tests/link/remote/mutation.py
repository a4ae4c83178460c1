"""Genuine bytes, spoilt at random in the ways that bytes are spoilt."""

import random
from collections.abc import Sequence


def mutated(data: bytes, random_source: random.Random) -> bytes:
    """Return the bytes with some of them changed, cut off, put in or doubled."""
    changed = bytearray(data)
    place = random_source.randrange(len(changed) + 1)
    match random_source.randrange(5):
        case 0:
            for _ in range(random_source.randrange(1, 9)):
                if changed:
                    changed[random_source.randrange(len(changed))] ^= random_source.randrange(
                        1, 256
                    )
        case 1:
            del changed[place:]
        case 2:
            changed[place:place] = random_source.randbytes(random_source.randrange(1, 64))
        case 3:
            changed[place:place] = changed[: random_source.randrange(1, 200)]
        case _:
            changed = bytearray(random_source.randbytes(random_source.randrange(200)))
    return bytes(changed)


def mutated_parts(parts: Sequence[bytes], random_source: random.Random) -> list[bytes]:
    """Return the parts with one spoilt, missing, doubled or in the place of another."""
    changed = list(parts)
    place, other = (random_source.randrange(len(parts)) for _ in range(2))
    match random_source.randrange(6):
        case 0:
            del changed[place]
        case 1:
            changed.insert(other, parts[place])
        case 2:
            changed[place] = parts[other]
        case _:
            changed[place] = mutated(parts[place], random_source)
    return changed
