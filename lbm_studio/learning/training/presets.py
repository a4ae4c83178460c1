"""Whole settings of a training by name: everything but its data, its budget and its seed.

``compact`` learns on two CPU cores. ``pretrained`` is the same for many skills at once. ``lbm1`` is
TRI's LBM (arXiv 2507.05331, Tables I and II), for machines with large GPUs. What that paper leaves
open is chosen here: attention heads, sampling steps, and that the encoded diffusion step is added
to the condition. It differs in this: the look before this one lies as far back as a policy's own
looks do, hands are told in the frame of the station, and statistics of all looks are the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from lbm_studio.core.errors import UnknownNameError
from lbm_studio.learning.model.config import (
    EncoderKind,
    ModelConfig,
    ObjectiveKind,
    TextKind,
)
from lbm_studio.learning.training.spec import Augmentation, LossWeights, OptimiserConfig, TrainSpec


@dataclass(frozen=True)
class Preset:
    """Settings that belong together.

    Attributes:
        model: sizes.
        optimiser: how the weights are moved.
        weights: of the losses.
        augmentation: of the pictures.
        batch: frames that are looked at together.
        accumulation: how many batches make a step.
        noise_draws: noisy chunks made from each frame.
        head_share: share of the budget in which only the policy head learns.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    weights: LossWeights = field(default_factory=LossWeights)
    augmentation: Augmentation = field(default_factory=Augmentation)
    batch: int = 32
    accumulation: int = 1
    noise_draws: int = 4
    head_share: float = 0.35

    def applied_to(self, spec: TrainSpec) -> TrainSpec:
        """Return the training with these settings."""
        return replace(spec, **vars(self))


LBM1 = Preset(
    model=ModelConfig(
        objective=ObjectiveKind.DDIM,
        image_scale=1,
        encoder=EncoderKind.CLIP,
        geometry=False,
        observation_steps=2,
        text=TextKind.CLIP,
        prompt_words=77,
        condition_width=256,
        width=768,
        layers=8,
        heads=12,
        hidden=0,
        raw_width=0,
        raw_dropout=0.0,
        sample_steps=10,
        prompt_width=48,
    ),
    optimiser=OptimiserConfig(
        learning_rate=3e-4,
        encoder_fraction=1.0,
        backbone_fraction=0.1,
        final_fraction=1.0,
        average_decay=0.9999,
    ),
    weights=LossWeights(key_pose=0.0, heat_map=0.0, keypoint=0.0),
    augmentation=Augmentation(
        shift=0.0,
        brightness=(0.8, 1.2),
        contrast=(0.6, 1.4),
        saturation=(0.8, 1.2),
        hue=0.05,
        colour_offset=0.0,
    ),
    batch=320,
    accumulation=8,
    noise_draws=1,
    head_share=0.0,
)

PRESETS: Mapping[str, Preset] = {
    "compact": Preset(),
    "pretrained": Preset(
        model=ModelConfig(
            key_events=2,
            key_offsets_m=(-0.04, 0.04),
            camera_dropout=0.05,
            text=TextKind.MINILM,
        ),
        augmentation=Augmentation(brightness=(0.65, 1.3), colour_offset=0.08),
    ),
    "lbm1": LBM1,
}


def find_preset(name: str) -> Preset:
    """Return the preset of that name.

    Raises:
        UnknownNameError: there is none.
    """
    if name not in PRESETS:
        raise UnknownNameError("preset", name, PRESETS)
    return PRESETS[name]
