"""What is said about an episode."""

import json

from lbm_studio.core.codec import from_json, to_json
from lbm_studio.core.episode import EpisodeMetadata, EpisodeSource, EpisodeSummary


def test_every_episode_has_an_identity_of_its_own() -> None:
    first = EpisodeMetadata("put it away", EpisodeSource.SCRIPTED, success=True)
    second = EpisodeMetadata("put it away", EpisodeSource.SCRIPTED, success=True)

    assert first.uuid != second.uuid


def test_a_summary_survives_json_with_its_identity() -> None:
    metadata = EpisodeMetadata(
        "put it away", EpisodeSource.POLICY, success=None, skill="tidy", seed=4
    )
    summary = EpisodeSummary(index=3, length=40, duration_s=4.0, metadata=metadata)

    assert from_json(EpisodeSummary, json.loads(json.dumps(to_json(summary)))) == summary
