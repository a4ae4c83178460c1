"""CLIP's image encoder, as TRI's LBM uses it: one vector for each picture, no maps.

Pictures are resized and cropped as in its Table II: at random in training, in the middle when it
acts. Legend: as in :mod:`lbm_studio.learning.model.encoders.encoder`.
"""

import torch
from torch import Tensor
from torch.nn import functional

from lbm_studio.learning.model.clip import load_weights, transformers
from lbm_studio.learning.model.config import ClipSizes, ModelConfig
from lbm_studio.learning.model.encoders.encoder import ImageEncoder, Views

MEAN = (0.48145466, 0.4578275, 0.40821073)
SPREAD = (0.26862954, 0.26130258, 0.27577711)
"""Of the pictures CLIP was taught with, per colour."""


def crop(images: Tensor, sizes: ClipSizes, *, at_random: bool) -> Tensor:
    """Return squares (N, 3, S, S) of pictures (N, 3, H, W), resized so that little is cut off."""
    side = sizes.image_px
    scale = sizes.resized_px / min(images.shape[-2:])
    size = [round(scale * length) for length in images.shape[-2:]]
    resized = functional.interpolate(images, size, mode="bilinear", antialias=True)
    spare = torch.tensor(size) - side
    share = torch.rand(len(images), 2) if at_random else torch.full((len(images), 2), 0.5)
    corners = (share * (spare + 1)).long().minimum(spare).tolist()
    pairs = zip(resized, corners, strict=True)
    return torch.stack([x[:, top : top + side, left : left + side] for x, (top, left) in pairs])


class ClipEncoder(ImageEncoder):
    """The projected class token of a vision transformer, shared by all cameras."""

    def __init__(self, config: ModelConfig) -> None:
        super().__init__()
        sizes, library = config.clip, transformers()
        self.map_count, self.feature_count = 0, sizes.projection
        self.sizes = sizes
        self.kind = library.CLIPVisionModelWithProjection
        self.backbone = self.kind(
            library.CLIPVisionConfig(
                hidden_size=sizes.width,
                intermediate_size=4 * sizes.width,
                num_hidden_layers=sizes.layers,
                num_attention_heads=sizes.heads,
                projection_dim=sizes.projection,
                image_size=sizes.image_px,
                patch_size=sizes.patch_px,
            )
        )
        for name, value in (("mean", MEAN), ("spread", SPREAD)):
            colours = torch.tensor(value)[:, None, None]
            self.register_buffer(name, colours, persistent=False)

    def forward(self, images: Tensor, prompt: Tensor, cameras: Tensor) -> Views:
        cropped = crop(images, self.sizes, at_random=self.training)
        shown = (cropped + 0.5 - self.get_buffer("mean")) / self.get_buffer("spread")
        features = self.backbone(pixel_values=shown).image_embeds
        return Views(images.new_empty(len(images), 0, 1, 1), features)

    def load_pretrained(self, source: str) -> str:
        return load_weights(self.backbone, self.kind, source, "image encoder")
