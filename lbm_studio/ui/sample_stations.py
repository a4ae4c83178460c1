"""Snapshots of the Station panel and of the sheet on which a station is edited."""

from dataclasses import replace

from lbm_studio.app.notices import Level
from lbm_studio.app.safety_card import LimitCounts, limit_rows, slowed_words
from lbm_studio.app.views.station import (
    HealthRow,
    StationChoice,
    StationPanelState,
    StationView,
    Step,
    StepState,
)
from lbm_studio.app.views.station_editor import (
    CameraSlot,
    EditorField,
    EditorPage,
    EditorSection,
    StationEditorView,
)
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.safety import Limit
from lbm_studio.ui.sample_views import TITLES, Situation

CHOICES = (
    StationChoice(
        "simulated", "Simulated station", "Two arms and six cameras, with nothing attached."
    ),
    StationChoice("simulated-single", "Simulated, one arm", "One arm and two cameras."),
    StationChoice(
        "bench",
        "Bench at the window",
        "2 FR3 arms at 172.16.0.2, 172.16.0.3, 6 cameras. Real arms move.",
        is_file=True,
        is_real=True,
    ),
)
LOGS = "/home/lab/.local/share/lbm-studio/logs"


def station(situation: Situation) -> StationView:
    """Return the Station panel."""
    state = {
        Situation.EMPTY: StationPanelState.DISCONNECTED,
        Situation.BUSY: StationPanelState.CONNECTING,
        Situation.ERROR: StationPanelState.CONNECTED,
        Situation.FULL: StationPanelState.CONNECTED,
    }[situation]
    view = StationView(state, CHOICES, "simulated", log_folder=LOGS)
    if situation is Situation.BUSY:
        return replace(view, steps=_steps(), progress=0.5, progress_sentence="Cameras: 4 of 6.")
    if situation is Situation.EMPTY:
        return replace(view, log_folder="")
    return replace(
        view,
        health=_health(situation),
        can_test_stop=situation is Situation.FULL,
        stop_test_sentence=("Stop: 1.8 ms, arms seen at rest after 104 ms, measured today 14:02."),
        stop_test_level=Level.GOOD,
        hardware_stop="unknown",
        limits=limit_rows(SafetyCard(), _limit_counts(situation)),
        limits_sentence=slowed_words(41, 340),
    )


def _limit_counts(situation: Situation) -> LimitCounts:
    counts = LimitCounts()
    counts.acted.update({Limit.LINEAR_SPEED: 38, Limit.WORKSPACE: 3, Limit.JOINT_SPEED: 1})
    if situation is Situation.ERROR:
        counts.acted[Limit.FORCE] = 1
    return counts


def station_real() -> StationView:
    """Return the Station panel with real arms to be connected."""
    undo = "the changes to “Bench at the window”"
    return StationView(StationPanelState.DISCONNECTED, CHOICES, "bench", undo_sentence=undo)


def station_failed() -> StationView:
    """Return the Station panel when an arm is held by somebody else."""
    done, failed, ahead = StepState.DONE, StepState.FAILED, StepState.AHEAD
    return replace(
        station_real(),
        state=StationPanelState.FAILED,
        progress_sentence=(
            "The station process ended. The right arm at 172.16.0.2 is busy: another program "
            "holds it. End that program, then connect again."
        ),
        steps=(
            Step("Station process: runs.", done),
            Step("Arms: taking hold of the arms.", failed),
            Step("Cameras: to be started.", ahead),
        ),
    )


def station_in_reflex() -> StationView:
    """Return the Station panel when an arm has hit something, and its stop is pressed."""
    reflex = HealthRow(
        "Right arm",
        Level.BAD,
        "The right arm is in reflex: something pushed against a joint. Move it free by hand, "
        "then press Recover.",
        can_recover=True,
    )
    left = HealthRow("Left arm", Level.WARN, "The right arm is in reflex. Hold Reset to go on.")
    rows = (reflex, left, *_health(Situation.FULL)[2:])
    view = station(Situation.FULL)
    return replace(view, chosen="bench", health=rows, hardware_stop="pressed", can_test_stop=False)


def station_stop_failed() -> StationView:
    """Return the Station panel when the stop did not answer before a connection."""
    trouble = (
        "The stop was not acknowledged within 50 ms. Close other programs and try again; while it "
        "stays so, do not use this station."
    )
    done = (*_steps()[:2], Step("Cameras: 6 of 6.", StepState.DONE))
    return StationView(
        StationPanelState.FAILED,
        CHOICES,
        "simulated",
        steps=(*done, Step("Stop: testing it.", StepState.FAILED)),
        progress_sentence=f"Not connected: {trouble}",
        stop_test_sentence=trouble,
        stop_test_level=Level.BAD,
    )


