"""Words and numbers."""

from lbm_studio.learning.model.prompt import PADDING, UNKNOWN, Vocabulary


def test_known_words_keep_their_numbers_when_the_vocabulary_grows() -> None:
    small = Vocabulary().extended(["put the cube down"])
    grown = small.extended(["stack the blue cube"])

    assert grown.encode(["put the cube"], 4).tolist() == small.encode(["put the cube"], 4).tolist()
    assert grown.unknown_words("stack the purple cube") == ["purple"]


def test_prompts_are_cut_and_padded() -> None:
    words = Vocabulary().extended(["a b c"])

    rows = words.encode(["a b c", "z", ""], 2).tolist()

    assert rows[1:] == [[UNKNOWN, PADDING], [PADDING, PADDING]]
    assert PADDING not in rows[0]


def test_case_and_punctuation_do_not_matter() -> None:
    words = Vocabulary().extended(["put the cube"])

    assert words.unknown_words("Put, the CUBE!") == []
