"""The head that a configuration asks for."""

from lbm_studio.core.embodiment import Embodiment
from lbm_studio.learning.model.config import ModelConfig, ObjectiveKind
from lbm_studio.learning.model.heads.denoising import DenoisingHead
from lbm_studio.learning.model.heads.head import ActionHead
from lbm_studio.learning.model.heads.noise import Ddim, FlowMatching
from lbm_studio.learning.model.heads.regression import RegressionHead
from lbm_studio.learning.model.heads.tokens import TokenHead


def build_head(config: ModelConfig, embodiment: Embodiment, condition_width: int) -> ActionHead:
    """Return a new head that reads conditions of that width."""
    match config.objective:
        case ObjectiveKind.FLOW_MATCHING:
            return DenoisingHead(config, embodiment, condition_width, FlowMatching())
        case ObjectiveKind.DDIM:
            return DenoisingHead(config, embodiment, condition_width, Ddim())
        case ObjectiveKind.TOKENS:
            return TokenHead(config, embodiment, condition_width)
        case ObjectiveKind.REGRESSION:
            return RegressionHead(config, embodiment, condition_width)
