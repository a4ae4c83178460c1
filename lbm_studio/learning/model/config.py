"""The one configuration of the model, saved with every checkpoint."""

from dataclasses import dataclass, field
from enum import StrEnum

from lbm_studio.core.errors import StudioError


class ObjectiveKind(StrEnum):
    """How the action head is taught and draws a chunk."""

    FLOW_MATCHING = "flow_matching"
    DDIM = "ddim"
    TOKENS = "tokens"
    REGRESSION = "regression"


class EncoderKind(StrEnum):
    """How pictures are read: our own encoder, one taught on ImageNet, or CLIP's."""

    KEYPOINTS = "keypoints"
    EFFICIENTNET = "efficientnet"
    CLIP = "clip"


class TextKind(StrEnum):
    """How a prompt is read: its words, learned; tokens of MiniLM; or CLIP's pooled text."""

    WORDS = "words"
    MINILM = "minilm"
    CLIP = "clip"


@dataclass(frozen=True)
class ClipSizes:
    """Sizes of CLIP; the defaults are those of ViT-B/16.

    Attributes:
        image_px: side of the pictures it takes [px].
        resized_px: shorter side of a picture before it is cropped to that [px].
        patch_px: side of its patches [px].
        width: of the image encoder.
        layers: of the image encoder.
        heads: of the image encoder.
        projection: width of what both encoders say.
        text_width: of the text encoder.
        text_layers: of the text encoder.
        text_heads: of the text encoder.
        tokeniser: folder or hub name of its files; empty: prompts are spelled letter by letter.
    """

    image_px: int = 224
    resized_px: int = 256
    patch_px: int = 16
    width: int = 768
    layers: int = 12
    heads: int = 12
    projection: int = 512
    text_width: int = 512
    text_layers: int = 12
    text_heads: int = 8
    tokeniser: str = "openai/clip-vit-base-patch16"


@dataclass(frozen=True)
class ModelConfig:
    """Sizes of the compact LBM. The defaults are for two CPU cores.

    Attributes:
        objective: kind of the action head.
        image_scale: images are shrunk by this whole factor before the encoder sees them.
        encoder: how pictures are read.
        encoder_widths: channels of the image encoder at strides 4, 8 and 16.
        heat_maps: keypoints a view is summarised by; the first ones are supervised.
        key_events: how many coming events of each arm they are supervised with.
        key_offsets_m: where the key points of an event lie on the line between the fingers, from
            the gripper's centre [m]; two of them tell as well how the hand is turned.
        geometry: whether triangulated key points are given to the action head, where the fixed
            cameras are calibrated.
        camera_dropout: probability that a view of a sample is hidden from the policy in training;
            more than 0 makes a policy that acts without a camera.
        observation_steps: looks that the policy is shown: this one, and those before it.
        clip: sizes of CLIP, where it is used.
        text: how the prompt is read.
        prompt_width: width of the prompt encoder.
        prompt_layers: its layers.
        prompt_slots: learned queries that read the prompt tokens.
        prompt_words: longest prompt, in words or tokens.
        condition_width: width of the prompt condition of the image encoder.
        width: width of the action head.
        layers: its blocks.
        heads: its attention heads.
        hidden: width of the observation MLP; 0: its input is the condition, as it is.
        raw_width: bottleneck of all that the views say; 0: none.
        raw_dropout: probability of dropping that bottleneck for a sample in training.
        sample_steps: calls of a denoising head for a chunk.
        sample_spread: standard deviation of the noise that a denoising head begins with; below 1 it
            keeps to the likeliest chunks, which is steadier where demonstrations agree.
        action_bins: words that a token head has for each number.
        ensemble_decay: weights overlapping chunks when the policy acts, see
            :class:`~lbm_studio.learning.ensemble.TemporalEnsemble`; None: the newest chunk counts
            alone.
    """

    objective: ObjectiveKind = ObjectiveKind.FLOW_MATCHING
    image_scale: int = 2
    encoder: EncoderKind = EncoderKind.KEYPOINTS
    encoder_widths: tuple[int, int, int] = (48, 96, 128)
    heat_maps: int = 48
    key_events: int = 1
    key_offsets_m: tuple[float, ...] = (0.0,)
    geometry: bool = True
    camera_dropout: float = 0.0
    observation_steps: int = 1
    clip: ClipSizes = field(default_factory=ClipSizes)
    text: TextKind = TextKind.WORDS
    prompt_width: int = 64
    prompt_layers: int = 2
    prompt_slots: int = 4
    prompt_words: int = 24
    condition_width: int = 128
    width: int = 192
    layers: int = 4
    heads: int = 4
    hidden: int = 512
    raw_width: int = 96
    raw_dropout: float = 0.2
    sample_steps: int = 8
    sample_spread: float = 1.0
    action_bins: int = 256
    ensemble_decay: float | None = None

    def __post_init__(self) -> None:
        if self.width % self.heads or self.prompt_width % self.heads:
            raise StudioError(f"The widths must be multiples of the {self.heads} attention heads.")
        counts = (self.image_scale, self.sample_steps, self.key_events, self.observation_steps)
        if min(counts) < 1:
            raise StudioError(
                "image_scale, sample_steps, key_events and observation_steps must be at least 1."
            )
        if not self.key_offsets_m:
            raise StudioError(
                "An event needs at least one key point: name a place in key_offsets_m."
            )
        if self.sample_spread < 0.0:
            raise StudioError("sample_spread is a standard deviation, at least 0.")
        if not 0.0 <= self.camera_dropout < 1.0:
            raise StudioError("camera_dropout is a share between 0 and 1.")
