from lbm_studio.speech.vocabulary import MOST_CHARACTERS, prompt_of


def test_taught_goals_come_first_and_as_sentences() -> None:
    prompt = prompt_of(["stir the soup.", "wipe the table"])

    assert prompt.startswith("Robot task instructions. Stir the soup. Wipe the table.")


def test_a_goal_that_brings_no_new_word_is_left_out() -> None:
    prompt = prompt_of(["put the cup in the box", "put the box in the cup", "lift the cup"])

    assert "Put the box" not in prompt
    assert "Lift the cup." in prompt


def test_however_many_goals_there_are_the_prompt_stays_short() -> None:
    goals = [f"put thing {index} there" for index in range(1000)]

    assert len(prompt_of(goals)) < 1.5 * MOST_CHARACTERS
