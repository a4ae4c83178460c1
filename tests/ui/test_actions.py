from collections import Counter

import pytest
from PySide6.QtGui import QKeySequence

from lbm_studio.app.views.window import PanelName
from lbm_studio.ui.actions import ACTIONS, ActionId, action, key_text, with_key


def test_every_action_has_exactly_one_row() -> None:
    assert Counter(info.id for info in ACTIONS) == Counter(ActionId)


@pytest.mark.parametrize("panel", list(PanelName))
def test_no_key_means_two_things_on_one_panel(panel: PanelName) -> None:
    keys = Counter(key for info in ACTIONS if info.panel in (None, panel) for key in info.keys)

    assert [key for key, count in keys.items() if count > 1] == []


@pytest.mark.parametrize("which", list(ActionId))
def test_every_key_can_be_pressed(which: ActionId) -> None:
    assert all(not QKeySequence(key).isEmpty() for key in action(which).keys)


def test_keys_are_written_as_people_call_them() -> None:
    assert key_text(ActionId.RUN) == "Ctrl+Enter"
    assert with_key("Record", ActionId.RECORD) == "Record (R)"
