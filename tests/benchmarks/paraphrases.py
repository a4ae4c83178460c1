"""What it costs a policy to be asked in words that are never taught.

    python -m tests.benchmarks.paraphrases CHECKPOINT [--skill NAME ...] [--trials N] [--json FILE]

Every layout is rolled out twice: asked in the plainest taught words, and in words that nothing is
recorded or trained with, others from layout to layout. Without ``--skill``, all that the policy was
taught are asked for. A refusal is a failure.
"""

# ruff: noqa: T201  (it is started by hand, to be read)

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from lbm_studio.core.codec import to_json
from lbm_studio.core.runs import write_json
from lbm_studio.evaluation.statistics import PromptFollowing, SuccessRate
from lbm_studio.policy.manifest import read_manifest
from lbm_studio.policy.prompts import in_one_colour
from lbm_studio.station.simulation.catalogue import SKILLS, find_skill
from lbm_studio.station.simulation.skill import Skill
from lbm_studio.workers.rollouts import RolloutReport, RolloutSpec, rollout
from tests.benchmarks.prompts import taught_goals

TOGETHER = "together"


@dataclass(frozen=True)
class Cost:
    """What came of asking in both ways.

    Attributes:
        skill: which was asked for.
        taught: success in taught words.
        unheard: success in unheard words, on the same layouts.
        refused: how many of the unheard words were refused.
        followed: whether the unheard words were followed; None where no other goal can be reached.
    """

    skill: str
    taught: SuccessRate
    unheard: SuccessRate
    refused: int
    followed: PromptFollowing | None

    @property
    def points(self) -> float:
        """By how much success is lower in unheard words [percentage points]."""
        return 100.0 * (self.taught.rate - self.unheard.rate)

    def in_words(self) -> str:
        """Return a line of the table."""
        followed = f"prompt followed: {self.followed.in_words()}" if self.followed else ""
        taught, unheard = self.taught.in_words(), self.unheard.in_words()
        costs = f"{self.points:.1f} points, {self.refused} refused"
        return f"{self.skill:<22}{taught:<42}{unheard:<42}{costs:<28}{followed}"


def main(options: argparse.Namespace) -> None:
    """Print a line for each skill, then one for all together."""
    skills = [find_skill(name) for name in options.skill] or list(_taught(options.checkpoint))
    if not skills:
        raise SystemExit(
            "The checkpoint was taught no skill of the catalogue. Name one by --skill."
        )
    print(f"{'skill':<22}{'taught words':<42}{'unheard words':<42}{'cost':<28}")
    costs: list[Cost] = []
    for skill in skills:
        costs.append(_ask_in_both_ways(skill, options))
        print(costs[-1].in_words(), flush=True)
    together = _together(costs)
    print(together.in_words())
    if options.json is not None:
        write_json(options.json, [to_json(cost) for cost in (*costs, together)])


def _taught(checkpoint: Path) -> Iterator[Skill]:
    goals = {in_one_colour(goal) for goal in read_manifest(checkpoint).goals}
    return (s for s in SKILLS if goals & {in_one_colour(goal) for goal in taught_goals(s)})


def _ask_in_both_ways(skill: Skill, options: argparse.Namespace) -> Cost:
    spec = RolloutSpec(
        skill.name,
        options.trials,
        str(options.checkpoint),
        station=options.station,
        processes=options.processes,
    )
    taught = rollout(spec, lambda _: None)
    unheard = rollout(replace(spec, unheard=True), lambda _: None)
    return Cost(skill.name, _rate(taught), _rate(unheard), unheard.refused, unheard.prompt)


def _rate(report: RolloutReport) -> SuccessRate:
    return SuccessRate.of(report.successes, report.trials)


def _together(costs: Sequence[Cost]) -> Cost:
    followed = [cost.followed for cost in costs if cost.followed]
    return Cost(
        TOGETHER,
        _sum([cost.taught for cost in costs]),
        _sum([cost.unheard for cost in costs]),
        sum(cost.refused for cost in costs),
        PromptFollowing.together(followed) if followed else None,
    )


def _sum(rates: Sequence[SuccessRate]) -> SuccessRate:
    return SuccessRate.of(sum(rate.successes for rate in rates), sum(rate.trials for rate in rates))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("checkpoint", type=Path, metavar="CHECKPOINT")
    parser.add_argument("--skill", action="append", default=[], metavar="NAME")
    parser.add_argument("--trials", type=int, default=50, metavar="N")
    parser.add_argument("--station", default="simulated")
    parser.add_argument("--processes", type=int, default=2, metavar="N")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures there")
    main(parser.parse_args())
