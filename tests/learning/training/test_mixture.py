"""A mixture file is understood as a whole or refused in words."""

from dataclasses import replace
from pathlib import Path

import pytest

from lbm_studio.core.errors import StudioError
from lbm_studio.learning.training.mixture import Mixture, read_mixture
from lbm_studio.learning.training.presets import find_preset

GOOD = """
[[source]]
name = "lab"
datasets = ["lab/cups", "/data/plates"]
weight = 2.0
statistics = "lab robots"

[[source]]
skills = ["put_cube_in_tray", "stack_cubes"]
episodes = 150
seed = 1000
weight = 1.0
frames_per_episode = 30
skip_idle_start = true

[training]
steps = 5
[training.model]
key_events = 2
[training.optimiser]
learning_rate = 5e-4

[rollouts]
trials = 7
"""


def read(folder: Path, text: str) -> Mixture:
    file = folder / "mixture.toml"
    file.write_text(text)
    return read_mixture(file)


def test_a_mixture_becomes_a_training(tmp_path: Path) -> None:
    mixture = read(tmp_path, GOOD)

    spec = mixture.spec(tmp_path / "recorded", start_from="old")

    lab, tray, stack = spec.sources
    assert lab.datasets == (str(tmp_path / "lab/cups"), "/data/plates")
    assert (lab.weight, lab.statistics) == (2.0, "lab robots")
    assert tray.datasets == (str(tmp_path / "recorded" / "put_cube_in_tray"),)
    assert (stack.name, stack.frames_per_episode, stack.skip_idle_start) == (
        "stack_cubes",
        30,
        True,
    )
    assert (mixture.recordings["stack_cubes"].episodes, mixture.rollouts.trials) == (150, 7)
    assert mixture.recordings.keys() == {"put_cube_in_tray", "stack_cubes"}
    assert (spec.steps, spec.minutes, spec.start_from) == (5, None, "old")
    assert (spec.model.key_events, spec.optimiser.learning_rate) == (2, 5e-4)


def test_a_preset_is_changed_only_where_the_file_says_so(tmp_path: Path) -> None:
    text = 'preset = "pretrained"\n' + SOURCE + "[training.model]\nwidth = 96\n"

    spec = read(tmp_path, text).spec(tmp_path)

    preset = find_preset("pretrained")
    assert spec.model == replace(preset.model, width=96)
    assert spec.augmentation == preset.augmentation


SOURCE = '[[source]]\nname = "a"\ndatasets = ["a"]\n'


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "names no [[source]]"),
        ("[[source", "cannot be read"),
        ("[data]\n" + SOURCE, "no key of a mixture called “data”. Choose one of: preset, source"),
        ('preset = "huge"\n' + SOURCE, "no preset called “huge”. Choose one of: compact, pretr"),
        (
            SOURCE + "wieght = 1.0",
            "no key of a source called “wieght”. Choose one of: name, weight",
        ),
        (SOURCE + "weight = 0.0", "The weight of the source “a” must be more than 0"),
        (SOURCE + 'weight = "much"', "should be of type float, not str"),
        ('[[source]]\nskills = ["s"]\nname = "b"', "no key of a simulated source called “name”"),
        ('[[source]]\nskills = ["s"]', "episodes is missing"),
        ('[[source]]\nskills = ["s"]\nepisodes = 0', "at least one episode"),
        ('[[source]]\ndatasets = ["a"]', "needs a name"),
        ('[[source]]\nname = "a"', "Name at least one dataset for the source “a”"),
        (SOURCE + SOURCE, "Two sources are called “a”"),
        (SOURCE + 'weight = 1.0\n[[source]]\nname="b"\ndatasets = ["b"]', "“b” has none"),
        (SOURCE + "[training]\nminuets = 5", "no key of [training] called “minuets”"),
        (SOURCE + '[training]\ndatasets = ["b"]', "no key of [training] called “datasets”"),
        (SOURCE + "[training.model]\nlayer = 2", "no key of [training.model] called “layer”"),
        (SOURCE + "[training]\nbatch = 0", "must be at least 1"),
        (SOURCE + "[training]\nmodel = 3", "[training.model] should be a table"),
        (SOURCE + "[rollouts]\ntrails = 3", "no key of [rollouts] called “trails”"),
    ],
)
def test_what_nobody_understands_is_refused_in_words(
    text: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(StudioError) as caught:
        read(tmp_path, text)

    assert sentence in str(caught.value)
    assert str(tmp_path) in str(caught.value)
