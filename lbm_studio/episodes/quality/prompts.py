"""Whether goals are asked for in a way that can be learned."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from lbm_studio.episodes.edits.change import Change, EditField
from lbm_studio.episodes.edits.labels import spelling
from lbm_studio.episodes.quality.finding import Finding, FindingKind, Severity
from lbm_studio.episodes.quality.record import EpisodeRecord, listed

FEWEST = 5
"""Episodes from which on a goal is more than an exception."""
SHOWN = 3


def check_prompts(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    """Yield goals that are missing, spelled in several ways, or hardly ever shown."""
    yield from _missing(records)
    spelled: defaultdict[str, list[EpisodeRecord]] = defaultdict(list)
    for record in records:
        if spelling(record.view.labels.goal):
            spelled[spelling(record.view.labels.goal)].append(record)
    for group in spelled.values():
        yield from _variants(group)
    yield from _rare(list(spelled.values()))


def _missing(records: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    for record in records:
        if not spelling(record.view.labels.goal):
            yield record.finding(FindingKind.PROMPT, Severity.DOUBT, "it has no goal in words.")


def _variants(group: Sequence[EpisodeRecord]) -> Iterator[Finding]:
    counts = Counter(record.view.labels.goal for record in group)
    if len(counts) < 2:
        return
    usual = counts.most_common(1)[0][0]
    others = [record for record in group if record.view.labels.goal != usual]
    by_dataset: defaultdict[str, list[EpisodeRecord]] = defaultdict(list)
    for record in others:
        by_dataset[str(record.dataset.root)].append(record)
    for path, odd in by_dataset.items():
        fix = tuple(Change(record.view.uuid, EditField.GOAL, usual) for record in odd)
        sentence = f"{listed([r.view.title for r in odd])} spell “{usual}” in another way."
        yield Finding(FindingKind.PROMPT, Severity.DOUBT, sentence, path, "", fix)


def _rare(groups: Sequence[Sequence[EpisodeRecord]]) -> Iterator[Finding]:
    """Where every episode has words of its own, that is how it was meant."""
    rare = [group for group in groups if len(group) < FEWEST]
    if not rare or len(rare) == len(groups):
        return
    shown = ", ".join(f"“{group[0].view.labels.goal}” ({len(group)})" for group in rare[:SHOWN])
    more = f" and {len(rare) - SHOWN} more" if len(rare) > SHOWN else ""
    sentence = f"Goals with fewer than {FEWEST} demonstrations: {shown}{more}."
    yield Finding(FindingKind.PROMPT, Severity.HINT, sentence)
