"""What single cameras show: darkness, the same picture again, or what was long ago."""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from lbm_studio.core.errors import DatasetError
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.quality.record import EpisodeRecord
from lbm_studio.episodes.verdict import VerdictLimits

SAME_LEVEL = 8.0
"""Pictures of one thing differ less than this after they were compressed, 0 to 255."""
MOVED_M = 0.05
"""A hand that went this far must be seen to have moved [m]."""

_LIMITS = VerdictLimits()


def check_pictures(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    """Yield what is doubtful about the pictures of each episode."""
    for record in records:
        for camera in record.dataset.cameras:
            yield from _stale(record, camera)
            try:
                shown = record.thumbnails(camera, record.sampled)
            except DatasetError as error:
                yield record.finding(FindingKind.DAMAGE, Severity.RUIN, str(error))
                continue
            yield from _dark(record, camera, shown)
            yield from _frozen(record, camera, shown)


def _dark(record: EpisodeRecord, camera: str, shown: NDArray[np.float64]) -> Iterator[Finding]:
    levels: NDArray[np.float64] = shown.mean(axis=(1, 2, 3))
    share = float((levels < _LIMITS.dark_level).mean())
    if share > _LIMITS.dark_share:
        clause = f"the camera “{camera}” is dark."
        yield record.finding(FindingKind.DARK_CAMERA, Severity.DOUBT, clause)


def _frozen(record: EpisodeRecord, camera: str, shown: NDArray[np.float64]) -> Iterator[Finding]:
    same = np.abs(np.diff(shown, axis=0)).max(axis=(1, 2, 3), initial=0.0) < SAME_LEVEL
    places = np.array(record.sampled) - record.view.kept.first
    positions = record.positions_m[_seen_arms(record, camera)][:, places]
    went_m = np.linalg.norm(np.diff(positions, axis=1), axis=2).max(axis=0, initial=0.0)
    frozen = same & (went_m > MOVED_M)
    if frozen.any():
        frozen_s = float(np.diff(places)[frozen].sum() / record.rate_hz)
        clause = f"the camera “{camera}” shows the same picture during {frozen_s:.1f} s of motion."
        yield record.finding(FindingKind.FROZEN_CAMERA, Severity.DOUBT, clause)


def _seen_arms(record: EpisodeRecord, camera: str) -> list[int]:
    """Return the arms whose motion a camera must show: its own, or all of them."""
    everybody = list(range(len(record.arms)))
    body = record.station.embodiment
    carrier = body.camera(camera).arm if camera in body.camera_names else None
    return everybody if carrier is None else [record.arms.index(carrier)]


def _stale(record: EpisodeRecord, camera: str) -> Iterator[Finding]:
    ages_s = record.camera_ages_s(camera)
    if ages_s is None:
        return
    share = float(np.mean(ages_s > _LIMITS.stale_s))
    if share > _LIMITS.stale_share:
        clause = (
            f"the pictures of “{camera}” are up to {ages_s.max():.1f} s old, {share:.0%} of them"
            f" more than {_LIMITS.stale_s:g} s."
        )
        yield record.finding(FindingKind.STALE_CAMERA, Severity.DOUBT, clause)
