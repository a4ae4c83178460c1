"""What images and prompt say, in the form that is handed from the encoders to the policy.

Legend: B batch (where a policy is shown several looks, the looks of each sample in turn, the oldest
first), V views, K heat maps, F features, S prompt slots, P prompt width, C width of the
prompt condition.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor

from lbm_studio.learning.model.encoders.encoder import ImageEncoder, Views
from lbm_studio.learning.model.vision import peak_argmax, soft_argmax


@dataclass(frozen=True)
class Sight:
    """What the images and the prompt say.

    Attributes:
        keypoints: (B, V, K, 2) x, y as fractions of the unshifted image.
        peaks: (B, V, K) probability at the peak.
        maps: per view the (B, K, h, w) logits; empty where they were not kept.
        shifted: (B, V, K, 2) keypoints in the image as it was shown, before a shift is undone.
        features: (B, V, F) what an encoder says beside keypoints.
        present: (B, V) whether the policy has the view; what it says otherwise does not count.
        slots: (B, S, P) prompt slots.
        prompt: (B, C) prompt condition.
    """

    keypoints: Tensor
    peaks: Tensor
    maps: list[Tensor]
    shifted: Tensor
    features: Tensor
    present: Tensor
    slots: Tensor
    prompt: Tensor


def encode_views(
    encoder: ImageEncoder,
    groups: Sequence[tuple[int, ...]],
    images: Sequence[Tensor],
    prompt: Tensor,
) -> tuple[list[Tensor], Tensor]:
    """Look at every view of every group of cameras.

    Args:
        encoder: looks.
        groups: the camera numbers of each group.
        images: per group (B, cameras of the group, 3, H, W) in [-0.5, 0.5].
        prompt: (B, C) condition.

    Returns:
        per view the (B, K, h, w) map logits, and (B, V, F) features.
    """
    views = sum(len(group) for group in groups)
    maps, features = [prompt] * views, [prompt] * views
    for group, batch in zip(groups, images, strict=True):
        seen = _encode_group(encoder, group, batch, prompt)
        split = (len(batch), len(group))
        # Taken apart at once: to select one view after the other costs a whole gradient each.
        each = zip(
            group,
            seen.maps.unflatten(0, split).unbind(1),
            seen.features.unflatten(0, split).unbind(1),
            strict=True,
        )
        for number, its_maps, its_features in each:
            maps[number], features[number] = its_maps, its_features
    return maps, torch.stack(features, dim=1)


def _encode_group(
    encoder: ImageEncoder, group: tuple[int, ...], batch: Tensor, prompt: Tensor
) -> Views:
    flat = batch.flatten(0, 1).contiguous(memory_format=torch.channels_last)
    numbers = torch.tensor(group).repeat(len(batch))
    return encoder(flat, prompt.repeat_interleave(len(group), dim=0), numbers)


def read_maps(maps: Sequence[Tensor], *, is_training: bool) -> tuple[Tensor, Tensor]:
    """Return keypoints (B, V, K, 2) and peaks (B, V, K) of the map logits of every view."""
    read = soft_argmax if is_training else peak_argmax
    pairs = [read(view) for view in maps]
    keypoints = torch.stack([keypoints for keypoints, _ in pairs], dim=1)
    return keypoints, torch.stack([peak for _, peak in pairs], dim=1)


def newest(seen: Tensor, samples: int) -> Tensor:
    """Return (B, ...) the newest look of each of the samples from all looks (B O, ...)."""
    return seen.unflatten(0, (samples, -1))[:, -1]


def every_view(images: Sequence[Tensor]) -> Tensor:
    """Return (B, V) that all views of the images per group are there."""
    views = sum(batch.shape[1] for batch in images)
    return torch.ones((len(images[0]), views), dtype=torch.bool)
