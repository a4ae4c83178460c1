from pathlib import Path

import pytest

from lbm_studio.app.review_panel import ReviewPanel
from lbm_studio.app.views.quality import QualityState
from lbm_studio.core.codec import to_json
from lbm_studio.episodes.quality.report import check_datasets
from tests.app.fakes import FakeProgramRun
from tests.app.recordings import shelf_with
from tests.core.stations import make_station
from tests.episodes.quality.demonstrations import (
    Demonstration,
    sound_takes,
    write_demonstrations,
)


@pytest.fixture
def checks():
    return FakeProgramRun()


@pytest.fixture
def path(tmp_path) -> Path:
    takes = [*sound_takes(3), Demonstration(idle=16, ticks=36)]
    path = tmp_path / "datasets" / "lift"
    write_demonstrations(path, make_station("right", "left"), takes)
    return path


@pytest.fixture
def panel(path, background, program, checks, exports, notices):
    panel = ReviewPanel(shelf_with(path.parent), background, program, checks, exports, notices)
    panel.refresh()
    return panel


def check(panel, checks, path):
    panel.quality.check()
    checks.end(to_json(check_datasets([path])))
    panel.poll(0)


def test_a_check_runs_beside_the_window_and_brings_findings(panel, checks, path):
    assert panel.quality.view.state is QualityState.UNCHECKED
    panel.quality.check()
    assert panel.quality.view.state is QualityState.CHECKING
    assert checks.started == [("check", str(path))]

    checks.end(to_json(check_datasets([path])))
    panel.poll(0)

    view = panel.quality.view
    assert view.state is QualityState.CHECKED
    assert view.sentence == "1 of the findings are worth a look before training."
    assert [(row.severity, row.kind, row.can_fix) for row in view.findings] == [
        ("doubt", "idle start", True),
        ("hint", "ranges", False),
    ]


def test_a_finding_leads_to_its_episode_and_its_fix_is_an_edit(panel, checks, path):
    check(panel, checks, path)
    finding = panel.quality.view.findings[0]

    panel.show_episode(finding.uuid)
    panel.quality.fix(finding.number)

    assert panel.view.selected == 3
    assert panel.view.kept == (18, 35)
    assert panel.quality.view.findings[0].is_fixed
    panel.edit.undo()
    assert panel.view.kept == (0, 35)


def test_what_cannot_be_fixed_or_checked_is_refused(panel, checks, path, said):
    panel.quality.fix(0)
    panel.show_episode("nobody")
    panel.quality.check()
    panel.quality.check()

    assert len(said()) == 3


def test_a_check_that_fails_says_why_and_another_dataset_has_no_findings(
    panel, checks, path, tmp_path
):
    panel.quality.check()
    checks.end(None, "The disk is full.")
    panel.poll(0)
    assert panel.quality.view.sentence == "The check did not work: The disk is full."

    check(panel, checks, path)
    other = tmp_path / "datasets" / "other"
    write_demonstrations(other, make_station("right", "left"), sound_takes(2))
    panel.open_dataset(str(other))

    assert panel.quality.view.findings == ()
