"""Transformer blocks with adaptive layer norm (DiT, Peebles and Xie 2023, arXiv 2212.09748).

Legend: B batch, T tokens, D width, C condition width.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional


class Attention(nn.Module):
    """Multi-head self-attention over (B, T, D)."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.into = nn.Linear(width, 3 * width)
        self.out = nn.Linear(width, width)

    def forward(self, x: Tensor, mask: Tensor | None = None) -> Tensor:
        """Attend; ``mask`` (B, T) is True where a token counts."""
        batch, tokens, width = x.shape
        split = self.into(x).view(batch, tokens, 3, self.heads, width // self.heads)
        q, k, v = split.permute(2, 0, 3, 1, 4)  # 3 x (B, heads, T, D / heads)
        keep = None if mask is None else mask[:, None, None, :]
        mixed = functional.scaled_dot_product_attention(q, k, v, attn_mask=keep)
        return self.out(mixed.transpose(1, 2).reshape(batch, tokens, width))  # (B, T, D)


class FeedForward(nn.Sequential):
    """Two layers with a fourfold hidden width."""

    def __init__(self, width: int) -> None:
        super().__init__(nn.Linear(width, 4 * width), nn.GELU(), nn.Linear(4 * width, width))


class EncoderBlock(nn.Module):
    """A plain pre-norm transformer block."""

    def __init__(self, width: int, heads: int) -> None:
        super().__init__()
        self.norm_attention = nn.LayerNorm(width)
        self.attention = Attention(width, heads)
        self.norm_feed = nn.LayerNorm(width)
        self.feed = FeedForward(width)

    def forward(self, x: Tensor, mask: Tensor) -> Tensor:
        x = x + self.attention(self.norm_attention(x), mask)
        return x + self.feed(self.norm_feed(x))  # (B, T, D)


class AdaptiveBlock(nn.Module):
    """A transformer block whose norms and gates are set by a condition (adaLN-Zero)."""

    def __init__(self, width: int, heads: int, condition_width: int) -> None:
        super().__init__()
        self.norm_attention = nn.LayerNorm(width, elementwise_affine=False)
        self.attention = Attention(width, heads)
        self.norm_feed = nn.LayerNorm(width, elementwise_affine=False)
        self.feed = FeedForward(width)
        self.modulation = nn.Linear(condition_width, 6 * width)
        # Zero gates: every block starts as the identity, so depth does not hurt early training.
        nn.init.zeros_(self.modulation.weight)
        nn.init.zeros_(self.modulation.bias)

    def forward(self, x: Tensor, condition: Tensor) -> Tensor:
        """Return (B, T, D) from (B, T, D) under a condition (B, C)."""
        parts = self.modulation(condition)[:, None].chunk(6, dim=-1)  # 6 x (B, 1, D)
        shift_a, scale_a, gate_a, shift_f, scale_f, gate_f = parts
        x = x + gate_a * self.attention(self.norm_attention(x) * (1 + scale_a) + shift_a)
        return x + gate_f * self.feed(self.norm_feed(x) * (1 + scale_f) + shift_f)


def sinusoid(time: Tensor, size: int) -> Tensor:
    """Embed (B,) times in [0, 1] as (B, size) sines and cosines of geometric frequencies."""
    half = size // 2
    exponent = torch.arange(half, device=time.device, dtype=time.dtype) / half
    angles = time[:, None] * 1000.0 * torch.pow(torch.tensor(1e-3, dtype=time.dtype), exponent)
    return torch.cat([angles.sin(), angles.cos()], dim=-1)
