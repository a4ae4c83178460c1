import json
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core import keys
from lbm_studio.core.embodiment import StationDescription
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.statistics import (
    QUANTILES,
    FeatureStatistics,
    ImageSampler,
    merge,
    merge_all,
    of_values,
)
from lbm_studio.episodes.writer import DatasetWriter
from tests.episodes.recordings import record_episode


def test_values_are_described_per_dimension() -> None:
    values = np.random.default_rng(0).normal(size=(500, 3)) * [1.0, 2.0, 3.0]

    found = of_values(values)

    assert found.count == 500
    np.testing.assert_allclose(found.values["std"], values.std(axis=0))
    np.testing.assert_allclose(found.values["q10"], np.quantile(values, 0.1, axis=0))


def test_truth_values_are_described_as_numbers() -> None:
    found = of_values(np.array([True, False, False, True]))

    assert found.values["mean"].tolist() == [0.5]
    assert found.values["max"].tolist() == [1.0]


def test_merging_gives_the_moments_of_all_samples() -> None:
    random = np.random.default_rng(1)
    parts = [random.normal(k, 1 + k, size=(20 * (k + 1), 2)) for k in range(4)]
    together = np.concatenate(parts)

    merged = merge_all({"action": of_values(part)} for part in parts)["action"]

    assert merged.count == len(together)
    np.testing.assert_allclose(merged.values["mean"], together.mean(axis=0))
    np.testing.assert_allclose(merged.values["std"], together.std(axis=0))
    np.testing.assert_allclose(merged.values["min"], together.min(axis=0))


def test_merged_quantiles_are_bounds() -> None:
    low, high = of_values(np.arange(10.0)), of_values(np.arange(100.0, 110.0))

    merged = merge(low, high).values

    assert merged["q50"][0] == low.values["q50"][0]
    assert merged["q90"][0] == high.values["q90"][0]


def test_pictures_are_described_per_colour_between_0_and_1() -> None:
    image = np.zeros((64, 64, 3), np.uint8)
    image[:, 32:, 0] = 255
    image[..., 1] = 51
    sampler = ImageSampler()
    sampler.add(image)

    found = sampler.statistics()

    assert found.count == 256
    np.testing.assert_allclose(found.values["mean"], [0.5, 0.2, 0.0])
    np.testing.assert_allclose(found.values["std"], [0.5, 0.0, 0.0], atol=1e-9)
    np.testing.assert_allclose(found.values["max"], [1.0, 0.2, 0.0])
    np.testing.assert_allclose(found.values["q10"], [0.0, 0.2, 0.0])


@pytest.mark.parametrize("is_image", [False, True])
def test_what_is_written_is_read_back(is_image: bool) -> None:
    found = of_values(np.random.default_rng(2).normal(size=(30, 3)))

    again = FeatureStatistics.from_record(found.as_record(is_image=is_image))

    assert again.count == 30
    for name in ("min", "max", "mean", "std", *QUANTILES):
        np.testing.assert_allclose(again.values[name], found.values[name])


def test_a_dataset_tells_the_statistics_of_all_its_episodes(
    recorded: Path, station: StationDescription
) -> None:
    with DatasetWriter.open(recorded, station) as writer:
        record_episode(writer, station, seed=3)
    dataset = Dataset.open(recorded)
    actions = np.concatenate([dataset.vectors(index).actions for index in range(4)])

    told = json.loads((recorded / "meta/stats.json").read_text())

    np.testing.assert_allclose(told[keys.ACTION]["mean"], actions.mean(axis=0), atol=1e-6)
    assert told[keys.ACTION]["count"] == [48]


def test_statistics_left_behind_by_a_kill_are_merged_anew(
    recorded: Path, station: StationDescription
) -> None:
    path = recorded / "meta/stats.json"
    whole = path.read_text()
    path.write_text(whole.replace("[36]", "[24]"))

    with DatasetWriter.open(recorded, station) as writer:
        record_episode(writer, station, seed=3)

    assert json.loads(path.read_text())[keys.INDEX]["count"] == [48]
