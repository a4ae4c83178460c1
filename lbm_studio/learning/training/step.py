"""One optimisation step: a function of the learner's state and a batch."""

from dataclasses import dataclass, replace

import torch
from torch import Tensor
from torch.nn import functional

from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.normaliser import PolicyNormaliser
from lbm_studio.learning.model.sight import Sight
from lbm_studio.learning.training.batches import Batch
from lbm_studio.learning.training.spec import LossWeights

SCENE_SPREAD = 0.02
"""Standard deviation of the Gaussian a heat map should show, as a fraction of the view."""
PROPRIOCEPTION_NOISE = 0.03
"""Jitter of normalised proprioception.

Without it the path is predictable from the hand alone and the images are ignored.
"""
PARAPHRASE_TEMPERATURE = 0.1
KEY_POSE_SCALE_M = (0.1, 0.15, 0.05)
"""Spread of key poses along x, y, z, which brings their regression to unit scale [m]."""


@dataclass(frozen=True)
class Losses:
    """``total`` is minimised; the others are its parts, for the log."""

    total: Tensor
    action: Tensor
    key_pose: Tensor
    heat_map: Tensor
    keypoint: Tensor
    paraphrase: Tensor

    def as_numbers(self) -> dict[str, float]:
        """Return the parts by name."""
        return {
            "loss": self.total.item(),
            "action": self.action.item(),
            "key_pose": self.key_pose.item(),
            "heat_map": self.heat_map.item(),
            "keypoint": self.keypoint.item(),
            "paraphrase": self.paraphrase.item(),
        }


@dataclass(frozen=True)
class LossSettings:
    """What turns a batch into losses beside the network.

    ``normalisers`` holds those of all sources, stacked; each sample takes its own.
    """

    normalisers: PolicyNormaliser
    weights: LossWeights
    noise_draws: int
    low_precision: bool


def compute_losses(
    network: LargeBehaviorModel, batch: Batch, settings: LossSettings, generator: torch.Generator
) -> Losses:
    """Return the losses of one batch.

    The encoder runs once a frame, the head ``noise_draws`` times.
    """
    with torch.autocast("cpu", torch.bfloat16, enabled=settings.low_precision):
        sight = network.look(batch.images, batch.words, batch.shift, batch.present)
    heat_map, keypoint = keypoint_losses(sight, batch)
    head = compute_head_losses(network, sight, batch, settings, generator)
    weights = settings.weights
    total = head.total + weights.heat_map * heat_map + weights.keypoint * keypoint
    told = replace(head, total=total, heat_map=heat_map, keypoint=keypoint)
    if batch.paraphrases is None:
        return told
    paraphrase = paraphrase_loss(network, batch.paraphrases)
    total = total + weights.paraphrase * paraphrase
    return replace(told, total=total, paraphrase=paraphrase)


def compute_head_losses(
    network: LargeBehaviorModel,
    sight: Sight,
    batch: Batch,
    settings: LossSettings,
    generator: torch.Generator,
) -> Losses:
    """Return the losses of the policy head on what was seen in the frames of a batch."""
    sight = hide_views(sight, network.config.camera_dropout, generator)
    normaliser = settings.normalisers.proprioception.of(batch.seen_statistics)
    proprio = normaliser.normalise(network.proprioception(batch.states))
    proprio = proprio + PROPRIOCEPTION_NOISE * torch.randn(proprio.shape, generator=generator)
    drop = torch.rand(len(proprio), generator=generator) < network.config.raw_dropout
    condition = network.condition(sight, batch.states, proprio, drop)
    key_pose = key_pose_loss(network.key_pose(condition), batch)
    chunks = settings.normalisers.actions.of(batch.statistics).normalise(batch.chunks)
    with torch.autocast("cpu", torch.bfloat16, enabled=settings.low_precision):
        action = network.head.loss(
            condition, sight.slots, chunks, generator, settings.noise_draws, batch.counted
        )
    total = action + settings.weights.key_pose * key_pose
    return Losses(total, action, key_pose, *(torch.zeros(()) for _ in range(3)))


