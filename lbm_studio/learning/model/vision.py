"""Heat maps to keypoints: the soft argmax (spatial softmax, Levine et al. 2016).

Legend: N views (batch x cameras), K heat maps, h x w map size.
"""

import torch
from torch import Tensor

PEAK_REACH = 3
"""Cells around the highest one that a peak may spread over."""
NEVER = -1e4
"""A logit whose probability is 0."""


def soft_argmax(logits: Tensor) -> tuple[Tensor, Tensor]:
    """Return keypoints (N, K, 2) as fractions of the image and their probabilities (N, K)."""
    height, width = logits.shape[-2:]
    x = (torch.arange(width, device=logits.device) + 0.5) / width
    y = (torch.arange(height, device=logits.device) + 0.5) / height
    with torch.autocast("cpu", enabled=False):  # bfloat16 would round to most of a pixel
        probability = logits.float().flatten(2).softmax(dim=-1)  # (N, K, h w)
        places = torch.stack([x.repeat(height), y.repeat_interleave(width)], dim=-1)  # (h w, 2)
        # One product of two matrices: its gradient is many times faster than that of vectors.
        keypoints = (probability.flatten(0, 1) @ places).unflatten(0, probability.shape[:2])
    return keypoints, probability.amax(dim=-1)


def peak_argmax(logits: Tensor) -> tuple[Tensor, Tensor]:
    """As :func:`soft_argmax`, but averaged around the highest peak only.

    Torn between two objects, the average over the whole map lies between them, where nothing is.
    It is used when the network acts; it would starve the other peaks of gradient in training.
    """
    height, width = logits.shape[-2:]
    highest = logits.float().flatten(2).argmax(dim=-1)[..., None, None]  # (N, K, 1, 1)
    rows = torch.arange(height, device=logits.device)[:, None]
    columns = torch.arange(width, device=logits.device)
    is_near = ((rows - highest // width).abs() <= PEAK_REACH) & (
        (columns - highest % width).abs() <= PEAK_REACH
    )  # (N, K, h, w)
    keypoints, _ = soft_argmax(logits.float().masked_fill(~is_near, NEVER))
    return keypoints, soft_argmax(logits)[1]
