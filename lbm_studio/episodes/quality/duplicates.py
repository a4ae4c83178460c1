"""Whether the same demonstration is there twice, or begins twice from the same scene."""

import hashlib
from collections import defaultdict
from collections.abc import Hashable, Iterator, Sequence

import numpy as np

from lbm_studio.episodes.edits.change import Change, EditField
from lbm_studio.episodes.quality.coverage import first_grasp_m
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.quality.record import EpisodeRecord, listed

NEAR_M = 0.002
"""Starts this near to each other are the same [m]."""


def check_duplicates(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    """Yield the episodes that are there twice, then those that begin alike."""
    copies = _grouped(records, [_fingerprint(record) for record in records])
    known: set[int] = set()
    for group in copies:
        known |= {id(record) for record in group[1:]}
        yield from _copied(group)
    others = [record for record in records if id(record) not in known]
    for group in _grouped(others, [_start(record) for record in others]):
        titles = [record.view.title for record in group]
        sentence = f"{listed(titles)} begin alike: the policy learns more from other starts."
        where = str(group[0].dataset.root)
        yield Finding(FindingKind.DUPLICATE, Severity.HINT, sentence, where)


def _copied(group: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    first, *rest = group
    for record in rest:
        where = "" if record.dataset.root == first.dataset.root else f" of “{first.dataset.root}”"
        clause = f"it is the same as episode {first.view.title}{where}."
        fix = Change(record.view.uuid, EditField.DELETED, True)
        yield record.finding(FindingKind.DUPLICATE, Severity.DOUBT, clause, [fix])


def _grouped(
    records: Sequence[EpisodeRecord], marks: Sequence[Hashable | None]
) -> list[list[EpisodeRecord]]:
    """Return the groups of more than one record with the same mark."""
    groups: defaultdict[Hashable, list[EpisodeRecord]] = defaultdict(list)
    for record, mark in zip(records, marks, strict=True):
        if mark is not None:
            groups[mark].append(record)
    return [group for group in groups.values() if len(group) > 1]


def _fingerprint(record: EpisodeRecord) -> Hashable:
    states = np.ascontiguousarray(record.states, dtype=np.float32)
    return (states.shape, hashlib.sha256(states.tobytes()).hexdigest())


def _start(record: EpisodeRecord) -> Hashable | None:
    """Return what episodes that begin alike have in common; None where it is not known."""
    metadata = record.view.metadata
    if record.view.part > 1:
        return None
    if metadata.seed >= 0:
        return (metadata.skill, metadata.seed)
    grasp_m = first_grasp_m(record)
    if grasp_m is None:
        return None
    places = [*record.positions_m[:, 0].ravel(), *grasp_m]
    return (record.view.labels.goal, *(round(float(place) / NEAR_M) for place in places))
