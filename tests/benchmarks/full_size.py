"""A preset at its full size: one look at random pictures, one chunk, one loss with its gradient.

Run with ``python -m tests.benchmarks.full_size [preset] [--pretrained FOLDER]``: it prints how many
parameters each part has, and how long each thing takes. ``lbm1`` needs 6 GB of memory.
"""

# ruff: noqa: T201  (it is started by hand, to be read)

import argparse
import time
from collections.abc import Callable
from typing import TypeVar

import torch
from torch import Tensor, nn

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.pose import Pose
from lbm_studio.learning.model.config import ModelConfig, TextKind
from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.prompt import SPECIAL_WORDS, build_reader
from lbm_studio.learning.training.presets import find_preset
from lbm_studio.station.simulation.embodiments import find_station

STATION = "simulated"
PROMPT = "put the red cube in the blue tray"

T = TypeVar("T")


def main(preset: str, pretrained: str) -> None:
    """Print the table."""
    torch.manual_seed(0)
    config, embodiment = find_preset(preset).model, find_station(STATION).embodiment
    built = "built", lambda: LargeBehaviorModel(config, embodiment, len(SPECIAL_WORDS))
    print(preset)
    network = _timed(*built)
    print(f"{_millions(network)} parameters:")
    for name, part in network.named_children():
        print(f"  {name:<12}{_millions(part)}")
    for remark in network.load_pretrained(pretrained):
        print(remark)
    _act(network.eval(), config, embodiment)


def _act(network: LargeBehaviorModel, config: ModelConfig, embodiment: Embodiment) -> None:
    images = [_pictures(embodiment, group, config) for group in network.groups]
    words = _words(config)
    hand = torch.tensor(Pose.identity().as_vector()).repeat(len(embodiment.arms))
    state = torch.cat([hand, torch.zeros(len(embodiment.arms))]).float()
    states = state.repeat(config.observation_steps, 1)
    proprio = network.proprioception(states)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        sight = _timed("looked", lambda: network.look(images, words))
        told = _timed("condition", lambda: network.condition(sight, states, proprio))
        chunk = _timed("chunk", lambda: network.head.sample(told, sight.slots, generator))
    print(f"condition {tuple(told.shape)}, chunk {tuple(chunk.shape)}")

    def descend() -> None:
        sight = network.look(images, words)
        told = network.condition(sight, states, proprio)
        network.head.loss(told, sight.slots, chunk, generator, 1).backward()

    _timed("loss and gradient", descend)


def _pictures(embodiment: Embodiment, group: tuple[int, ...], config: ModelConfig) -> Tensor:
    camera = embodiment.cameras[group[0]]
    size = (camera.height_px // config.image_scale, camera.width_px // config.image_scale)
    return torch.rand(config.observation_steps, len(group), 3, *size) - 0.5


def _words(config: ModelConfig) -> Tensor:
    """Return the prompt; spelled for CLIP, whose tokeniser may be out of reach."""
    known = SPECIAL_WORDS if config.text is TextKind.WORDS else ()
    return build_reader(config.text, known).encode([PROMPT], config.prompt_words)


def _millions(part: nn.Module) -> str:
    return f"{sum(p.numel() for p in part.parameters()) / 1e6:9.2f} M"


def _timed(what: str, call: Callable[[], T]) -> T:
    began_s = time.perf_counter()
    result = call()
    print(f"{what}: {time.perf_counter() - began_s:.2f} s")
    return result


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("preset", nargs="?", default="lbm1")
    parser.add_argument("--pretrained", default="", help="file or folder of weights")
    options = parser.parse_args()
    main(options.preset, options.pretrained)
