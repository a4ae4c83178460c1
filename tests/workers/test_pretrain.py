"""Pretraining goes through its stages once, however often it is started."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
import torch

from lbm_studio.app.trained import rollouts_of
from lbm_studio.core.errors import StudioError, UnknownNameError
from lbm_studio.core.paths import resources
from lbm_studio.core.runs import JobStatus, job_status, read_events, read_rollouts
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.evaluation.statistics import PromptFollowing, SuccessRate
from lbm_studio.learning.training.mixture import read_mixture
from lbm_studio.policy.manifest import read_manifest
from lbm_studio.station.simulation.catalogue import SKILLS
from lbm_studio.workers.pretrain import PretrainReport, PretrainSpec, pretrain
from tests.workers.checkpoints import TINY

MIXTURE = f"""
[[source]]
skills = ["put_cube_in_tray", "press_button"]
episodes = 2
station = "simulated-single"
weight = 1.0
frames_per_episode = 10

[training]
steps = 4
batch = 4
noise_draws = 2
threads = 1
[training.model]
image_scale = {TINY.image_scale}
encoder_widths = {list(TINY.encoder_widths)}
heat_maps = {TINY.heat_maps}
width = {TINY.width}
layers = {TINY.layers}
heads = {TINY.heads}

[rollouts]
trials = 1
time_limit_s = 0.5
"""


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture
def spec(tmp_path: Path) -> PretrainSpec:
    mixture = tmp_path / "small.toml"
    mixture.write_text(MIXTURE)
    return PretrainSpec(mixture, tmp_path / "run", processes=1)


@pytest.mark.slow
def test_what_is_missing_is_recorded_then_trained_on_and_rolled_out_and_nothing_is_done_twice(
    spec: PretrainSpec,
) -> None:
    said: list[str] = []

    report = pretrain(spec, said.append)
    events = len(list(read_events(spec.run)))
    again = pretrain(spec, said.append)

    stages = [sentence.partition(":")[0] for sentence in said]
    assert stages == ["record", "record", "train", "rollout", "rollout"]
    assert again == report
    assert len(list(read_events(spec.run))) == events
    assert report.skills is not None
    assert list(report.skills) == ["put_cube_in_tray", "press_button"]
    assert (report.steps, report.overall and report.overall.trials) == (4, 2)
    assert [line["skill"] for line in read_rollouts(spec.run)] == [*report.skills, ""]
    assert report.prompts == dict.fromkeys(report.skills, PromptFollowing.of(0, 0))
    assert report.prompts_overall == PromptFollowing.of(0, 0)
    (point,) = rollouts_of(spec.run)  # what the window shows
    assert (point.step, point.trials) == (4, 2)
    sources = read_manifest(spec.run).provenance["sources"]
    assert [(one["episodes"], one["frames"]) for one in sources] == [(1, 10), (1, 10)]
    assert job_status(spec.run) is JobStatus.DONE


@pytest.mark.slow
def test_it_can_be_stopped_in_any_stage_and_goes_on_even_where_only_weights_are_left(
    spec: PretrainSpec, tmp_path: Path
) -> None:
    asked = count()
    stopped = pretrain(spec, lambda _: None, lambda: next(asked) > 20)  # while recording
    assert stopped.stopped
    report = pretrain(spec, lambda _: None)
    elsewhere = replace(
        spec, run=tmp_path / "new", start_from=str(spec.run / "checkpoint"), goes_on=True
    )
    (tmp_path / "small.toml").write_text(MIXTURE.replace("steps = 4", "steps = 6"))

    after = pretrain(elsewhere, lambda _: None)

    assert (report.steps, after.steps) == (4, 6)
    recordings = [spec.run / "datasets", elsewhere.run / "datasets"]
    seeds = [
        [episode.metadata.seed for episode in Dataset.open(one / "press_button").episodes]
        for one in recordings
    ]
    assert seeds[0] == seeds[1]


def test_the_report_tells_of_each_skill_whether_it_succeeded_and_followed_its_prompt() -> None:
    rate, prompt = SuccessRate.of(5, 6), PromptFollowing.of(5, 0)
    skills = {"press_button": rate, "hand_over_bar": rate}
    report = PretrainReport("run", stopped=False, steps=9, skills=skills, overall=rate)
    prompts = {"press_button": prompt}

    looked = replace(report, prompts=prompts, prompts_overall=prompt)

    success = (
        "Pretrained for 9 steps (0 min) in run.\n"
        "press_button   83 % (5 of 6, between 36 and 100 %)\n"
        "hand_over_bar  83 % (5 of 6, between 36 and 100 %)\n"
        "all            83 % (5 of 6, between 36 and 100 %)"
    )
    assert report.in_words() == success
    assert looked.in_words() == success + (
        "\nPrompt followed:\n"
        "press_button  100 % (5 of 5 that reached any goal, between 48 and 100 %)\n"
        "all           100 % (5 of 5 that reached any goal, between 48 and 100 %)"
    )


def test_a_folder_that_was_begun_with_another_mixture_is_refused(spec: PretrainSpec) -> None:
    stopped = pretrain(spec, lambda _: None, lambda: True)
    spec.mixture.write_text(MIXTURE + "\n# more\n")

    assert stopped.stopped
    with pytest.raises(StudioError, match="was begun with another mixture"):
        pretrain(spec, lambda _: None)


def test_an_unknown_skill_is_refused_before_anything_is_made(spec: PretrainSpec) -> None:
    spec.mixture.write_text(MIXTURE.replace("press_button", "juggle"))

    with pytest.raises(UnknownNameError, match="There is no skill called “juggle”"):
        pretrain(spec, lambda _: None)

    assert not spec.run.exists()


def test_the_mixture_that_ships_names_every_skill_that_is_meant_for_pretraining() -> None:
    mixture = read_mixture(resources() / "pretraining.toml")

    assert set(mixture.recordings) == {skill.name for skill in SKILLS if skill.pretraining}
