from pathlib import Path

from pytestqt.qtbot import QtBot

from lbm_studio.app.views.window import PanelName
from lbm_studio.core.clock import ManualClock
from lbm_studio.ui.bridge import Bridge
from lbm_studio.ui.sample_views import Situation
from tests.ui.fakes import make_models


def test_the_bridge_says_it_is_alive_and_polls_with_the_time(qtbot: QtBot, tmp_path: Path) -> None:
    models = make_models(Situation.FULL, PanelName.STATION, tmp_path)
    bridge = Bridge(models.application, ManualClock(5_000))

    bridge.start()
    qtbot.waitUntil(lambda: ("poll", 5_000) in models.run.calls)
    bridge.stop()

    assert ("poll", 5_000) in models.window.calls