def station_editor(*, with_problems: bool = False) -> StationEditorView:
    """Return the sheet on which a station is edited."""
    problem = "This is another arm's too." if with_problems else ""
    arms = EditorPage(
        "Arms",
        (
            EditorSection("Right arm", _arm_fields(0, "172.16.0.2")),
            EditorSection("Left arm", _arm_fields(1, "172.16.0.2", problem)),
        ),
        has_problem=with_problems,
    )
    slots = (
        CameraSlot(TITLES[0], "RealSense, 840412060011.", True),
        CameraSlot(TITLES[1], "RealSense, 840412060418.", True),
        *(CameraSlot(title, "No GenICam camera chosen yet.", False) for title in TITLES[2:]),
    )
    return StationEditorView(
        is_open=True,
        name="bench",
        path="/home/lab/.local/share/lbm-studio/stations/bench.toml",
        pages=(_station_page(), arms, _limits_page()),
        cameras=slots,
        sentence="Mend what is marked, then save." if with_problems else "",
        has_problem=with_problems,
        can_save=not with_problems,
    )


def _steps() -> tuple[Step, ...]:
    return (
        Step("Station process: runs.", StepState.DONE),
        Step("Arms: 2 of 2.", StepState.DONE),
        Step("Cameras: 4 of 6.", StepState.UNDER_WAY),
        Step("Stop: to be tested.", StepState.AHEAD),
    )


def _health(situation: Situation) -> tuple[HealthRow, ...]:
    good = (
        HealthRow("Right arm", Level.GOOD, "Ready, holding still, 2 ms, gripper 80 mm."),
        HealthRow("Left arm", Level.GOOD, "Ready, holding still, 2 ms, gripper 42 mm."),
        HealthRow("Cameras", Level.GOOD, "All 6 live, 10 a second, 0.12 s old at most."),
        HealthRow("Loop", Level.GOOD, "10 of 10 Hz, 99 of 100 ticks at most 4 ms late."),
        HealthRow("Stop", Level.GOOD, "Ready; its process watches too."),
        HealthRow("Recorder", Level.GOOD, "Recording works."),
        HealthRow("Clock", Level.GOOD, "One clock for all."),
        HealthRow("Calibration", Level.GOOD, "6 calibrations, the oldest 3 days ago."),
    )
    if situation is Situation.FULL:
        return good
    cameras_row = HealthRow(
        "Cameras",
        Level.WARN,
        "“scene left” has delivered no picture for 2.4 s.",
        restart="renderer",
    )
    stop_row = HealthRow("Stop", Level.BAD, "Stopped by Esc. Hold Reset for a second.")
    return (*good[:2], cameras_row, good[3], stop_row, *good[5:7])


def _station_page() -> EditorPage:
    return EditorPage(
        "Station",
        (
            EditorSection(
                "",
                (
                    EditorField("title", "Title", "Bench at the window"),
                    EditorField("name", "Name of the file", "bench"),
                    EditorField("realtime", "Insist on a real-time kernel", "yes", is_flag=True),
                ),
            ),
        ),
    )


def _arm_fields(index: int, address: str, problem: str = "") -> tuple[EditorField, ...]:
    at = f"arms[{index}]"
    return (
        EditorField(f"{at}.address", "Address of its control box", address, problem=problem),
        EditorField(f"{at}.base.position_m", "Base at x, y, z", "-0.5, 0.32, 0", "m"),
        EditorField(f"{at}.base.rotation", "Base turned about x, y, z", "0, 0, 0", "°"),
        EditorField(
            f"{at}.home_joints_rad",
            "Joints at rest",
            "5.79, -36.84, 9.22, -148.05, 5.96, 111.5, 56.04",
            "°",
            is_wide=True,
        ),
        EditorField(f"{at}.gripper_max_width_m", "Gripper opens", "80", "mm"),
    )


def _limits_page() -> EditorPage:
    limits = (
        ("Speed of a hand", "0.4", "m/s"),
        ("Turning speed of a hand", "90", "°/s"),
        ("Workspace from x, y, z", "-0.375, -0.7, 0.015", "m"),
        ("Workspace to x, y, z", "0.2, 0.7, 0.9", "m"),
        ("Hands apart by", "0.08", "m"),
        ("Arms apart by", "0.01", "m"),
        ("Arms above the table by", "0.01", "m"),
        ("Joints short of their ends by", "2.86", "°"),
        ("Elbow at most", "-35", "°"),
        ("Speed of a joint", "90", "%"),
        ("Force of an arm", "60", "N"),
        ("Torque of a hand", "15", "N m"),
        ("Hand off its target by", "0.12", "m"),
        ("Hand turned off it by", "34.38", "°"),
        ("Jump of a target", "0.25", "m"),
        ("Turn of a target at once", "85.94", "°"),
        ("Late policy: hold after", "0.25", "s"),
        ("Late policy: stop after", "1", "s"),
        ("Age of pictures", "0.5", "s"),
        ("Dead-man let go after", "0.3", "s"),
        ("Silent window: stop after", "0.5", "s"),
    )
    sections = tuple(
        EditorSection(
            "",
            tuple(EditorField(f"safety.{n}", n, text, u) for n, text, u in limits[at : at + 7]),
        )
        for at in range(0, len(limits), 7)
    )
    return EditorPage("Limits", sections)
