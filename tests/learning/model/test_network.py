"""The network as a whole: shapes, gradients, and that it can learn at all."""

from dataclasses import replace

import pytest
import torch

from lbm_studio.learning.model.config import EncoderKind, ObjectiveKind
from lbm_studio.learning.model.network import LargeBehaviorModel
from lbm_studio.learning.model.normaliser import PolicyNormaliser
from lbm_studio.learning.model.prompt import Vocabulary
from lbm_studio.learning.training.learner import Learner
from lbm_studio.learning.training.spec import LossWeights, OptimiserConfig
from lbm_studio.learning.training.step import LossSettings, compute_losses, hide_views
from tests.learning.conftest import body, example_batch, small_config, unit_normaliser

BODIES = {"two arms": (2, 2), "one arm": (1, 2), "no triangulation": (1, 1), "three arms": (3, 2)}


def build(
    arms: int,
    scenes: int,
    vocabulary: Vocabulary,
    kind: ObjectiveKind = ObjectiveKind.FLOW_MATCHING,
) -> tuple[LargeBehaviorModel, LossSettings]:
    embodiment = body(arms, scenes)
    network = LargeBehaviorModel(small_config(kind), embodiment, len(vocabulary.words))
    normaliser = unit_normaliser(embodiment, network)
    return network, LossSettings(
        PolicyNormaliser.stack([normaliser]), LossWeights(), 2, low_precision=False
    )


@pytest.mark.parametrize(("arms", "scenes"), BODIES.values(), ids=BODIES.keys())
def test_the_chunk_has_the_shape_of_the_body(
    arms: int, scenes: int, vocabulary: Vocabulary
) -> None:
    network, settings = build(arms, scenes, vocabulary)
    embodiment = body(arms, scenes)
    batch = example_batch(embodiment, vocabulary, 3)

    sight = network.look(batch.images, batch.words)
    proprio = settings.normalisers.of(batch.statistics).proprioception.normalise(
        network.proprioception(batch.states)
    )
    condition = network.condition(sight, batch.states, proprio)
    predicted = network.head.sample(condition, sight.slots, torch.Generator())

    assert predicted.shape == (3, embodiment.chunk.length, embodiment.action_size)
    assert sight.keypoints.shape == (3, len(embodiment.cameras), 8, 2)


@pytest.mark.parametrize("kind", ObjectiveKind)
def test_the_gradient_reaches_every_parameter(kind: ObjectiveKind, vocabulary: Vocabulary) -> None:
    network, settings = build(2, 2, vocabulary, kind)
    batch = example_batch(body(2), vocabulary)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.add_(0.02 * torch.randn_like(parameter))

    losses = compute_losses(network, batch, settings, torch.Generator().manual_seed(0))
    losses.total.backward()

    silent = [n for n, p in network.named_parameters() if p.grad is None or not p.grad.any()]
    assert silent == []


@pytest.mark.parametrize("kind", ObjectiveKind)
def test_one_batch_can_be_learned_by_heart(kind: ObjectiveKind, vocabulary: Vocabulary) -> None:
    network, settings = build(1, 2, vocabulary, kind)
    settings = replace(settings, noise_draws=8)
    batch = example_batch(body(1), vocabulary, 2)
    learner = Learner(network, settings, OptimiserConfig(3e-3, warm_up_steps=10), seed=0)

    steps = [learner.train_step([batch], 0.2) for _ in range(120)]
    first, last = steps[0], steps[-1]

    assert last["heat_map"] < 0.75 * first["heat_map"]
    assert last["keypoint"] < 0.05 * first["keypoint"]
    assert last["action"] < 0.6 * first["action"]


def test_samples_of_a_batch_do_not_influence_each_other(vocabulary: Vocabulary) -> None:
    network, settings = build(2, 2, vocabulary)
    network.eval()
    batch = example_batch(body(2), vocabulary, 3)
    turned = torch.tensor([2, 0, 1])

    def predict(order: torch.Tensor) -> torch.Tensor:
        sight = network.look([i[order] for i in batch.images], batch.words[order])
        proprio = settings.normalisers.of(batch.statistics).proprioception.normalise(
            network.proprioception(batch.states[order])
        )
        return network.condition(sight, batch.states[order], proprio)

    torch.testing.assert_close(
        predict(torch.arange(3))[turned], predict(turned), atol=1e-5, rtol=1e-4
    )


def test_the_order_of_words_in_the_prompt_matters(vocabulary: Vocabulary) -> None:
    network, _ = build(1, 2, vocabulary)
    there = vocabulary.encode(["red cube blue tray", "blue cube red tray"], 8)

    slots, _ = network.prompt(there)

    assert (slots[0] - slots[1]).abs().max() > 1e-3


def test_a_shift_of_the_pictures_is_undone_on_the_keypoints(vocabulary: Vocabulary) -> None:
    network, _ = build(1, 2, vocabulary)
    batch = example_batch(body(1), vocabulary, 2)
    views = len(body(1).cameras)
    shift = torch.linspace(-0.04, 0.04, 2 * views * 2).reshape(2, views, 2)

    plain = network.look(batch.images, batch.words)
    moved = network.look(batch.images, batch.words, shift)

    torch.testing.assert_close(moved.shifted, plain.keypoints)
    torch.testing.assert_close(moved.keypoints, plain.keypoints - shift[:, :, None])


def test_more_coming_events_are_located_and_regressed() -> None:
    embodiment = body(2)
    config = replace(small_config(), key_events=2, key_offsets_m=(-0.04, 0.04), heat_maps=8)
    vocabulary = Vocabulary().extended(["put the red cube in the blue tray"])
    network = LargeBehaviorModel(config, embodiment, len(vocabulary.words))
    batch = example_batch(embodiment, vocabulary)

    sight = network.look(batch.images, batch.words)
    condition = network.condition(sight, batch.states, network.proprioception(batch.states))

    assert network.locate(sight)[0].shape == (4, 8, 3)
    assert network.key_pose(condition).shape == (4, 24)


