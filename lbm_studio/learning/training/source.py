"""A source of demonstrations: datasets that belong together, and how much they count."""

from dataclasses import dataclass

from lbm_studio.core.errors import StudioError


@dataclass(frozen=True)
class Source:
    """What is learned from, beside other sources.

    Attributes:
        name: what it is called in reports.
        datasets: dataset folders.
        weight: how often a batch draws from it, in relation to the others; None: by its number of
            frames. Given for all sources or for none.
        statistics: sources of the same name share one normaliser; empty: the name of the station
            they were recorded on.
        frames_per_episode: most frames of an episode whose images are kept, spread evenly over it;
            None keeps all. What is predicted from them always comes from the whole episode.
        skip_idle_start: whether the first frames, in which nothing moves yet, are left out.
    """

    name: str
    datasets: tuple[str, ...]
    weight: float | None = None
    statistics: str = ""
    frames_per_episode: int | None = None
    skip_idle_start: bool = False

    def __post_init__(self) -> None:
        if not self.datasets:
            raise StudioError(f"Name at least one dataset for the source “{self.name}”.")
        if self.weight is not None and not 0.0 < self.weight < float("inf"):
            raise StudioError(f"The weight of the source “{self.name}” must be more than 0.")
        if self.frames_per_episode is not None and self.frames_per_episode < 1:
            raise StudioError(
                f"At least one frame of every episode of the source “{self.name}” must be kept."
            )


def check_sources(sources: tuple[Source, ...]) -> None:
    """Make sure that sources can stand beside each other.

    Raises:
        StudioError: two have the same name, or only some have a weight.
    """
    names = [source.name for source in sources]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise StudioError(f"Two sources are called “{twice[0]}”. Give each its own name.")
    missing = [source.name for source in sources if source.weight is None]
    if missing and len(missing) < len(sources):
        raise StudioError(f"Give all sources a weight, or none: “{missing[0]}” has none.")
