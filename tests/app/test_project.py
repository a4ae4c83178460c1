import subprocess
import sys

import pytest

from lbm_studio.app.project import build_application
from lbm_studio.app.views.goal import SpokenGoalState, SpokenGoalView
from lbm_studio.app.views.station import StationPanelState
from lbm_studio.core.clock import MonotonicClock
from lbm_studio.core.errors import UnknownNameError
from tests.app.children import CHILD
from tests.app.waiting import wait_until

CLOCK = MonotonicClock()


@pytest.fixture
def application(tmp_path):
    application = build_application(data=tmp_path / "data", command=CHILD)
    yield application
    application.close()


def test_the_whole_application_starts_polls_and_closes_with_nothing_on_disk(application, tmp_path):
    application.settings.update(connect_at_start=False)
    application.start()
    for _ in range(3):
        application.alive()
        application.poll(CLOCK.now_ns())

    assert application.window.view.station == "no station"
    assert application.cameras.view.tiles == ()
    assert (tmp_path / "data" / "settings.json").exists()


def test_a_station_that_cannot_start_is_said_in_words_and_leaves_nothing_behind(
    application, caplog
):
    application.start()  # the small program knows no station and ends at once

    def has_failed() -> bool:
        application.poll(CLOCK.now_ns())
        return application.station.view.state is StationPanelState.FAILED

    wait_until(has_failed)
    assert "The station process ended." in application.notices.all[-1].text


def test_a_station_that_does_not_exist_is_refused_with_the_choices(tmp_path):
    with pytest.raises(UnknownNameError, match="simulated-single"):
        build_application(station="mars", data=tmp_path)


def test_the_application_loads_nothing_heavy():
    heavy = "torch mujoco pyarrow av scipy PySide6 cv2"
    code = (
        "import sys, lbm_studio.app.project; "
        f"print(*[name for name in '{heavy}'.split() if name in sys.modules])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (result.returncode, result.stdout.strip()) == (0, "")


@pytest.mark.parametrize("which", ["teach", "run"])
def test_a_goal_reaches_its_panel_once_it_is_typed_or_confirmed(application, which):
    goal = {"teach": application.teach_goal, "run": application.run_goal}[which]

    goal.typed("lift  the cup")

    view = {"teach": application.teach.view, "run": application.run.view}[which]
    assert (view.goal if which == "teach" else view.prompt) == "lift the cup"
    assert application.teach_goal.view.suggestions == ("lift the cup",)
    assert application.run_goal.view.suggestions == ("lift the cup",)


@pytest.mark.parametrize("which", ["teach", "run"])
def test_nothing_begins_towards_the_old_goal_while_another_one_is_offered(
    application, which, monkeypatch
):
    panel, goal = {
        "teach": (application.teach, application.teach_goal),
        "run": (application.run, application.run_goal),
    }[which]
    awaited = []
    monkeypatch.setattr(panel, "await_goal", awaited.append)

    for state in SpokenGoalState:
        goal.publish(SpokenGoalView(state, transcript="lift the cup"))

    assert awaited == [False, True, True, True, True, False, False]
