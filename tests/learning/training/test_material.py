"""Sources of several shapes are mixed, each with statistics of its own, or refused in words."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.errors import DatasetError, StudioError
from lbm_studio.core.pose import Pose
from lbm_studio.core.runs import EventKind, JobStatus, read_events
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.edits.change import Change, EditField
from lbm_studio.episodes.edits.log import EditLog
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.learning.model.network import image_groups
from lbm_studio.learning.model.prompt import Vocabulary
from lbm_studio.learning.training.batches import BatchMaker
from lbm_studio.learning.training.material import Material, load_material
from lbm_studio.learning.training.samples import EpisodeReference, Samples, load_samples
from lbm_studio.learning.training.source import Source
from lbm_studio.learning.training.spec import TrainSpec
from lbm_studio.learning.training.views import view_dataset
from lbm_studio.policy.manifest import read_manifest
from lbm_studio.workers.train import prepare_run, train
from tests.learning.conftest import body, small_config
from tests.learning.training.conftest import station, write_episode

FOREIGN = Path(__file__).parents[2] / "data" / "lerobot_v3_fixture"


def without_wrist_camera(embodiment: Embodiment) -> Embodiment:
    kept = tuple(camera for camera in embodiment.cameras if camera.arm is None)
    return replace(embodiment, name="bench", cameras=kept)


def of_another_size(embodiment: Embodiment) -> Embodiment:
    sizes = [
        replace(c, width_px=2 * c.width_px, height_px=2 * c.height_px) for c in embodiment.cameras
    ]
    return replace(embodiment, name="imported", cameras=tuple(sizes))


def moved_camera(embodiment: Embodiment) -> Embodiment:
    first, *others = embodiment.cameras
    pose = Pose(first.pose.position + 0.2, first.pose.rotation)
    return replace(embodiment, cameras=(replace(first, pose=pose), *others))


def renamed_cameras(embodiment: Embodiment) -> Embodiment:
    renamed = tuple(replace(c, name=f"other_{c.name}") for c in embodiment.cameras)
    return replace(embodiment, cameras=renamed)


def renamed_arm(embodiment: Embodiment) -> Embodiment:
    arm = replace(embodiment.arms[0], name="left")
    scenes = tuple(camera for camera in embodiment.cameras if camera.arm is None)
    return replace(embodiment, arms=(arm,), cameras=scenes)


def record(path: Path, embodiment: Embodiment, reach_m: float, rate_hz: int = 5) -> Path:
    described = replace(station(embodiment), name=embodiment.name)
    generator = np.random.default_rng(0)
    with DatasetWriter.open(path, described, rate_hz=rate_hz) as writer:
        for _ in range(4):
            place = np.append(generator.uniform(-reach_m, reach_m, 2), 0.02)
            write_episode(writer, embodiment, place)
    return path


@pytest.fixture
def mixed(dataset: Path, tmp_path: Path) -> TrainSpec:
    """A simulated source, one without a wrist camera, and one of larger pictures at 30 Hz."""
    bench = record(tmp_path / "bench", without_wrist_camera(body(1)), 0.3)
    imported = record(tmp_path / "imported", of_another_size(body(1)), 0.02, rate_hz=30)
    return TrainSpec(
        sources=(
            Source("simulated", (str(dataset),), weight=2.0),
            Source("bench", (str(bench),), weight=1.0),
            Source("imported", (str(imported),), weight=1.0, frames_per_episode=1),
        ),
        minutes=None,
        steps=3,
        batch=6,
        accumulation=2,
        noise_draws=2,
        remembered_views=3,
        threads=1,
        model=replace(small_config(), camera_dropout=0.2),
    )


def load(spec: TrainSpec, run: Path) -> Material:
    run.mkdir()
    return load_material(spec, run, nobody_listens, None)


def nobody_listens(done: int, total: int) -> None:
    pass


def test_a_mixture_of_three_shapes_trains(mixed: TrainSpec, tmp_path: Path) -> None:
    run = tmp_path / "run"
    prepare_run(run, mixed)

    status = train(run)

    manifest = read_manifest(run)
    described = {one["name"]: one for one in manifest.provenance["sources"]}
    told = [e.data["text"] for e in read_events(run) if e.kind is EventKind.MESSAGE]
    assert status is JobStatus.DONE
    assert list(manifest.statistics) == ["test", "bench", "imported"]
    assert (described["imported"]["episodes"], described["imported"]["frames"]) == (3, 3)
    assert any("has no camera wrist_right" in text for text in told)
    assert np.isfinite(manifest.metrics["localisation_median_cm.bench"])
    assert 0 <= manifest.provenance["waiting_share"] < 1


def test_no_sample_is_scaled_with_the_statistics_of_another_source(
    mixed: TrainSpec, tmp_path: Path
) -> None:
    material = load(mixed, tmp_path / "run")
    samples, names = material.training, list(material.statistics)
    source = samples.source[samples.episode]

    batch = maker(material).random(200, np.random.default_rng(0))
    scaled = material.normalisers.of(batch.statistics).actions.normalise(batch.chunks)

    for row in range(200):
        where = np.flatnonzero((samples.chunks == batch.chunks[row].numpy()).all((1, 2)))
        own = {names[number] for number in source[where]}
        normaliser = material.statistics[names[int(batch.statistics[row])]].normaliser
        assert names[int(batch.statistics[row])] in own
        torch.testing.assert_close(scaled[row], normaliser.actions.normalise(batch.chunks[row]))
    reach = [one.normaliser.actions.half_range[-1, 0] for one in material.statistics.values()]
    assert len({float(one) for one in reach}) == len(names)


def test_batches_draw_by_the_weight_of_a_source_and_say_what_is_missing(
    mixed: TrainSpec, tmp_path: Path
) -> None:
    material = load(mixed, tmp_path / "run")

    batch = maker(material).random(2000, np.random.default_rng(0))

    shares = np.bincount(batch.statistics.numpy()) / 2000
    np.testing.assert_allclose(shares, [0.5, 0.25, 0.25], atol=0.04)
    wrist = body(1).camera_names.index("wrist_right")
    bench = batch.statistics == 1
    assert not batch.present[bench, wrist].any()
    assert batch.present[~bench].all()
    assert not batch.usable[bench, wrist].any()


def maker(material: Material) -> BatchMaker:
    groups = image_groups(material.embodiment)
    return BatchMaker(material.training, groups, Vocabulary(), words=4, weights=[2.0, 1.0, 1.0])


def test_pictures_of_another_size_and_rate_show_the_same(tmp_path: Path) -> None:
    plain = record(tmp_path / "plain", body(1), 0.1)
    imported = record(tmp_path / "imported", of_another_size(body(1)), 0.1, rate_hz=30)

    expected, read = (
        read_all(path, tmp_path / f"cache of {path.name}") for path in (plain, imported)
    )

    assert read.step.tolist() == [0, 1] * 4  # every sixth of eight frames
    for one, other in zip(expected.images, read.images, strict=True):
        difference = one[expected.step < 2].astype(int) - other.astype(int)
        assert np.abs(difference).mean() < 1.5
    np.testing.assert_allclose(read.states[0::2], expected.states[expected.step == 0], atol=1e-6)


def read_all(path: Path, folder: Path) -> Samples:
    opened = Dataset.open(path)
    views = view_dataset(opened, body(1))
    episodes = [EpisodeReference(opened, e.index, ("look",), views) for e in opened.episodes]
    return load_samples(
        episodes,
        body(1),
        config=small_config(),
        folder=folder,
        progress=nobody_listens,
        workers=1,
    )


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (renamed_arm, "its action convention is left / "),
        (moved_camera, "“scene_0” stands elsewhere or has another field of view"),
        (renamed_cameras, "it has none of the cameras scene_0, scene_1, wrist_right"),
    ],
)
def test_what_would_teach_something_wrong_is_refused_in_words(
    change: Callable[[Embodiment], Embodiment], sentence: str, dataset: Path, tmp_path: Path
) -> None:
    other = record(tmp_path / "other", change(body(1)), 0.1)
    sources = (Source("one", (str(dataset),)), Source("other", (str(other),)))

    with pytest.raises(DatasetError) as caught:
        load(TrainSpec(sources=sources), tmp_path / "run")

    assert sentence in str(caught.value)
    assert str(other) in str(caught.value)


def test_a_rate_that_does_not_divide_is_refused_in_words(dataset: Path, tmp_path: Path) -> None:
    other = record(tmp_path / "other", body(1), 0.1, rate_hz=8)
    sources = (Source("one", (str(dataset),)), Source("other", (str(other),)))

    with pytest.raises(DatasetError, match=r"8 Hz cannot be used for a policy at 5 Hz"):
        load(TrainSpec(sources=sources), tmp_path / "run")


def test_what_another_program_recorded_is_refused_while_nobody_says_how_to_read_it(
    dataset: Path, tmp_path: Path
) -> None:
    sources = (Source("one", (str(dataset),)), Source("foreign", (str(FOREIGN),)))

    with pytest.raises(DatasetError, match="does not say which station it was recorded on"):
        load(TrainSpec(sources=sources), tmp_path / "run")


def test_datasets_and_sources_together_are_refused(dataset: Path) -> None:
    with pytest.raises(StudioError, match="or sources, but not both"):
        TrainSpec(datasets=(str(dataset),), sources=(Source("one", (str(dataset),)),))


def test_what_would_ruin_the_training_is_refused_once_and_not_when_it_is_taken_up_again(
    dataset: Path, tmp_path: Path
) -> None:
    spec = TrainSpec(datasets=(str(dataset),), minutes=None, steps=1, model=small_config())
    load(spec, tmp_path / "begun")
    embodiment = body(1)
    with DatasetWriter.open(dataset, station(embodiment)) as writer:
        write_episode(writer, embodiment, np.array([9.0, 0.0, 0.02]))

    load_material(spec, tmp_path / "begun", nobody_listens, None)

    with pytest.raises(DatasetError, match="Episode 5: the right hand is 9 m away"):
        load(spec, tmp_path / "new")


def test_what_is_doubtful_is_told_once_for_each_kind(dataset: Path, tmp_path: Path) -> None:
    spec = TrainSpec(datasets=(str(dataset),), minutes=None, steps=1, model=small_config())
    edge = "hand is at the edge of its workspace for 50% of the take. (4 more of this kind.)"
    assert [edge in remark for remark in load(spec, tmp_path / "before").remarks] == [True]
    first, second = (e.metadata.uuid for e in Dataset.open(dataset).episodes[:2])

    EditLog(dataset).apply(
        Change(first, EditField.GOAL, "Put the red cube down!"),
        Change(second, EditField.GOAL, "put the  red cube down"),
    )

    assert load(spec, tmp_path / "after").remarks[-1] == (
        "Episodes 0, 1 spell “put the red cube down” in another way."
    )
