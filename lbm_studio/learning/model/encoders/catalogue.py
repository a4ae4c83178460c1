"""The image encoder that a configuration asks for."""

from lbm_studio.learning.model.config import EncoderKind, ModelConfig
from lbm_studio.learning.model.encoders.clip import ClipEncoder
from lbm_studio.learning.model.encoders.efficientnet import EfficientNetEncoder
from lbm_studio.learning.model.encoders.encoder import ImageEncoder
from lbm_studio.learning.model.encoders.keypoints import KeypointEncoder


def build_encoder(config: ModelConfig, cameras: int) -> ImageEncoder:
    """Return a new encoder for that many cameras."""
    match config.encoder:
        case EncoderKind.KEYPOINTS:
            return KeypointEncoder(config, cameras)
        case EncoderKind.EFFICIENTNET:
            return EfficientNetEncoder(config, cameras)
        case EncoderKind.CLIP:
            return ClipEncoder(config)
