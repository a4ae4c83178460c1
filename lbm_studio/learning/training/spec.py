"""What a training job is asked to do; written to the run folder as ``spec.json``."""

from dataclasses import dataclass, field, replace

from lbm_studio.core.errors import StudioError
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.training.source import Source, check_sources

BARE_SOURCE = "demonstrations"
"""Name of the one source that a bare list of datasets is."""
UNCHANGED = (1.0, 1.0)
"""A factor that leaves pictures as they are."""
TUNED_ENCODER_FRACTION = 0.4
"""Of the learning rate, for encoders that have learned to see already."""


@dataclass(frozen=True)
class OptimiserConfig:
    """How the weights are moved.

    Attributes:
        learning_rate: peak; cosine decay to ``final_fraction`` of it.
        head_learning_rate: likewise, while the policy head learns alone.
        fine_tuning_fraction: of both rates, where a checkpoint is fine-tuned: larger steps undo
            what many skills have taught it.
        encoder_fraction: learning rate of image and prompt encoder as a fraction of the rest; None:
            1, or ``TUNED_ENCODER_FRACTION`` where a checkpoint is fine-tuned.
        backbone_fraction: likewise of weights that were taught elsewhere; 0 keeps them as they are.
        weight_decay: of AdamW.
        warm_up_steps: linear, to the peak.
        warm_up_share: of the phase's budget: the warm-up is over when either is.
        final_fraction: of the peak, at the end.
        gradient_clip: largest norm of the gradient.
        average_decay: of the exponential moving average of the weights.
    """

    learning_rate: float = 9e-4
    head_learning_rate: float = 1.5e-3
    fine_tuning_fraction: float = 0.2
    encoder_fraction: float | None = None
    backbone_fraction: float = 0.1
    weight_decay: float = 1e-4
    warm_up_steps: int = 200
    warm_up_share: float = 0.05
    final_fraction: float = 0.03
    gradient_clip: float = 1.0
    average_decay: float = 0.999


@dataclass(frozen=True)
class LossWeights:
    """Weights beside the error of the action head, which has 1.

    Attributes:
        key_pose: regression of the next key pose in 3-D.
        heat_map: cross-entropy of the supervised heat maps.
        keypoint: squared error of their soft argmax.
        paraphrase: cross-entropy of telling which of many goals other words for it mean.
    """

    key_pose: float = 0.3
    heat_map: float = 0.2
    keypoint: float = 10.0
    paraphrase: float = 0.0


@dataclass(frozen=True)
class Augmentation:
    """How far the pictures of a view are changed; factors between a lowest and a highest.

    Attributes:
        shift: largest, each way, as a fraction of the picture; the edge is repeated.
        brightness: factor of all colours.
        contrast: factor of their distance from grey.
        saturation: factor of their distance from a picture without colours.
        hue: largest turn, each way, as a share of the colour circle.
        colour_offset: largest, of each colour, where white is 1.
    """

    shift: float = 0.04
    brightness: tuple[float, float] = UNCHANGED
    contrast: tuple[float, float] = (0.8, 1.2)
    saturation: tuple[float, float] = UNCHANGED
    hue: float = 0.0
    colour_offset: float = 0.05

    def __post_init__(self) -> None:
        if min(self.shift, self.hue, self.colour_offset) < 0.0 or self.shift >= 0.5:
            raise StudioError("Shifts, turns of the hue and offsets are shares, at least 0.")

    @property
    def mixes_colours(self) -> bool:
        """Whether a colour changes with the others."""
        return self.saturation != UNCHANGED or self.hue > 0.0


