"""What a training job is asked to do; written to the run folder as ``spec.json``."""

from dataclasses import dataclass, field

from lbm_studio.core.errors import StudioError
from lbm_studio.learning.model.config import ModelConfig


@dataclass(frozen=True)
class OptimiserConfig:
    """How the weights are moved.

    Attributes:
        learning_rate: peak, reached after ``warm_up_steps``; cosine decay to ``final_fraction`` of
            it.
        encoder_fraction: learning rate of image and prompt encoder as a fraction of the rest.
        weight_decay: of AdamW.
        warm_up_steps: linear.
        final_fraction: of the peak, at the end.
        gradient_clip: largest norm of the gradient.
        average_decay: of the exponential moving average of the weights.
    """

    learning_rate: float = 9e-4
    encoder_fraction: float = 1.0
    weight_decay: float = 1e-4
    warm_up_steps: int = 200
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
    """

    key_pose: float = 0.3
    heat_map: float = 0.2
    keypoint: float = 10.0


@dataclass(frozen=True)
class TrainSpec:
    """A training job.

    Attributes:
        datasets: dataset folders.
        minutes: wall-clock budget of the optimisation; the schedule follows it. None: ``steps``
            decides.
        steps: number of steps when ``minutes`` is None.
        start_from: checkpoint to fine-tune; None trains from scratch.
        batch: frames a step.
        noise_draws: noisy chunks made from each frame, so that the encoder's work is shared.
        head_share: share of the budget at the end in which only the policy head learns, on what the
            finished encoder sees: many more steps, for the last centimetre.
        head_batch: frames a step then.
        remembered_frames: most frames whose keypoints are remembered for that.
        held_out: share of the episodes kept for measuring, at least one.
        report_every_s: seconds between measurements [s].
        save_every_s: seconds between checkpoints [s].
        threads: CPU threads; 0 chooses by measuring, again and again.
        seed: of everything random.
        model: sizes.
        optimiser: how the weights are moved.
        weights: of the losses.
    """

    datasets: tuple[str, ...]
    minutes: float | None = 10.0
    steps: int = 0
    start_from: str | None = None
    batch: int = 32
    noise_draws: int = 4
    head_share: float = 0.35
    head_batch: int = 64
    remembered_frames: int = 16_000
    held_out: float = 0.04
    report_every_s: float = 45.0
    save_every_s: float = 120.0
    threads: int = 0
    seed: int = 0
    model: ModelConfig = field(default_factory=ModelConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)
    weights: LossWeights = field(default_factory=LossWeights)

    def __post_init__(self) -> None:
        if not self.datasets:
            raise StudioError("Name at least one dataset to train on.")
        if self.minutes is None and self.steps < 1:
            raise StudioError("Say how long to train: minutes, or a number of steps.")
        if min(self.batch, self.noise_draws, self.head_batch, self.remembered_frames) < 1:
            raise StudioError("Batches, noise draws and remembered frames must be at least 1.")
        if not 0 < self.held_out < 1 or not 0 <= self.head_share < 1:
            raise StudioError("held_out and head_share are shares between 0 and 1.")
