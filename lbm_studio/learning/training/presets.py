"""Whole settings of a training by name: everything but its data, its budget and its seed.

``compact`` learns on two CPU cores. ``pretrained`` is the same for many skills at once, and how a
checkpoint, which keeps its own network, learns one more. ``lbm1`` is
TRI's LBM (arXiv 2507.05331, Tables I and II), for machines with large GPUs. What that paper leaves
open is chosen here: attention heads, sampling steps, and that the encoded diffusion step is added
to the condition. It differs in this: the look before this one lies as far back as a policy's own
looks do, hands are told in the frame of the station, and statistics of all looks are the same.

Variants are ``pretrained`` with one thing changed, so that it can be measured what that is worth.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

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
        remembered_views: how often a frame is looked at for that, most, where there are few.
    """

    model: ModelConfig = field(default_factory=ModelConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    weights: LossWeights = field(default_factory=LossWeights)
    augmentation: Augmentation = field(default_factory=Augmentation)
    batch: int = 32
    accumulation: int = 1
    noise_draws: int = 4
    head_share: float = 0.35
    remembered_views: int = 1

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
        fine_tuning_fraction=1 / 15,
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

PRETRAINED = Preset(
    model=ModelConfig(
        key_events=2,
        key_offsets_m=(-0.04, 0.04),
        camera_dropout=0.05,
        text=TextKind.MINILM,
        sample_spread=0.3,
    ),
    weights=LossWeights(paraphrase=0.1),
    augmentation=Augmentation(brightness=(0.65, 1.3), colour_offset=0.08),
    noise_draws=1,
    remembered_views=4,
)

DEFAULT_PRESET = "compact"
REFERENCE_PRESET = "pretrained"
"""What the policy that ships is trained and fine-tuned with, and variants are compared with."""

PRESETS: Mapping[str, Preset] = {
    DEFAULT_PRESET: Preset(),
    REFERENCE_PRESET: PRETRAINED,
    "lbm1": LBM1,
}


@dataclass(frozen=True)
class Variant:
    """The reference with one thing changed.

    Attributes:
        name: also of the preset that it is.
        words: what is different.
        changes: the fields that are, by part of the preset.
    """

    name: str
    words: str
    changes: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])

    @property
    def preset(self) -> Preset:
        """All settings."""
        preset = PRESETS[REFERENCE_PRESET]
        parts = {
            part: replace(getattr(preset, part), **fields) for part, fields in self.changes.items()
        }
        return replace(preset, **parts)


@dataclass(frozen=True)
class Choice:
    """Something that could be done otherwise.

    Attributes:
        name: what it is.
        reference: how it is done, in words.
        variants: how else it could be done.
    """

    name: str
    reference: str
    variants: tuple[Variant, ...]


REFERENCE = Variant("reference", "as the policy that ships is trained")
CHOICES = (
    Choice(
        "Action head",
        "flow matching",
        (
            Variant("ddim", "DDIM diffusion", {"model": {"objective": ObjectiveKind.DDIM}}),
            Variant(
                "tokens",
                "a word for each number, as RT-1 and RT-2",
                {"model": {"objective": ObjectiveKind.TOKENS}},
            ),
            Variant(
                "regression",
                "the chunk in one call, as ACT",
                {"model": {"objective": ObjectiveKind.REGRESSION}},
            ),
        ),
    ),
    Choice(
        "Making it look",
        "two events, two places, triangulated",
        (
            Variant(
                "no-key-points",
                "where the hands will go is not taught",
                {"weights": {"key_pose": 0.0, "heat_map": 0.0, "keypoint": 0.0}},
            ),
            Variant("no-geometry", "key points not triangulated", {"model": {"geometry": False}}),
            Variant("one-event", "the next event alone", {"model": {"key_events": 1}}),
            Variant(
                "one-place",
                "one key point an event, between the fingers",
                {"model": {"key_offsets_m": (0.0,)}},
            ),
        ),
    ),
    Choice(
        "Image encoder",
        "our own, from nothing",
        (
            Variant(
                "efficientnet-frozen",
                "EfficientNet-Lite0 as ImageNet taught it",
                {
                    "model": {"encoder": EncoderKind.EFFICIENTNET},
                    "optimiser": {"backbone_fraction": 0.0},
                },
            ),
            Variant(
                "efficientnet-tuned",
                "the same, fine-tuned",
                {
                    "model": {"encoder": EncoderKind.EFFICIENTNET},
                    "optimiser": {"backbone_fraction": 0.1},
                },
            ),
        ),
    ),
)
VARIANTS: Mapping[str, Variant] = {
    variant.name: variant
    for variant in (REFERENCE, *(variant for choice in CHOICES for variant in choice.variants))
}


def find_preset(name: str) -> Preset:
    """Return the preset, or the variant, of that name.

    Raises:
        UnknownNameError: there is none.
    """
    if name in VARIANTS:
        return VARIANTS[name].preset
    if name not in PRESETS:
        raise UnknownNameError("preset", name, (*PRESETS, *VARIANTS))
    return PRESETS[name]


def find_variant(name: str) -> Variant:
    """Return the variant of that name.

    Raises:
        UnknownNameError: there is none.
    """
    if name not in VARIANTS:
        raise UnknownNameError("variant", name, VARIANTS)
    return VARIANTS[name]