@dataclass(frozen=True)
class TrainSpec:
    """A training job.

    Attributes:
        datasets: dataset folders: one source, whose episodes count by their length.
        sources: instead, several weighted sources. The first says which body is trained for; the
            others are read as it would have recorded them.
        minutes: wall-clock budget of the optimisation; the schedule follows it. None: ``steps``
            decides.
        steps: number of steps when ``minutes`` is None.
        start_from: checkpoint to fine-tune; None trains from scratch.
        pretrained: file or folder of the weights that EfficientNet or CLIP begin with; empty: from
            an installed package or the hub, if they can be had.
        goes_on: whether the training that left ``start_from`` goes on instead, on its averaged
            weights: its steps and seconds count, as if this run had taken them.
        batch: frames that are looked at together.
        accumulation: how many batches make a step; for machines that a step does not fit into.
        noise_draws: noisy chunks made from each frame, so that the encoder's work is shared; the
            head alone makes one, and takes more steps instead.
        head_share: share of the budget at the end in which only the policy head learns, on what the
            finished encoder sees: many more steps, for the last centimetre.
        head_batch: frames a step then.
        remembered_frames: how many frames' keypoints are remembered for that, most.
        remembered_views: how often a frame is looked at, most, where there are few: once as it is,
            then shifted and recoloured at random; together no more than ``remembered_frames``.
        held_out: share of the episodes kept for measuring, at least one.
        report_every_s: seconds between measurements [s].
        save_every_s: seconds between checkpoints [s].
        threads: CPU threads; 0 chooses by measuring, again and again.
        seed: of everything random.
        model: sizes.
        optimiser: how the weights are moved.
        weights: of the losses.
        augmentation: of the pictures.
    """

    datasets: tuple[str, ...] = ()
    sources: tuple[Source, ...] = ()
    minutes: float | None = 10.0
    steps: int = 0
    start_from: str | None = None
    pretrained: str = ""
    goes_on: bool = False
    batch: int = 32
    accumulation: int = 1
    noise_draws: int = 4
    head_share: float = 0.35
    head_batch: int = 32
    remembered_frames: int = 16_000
    remembered_views: int = 1
    held_out: float = 0.04
    report_every_s: float = 45.0
    save_every_s: float = 120.0
    threads: int = 0
    seed: int = 0
    model: ModelConfig = field(default_factory=ModelConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    weights: LossWeights = field(default_factory=LossWeights)
    augmentation: Augmentation = field(default_factory=Augmentation)

    def __post_init__(self) -> None:
        if bool(self.datasets) == bool(self.sources):
            raise StudioError("Name at least one dataset to train on, or sources, but not both.")
        check_sources(self.sources)
        if self.goes_on and not self.start_from:
            raise StudioError("Name the checkpoint to go on from.")
        if self.minutes is None and self.steps < 1:
            raise StudioError("Say how long to train: minutes, or a number of steps.")
        counts = (self.batch, self.accumulation, self.noise_draws, self.head_batch)
        if min(*counts, self.remembered_frames, self.remembered_views) < 1:
            raise StudioError("Batches, noise draws and what is remembered must be at least 1.")
        if not 0 < self.held_out < 1 or not 0 <= self.head_share < 1:
            raise StudioError("held_out and head_share are shares between 0 and 1.")
        if self.head_share and self.model.observation_steps > 1:
            raise StudioError("A policy that is shown several looks is trained with head_share 0.")

    @property
    def all_sources(self) -> tuple[Source, ...]:
        """The sources; a bare list of datasets is one."""
        return self.sources or (Source(BARE_SOURCE, self.datasets),)

    @property
    def is_fine_tuning(self) -> bool:
        """Whether a checkpoint learns something new."""
        return bool(self.start_from) and not self.goes_on

    @property
    def rates(self) -> OptimiserConfig:
        """The optimiser, with the learning rates that this training begins at."""
        if not self.is_fine_tuning:
            return self.optimiser
        config, fraction = self.optimiser, self.optimiser.fine_tuning_fraction
        return replace(
            config,
            learning_rate=fraction * config.learning_rate,
            head_learning_rate=fraction * config.head_learning_rate,
        )

    @property
    def encoder_fraction(self) -> float:
        """Learning rate of the encoders as a fraction of the rest."""
        if self.optimiser.encoder_fraction is not None:
            return self.optimiser.encoder_fraction
        return TUNED_ENCODER_FRACTION if self.is_fine_tuning else 1.0