def test_what_a_missing_camera_would_show_changes_nothing(vocabulary: Vocabulary) -> None:
    network, _ = build(1, 2, vocabulary)
    network.eval()
    batch = example_batch(body(1), vocabulary, 2)
    present = torch.tensor([[True, False, True], [True, True, True]])
    other = [images.clone() for images in batch.images]
    other[0][0, 1] = 0.5

    def condition(images: list[torch.Tensor]) -> torch.Tensor:
        sight = network.look(images, batch.words, present=present)
        return network.condition(sight, batch.states, network.proprioception(batch.states))

    torch.testing.assert_close(condition(other), condition(list(batch.images)))


def test_a_lone_scene_camera_is_not_triangulated_with(vocabulary: Vocabulary) -> None:
    network, _ = build(1, 2, vocabulary)
    batch = example_batch(body(1), vocabulary, 3)
    present = torch.tensor([[True, True, True], [True, False, True], [False, False, True]])

    points, located = network.locate(network.look(batch.images, batch.words, present=present))

    assert located.tolist() == [True, False, False]
    assert torch.isfinite(points).all()


def test_views_are_hidden_at_random_but_never_all_of_a_sample(vocabulary: Vocabulary) -> None:
    network, _ = build(1, 2, vocabulary)
    sight = network.look(*_seen(vocabulary, 64))

    hidden = hide_views(sight, 0.5, torch.Generator().manual_seed(0)).present

    assert 0.3 < hidden.float().mean() < 0.7
    assert hidden.any(dim=1).all()


def _seen(vocabulary: Vocabulary, size: int) -> tuple[tuple[torch.Tensor, ...], torch.Tensor]:
    batch = example_batch(body(1), vocabulary, size)
    return batch.images, batch.words


def test_without_geometry_the_policy_is_not_told_where_key_points_are(
    vocabulary: Vocabulary,
) -> None:
    told, _ = build(1, 2, vocabulary)
    config = replace(told.config, geometry=False)
    untold = LargeBehaviorModel(config, body(1), len(vocabulary.words))

    sizes = [next(network.observation.parameters()).shape[1] for network in (told, untold)]

    assert sizes[0] - sizes[1] == 12  # one place, in the station frame and thrice in that of a hand
    assert told.triangulates
    assert untold.locates
    assert not untold.triangulates


@pytest.mark.parametrize("kind", [EncoderKind.KEYPOINTS, EncoderKind.EFFICIENTNET])
def test_an_encoder_with_maps_learns_where_to_look(
    kind: EncoderKind, vocabulary: Vocabulary
) -> None:
    learner = learner_with(vocabulary, encoder=kind)
    batch = example_batch(body(1), vocabulary, 1)

    steps = [learner.train_step([batch], 0.2) for _ in range(10)]

    assert steps[-1]["heat_map"] < steps[0]["heat_map"]


def test_an_encoder_without_maps_learns_the_next_key_pose(vocabulary: Vocabulary) -> None:
    pytest.importorskip("transformers")
    learner = learner_with(vocabulary, encoder=EncoderKind.CLIP)
    batch = example_batch(body(1), vocabulary, 2)

    steps = [learner.train_step([batch], 0.2) for _ in range(10)]

    assert steps[-1]["key_pose"] < steps[0]["key_pose"]
    assert steps[-1]["heat_map"] == 0.0


def test_weights_taught_elsewhere_move_slowly_or_not_at_all(vocabulary: Vocabulary) -> None:
    batch = example_batch(body(1), vocabulary, 1)
    moved = {}
    for fraction in (0.0, 0.1, 1.0):
        torch.manual_seed(0)
        learner = learner_with(
            vocabulary, encoder=EncoderKind.EFFICIENTNET, backbone_fraction=fraction
        )
        weight = dict(learner.network.named_parameters())["encoder.backbone._conv_stem.weight"]
        before = weight.detach().clone()
        learner.train_step([batch], 0.2)
        moved[fraction] = (weight - before).abs().mean().item()

    assert moved[0.0] == 0.0
    assert moved[0.1] == pytest.approx(0.1 * moved[1.0], rel=0.2)


def test_several_looks_are_one_condition(vocabulary: Vocabulary) -> None:
    embodiment = body(2)
    config = replace(small_config(), observation_steps=2, hidden=0, raw_width=0)
    network = LargeBehaviorModel(config, embodiment, len(vocabulary.words)).eval()
    batch = example_batch(embodiment, vocabulary, 6)
    proprio = network.proprioception(batch.states)

    sight = network.look(batch.images, batch.words[::2])
    condition = network.condition(sight, batch.states, proprio)

    looks = condition.unflatten(1, (2, -1)).flatten(0, 1)
    torch.testing.assert_close(looks[:, -proprio.shape[1] :], proprio)
    assert len(condition) == 3
    assert network.head.sample(condition, sight.slots, torch.Generator()).shape[0] == 3


def learner_with(
    vocabulary: Vocabulary, *, encoder: EncoderKind, backbone_fraction: float = 0.1
) -> Learner:
    embodiment = body(1)
    config = replace(small_config(), encoder=encoder)
    network = LargeBehaviorModel(config, embodiment, len(vocabulary.words))
    normalisers = PolicyNormaliser.stack([unit_normaliser(embodiment, network)])
    settings = LossSettings(normalisers, LossWeights(), 1, low_precision=False)
    rates = OptimiserConfig(3e-3, backbone_fraction=backbone_fraction, warm_up_steps=1)
    return Learner(network, settings, rates, seed=0)
