from lbm_studio.app.notices import KEPT_NOTICES, Level


def test_a_sentence_said_twice_in_a_row_is_shown_once(notices):
    notices.add("The disk is full.")
    notices.add("The disk is full.", Level.BAD)

    assert [notice.text for notice in notices.all] == ["The disk is full."]


def test_a_dismissed_notice_is_gone_and_the_others_stay(notices):
    heard = []
    notices.changed.connect(heard.append)
    notices.add("one")
    notices.add("two")

    notices.dismiss(notices.all[0].number)
    notices.dismiss(99)

    assert [notice.text for notice in notices.all] == ["two"]
    assert len(heard) == 3


def test_only_the_newest_notices_are_kept(notices):
    for number in range(KEPT_NOTICES + 5):
        notices.add(f"number {number}")

    assert len(notices.all) == KEPT_NOTICES
    assert notices.all[-1].text == f"number {KEPT_NOTICES + 4}"