def paraphrase_loss(network: LargeBehaviorModel, paraphrases: Tensor) -> Tensor:
    """Cross-entropy of telling, from one way to ask for a goal, which of many the other way means.

    After InfoNCE (van den Oord et al. 2018, arXiv 1807.03748). Demonstrations alone take long to
    teach that "red on blue" is not "blue on red", and that "on the blue one, the red one" is.

    Args:
        network: whose prompt encoder is taught.
        paraphrases: (2, G, ...) goals in two ways each, as the reader made them.
    """
    slots, _ = network.prompt(paraphrases.flatten(0, 1))
    one, other = functional.normalize(slots.flatten(1), dim=-1).unflatten(0, (2, -1))
    likeness = one @ other.T / PARAPHRASE_TEMPERATURE  # (G, G)
    goals = torch.arange(len(likeness))
    both = [functional.cross_entropy(scores, goals) for scores in (likeness, likeness.T)]
    return (both[0] + both[1]) / 2


def hide_views(sight: Sight, probability: float, generator: torch.Generator) -> Sight:
    """Return the sight without some views, as if their cameras had failed; never without all.

    Only the policy goes without them: the encoder learns to look through every camera.
    """
    if probability == 0.0:
        return sight
    kept = torch.rand(sight.present.shape, generator=generator) >= probability
    present = sight.present & kept  # (B, V)
    is_blind = ~present.any(dim=1, keepdim=True)
    return replace(sight, present=torch.where(is_blind, sight.present, present))


def keypoint_losses(sight: Sight, batch: Batch) -> tuple[Tensor, Tensor]:
    """Return the mean cross-entropy of the supervised maps and the squared error of their peaks.

    Both are 0 for an encoder without maps.
    """
    entropy = torch.zeros(())
    if sight.keypoints.shape[2] == 0:
        return entropy, entropy
    usable = batch.usable & sight.present[..., None]  # (B, V, P)
    points = usable.shape[2]
    for view, maps in enumerate(sight.maps):
        one = map_cross_entropy(maps[:, :points].float(), batch.targets[:, view])
        entropy = entropy + (one * usable[:, view]).sum()
    error = ((sight.shifted[:, :, :points] - batch.targets) ** 2).sum(-1)
    count = usable.sum().clamp(min=1)
    return entropy / count, (error * usable).sum() / count


def map_cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Cross-entropy of (B, A, h, w) map logits against a small Gaussian at (B, A, 2) fractions.

    (B, A).
    """
    height, width = logits.shape[-2:]
    # The Gaussian never gets narrower than the grid, else small maps could not show it.
    spread_x, spread_y = max(SCENE_SPREAD, 0.7 / width), max(SCENE_SPREAD, 0.7 / height)
    x = (torch.arange(width) + 0.5) / width
    y = (torch.arange(height) + 0.5) / height
    across = torch.exp(-((x - targets[..., :1]) ** 2) / (2 * spread_x**2))  # (B, A, w)
    down = torch.exp(-((y - targets[..., 1:]) ** 2) / (2 * spread_y**2))  # (B, A, h)
    wanted = (down[..., :, None] * across[..., None, :]).flatten(2)
    wanted = wanted / wanted.sum(-1, keepdim=True).clamp(min=1e-9)
    return -(wanted * logits.flatten(2).log_softmax(-1)).sum(-1)


def key_pose_loss(predicted: Tensor, batch: Batch) -> Tensor:
    """Squared error of the next key poses, in units of their spread, where there is one."""
    wanted = batch.key_positions / torch.tensor(KEY_POSE_SCALE_M)
    error = (predicted.unflatten(1, wanted.shape[1:]) - wanted) ** 2
    return (error.mean(-1) * batch.key_known).sum() / batch.key_known.sum().clamp(min=1)


def key_positions_m(network: LargeBehaviorModel, condition: Tensor) -> Tensor:
    """Return the regressed next key positions (B, P, 3) [m]."""
    scale = torch.tensor(KEY_POSE_SCALE_M)
    return network.key_pose(condition).unflatten(1, (network.key_points, 3)) * scale
