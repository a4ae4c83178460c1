"""A checkpoint made in a moment: an untrained network that raises every hand a little a step."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from lbm_studio.core.action import ActionConvention, gripper_index, pose_slice
from lbm_studio.core.codec import to_json
from lbm_studio.core.embodiment import Embodiment
from lbm_studio.core.pose import FloatArray, Pose
from lbm_studio.learning.model.config import ModelConfig, TextKind
from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.normaliser import Normaliser, PolicyNormaliser
from lbm_studio.learning.model.prompt import build_reader
from lbm_studio.learning.training.checkpoint import save_checkpoint
from lbm_studio.policy.manifest import CheckpointManifest

RISE_M = 0.005
"""How far the policy raises a hand in a step [m]; its fingers point down."""

_SPREAD = 5e-4

TINY = ModelConfig(
    encoder_widths=(16, 16, 16),
    heat_maps=4,
    prompt_width=16,
    prompt_layers=1,
    condition_width=16,
    width=32,
    layers=1,
    hidden=32,
    raw_width=16,
    sample_steps=2,
)


def save_raising_policy(
    run: Path,
    embodiment: Embodiment,
    goal: str,
    text: TextKind = TextKind.WORDS,
    *,
    camera_dropout: float = 0.0,
    ensemble_decay: float | None = None,
) -> Path:
    """Write the checkpoint into a run folder and return the folder."""
    chosen = {"camera_dropout": camera_dropout, "ensemble_decay": ensemble_decay}
    return save_untrained(run, embodiment, goal, replace(TINY, text=text, **chosen))


def save_untrained(run: Path, embodiment: Embodiment, goal: str, config: ModelConfig) -> Path:
    """Write such a checkpoint of any size."""
    torch.manual_seed(0)
    text = config.text
    words = build_reader(text).extended([goal]).words
    network = LargeBehaviorModel(config, embodiment, len(words))
    manifest = CheckpointManifest(
        embodiment=embodiment,
        convention=ActionConvention(embodiment.arm_names),
        goals=(goal,),
        words=words,
        model=to_json(config),
        normaliser=_raising(embodiment, network).as_json(),
    )
    save_checkpoint(run, "00000001", manifest, network.state_dict())
    return run


def _raising(embodiment: Embodiment, network: LargeBehaviorModel) -> PolicyNormaliser:
    """An untrained network leaves noise as it is: the middle of the normaliser is what it does."""
    spec = embodiment.chunk
    middle = np.stack([_raised(embodiment, step + 1 - spec.past) for step in range(spec.length)])
    seen = network.proprioception(torch.from_numpy(middle[:1]).float())[0]
    return PolicyNormaliser(
        Normaliser(torch.tensor(middle).float(), torch.full(middle.shape, _SPREAD)),
        Normaliser(torch.zeros_like(seen), torch.ones_like(seen)),
    )


def _raised(embodiment: Embodiment, steps: int) -> FloatArray:
    """Return the relative action that long after the observation, grippers open."""
    arms = embodiment.arms
    vector = np.zeros(embodiment.action_size)
    for number, arm in enumerate(arms):
        hand = Pose(np.array([0.0, 0.0, -RISE_M * steps]), np.eye(3))
        vector[pose_slice(number)] = hand.as_vector()
        vector[gripper_index(number, len(arms))] = arm.gripper_max_width_m
    return vector
