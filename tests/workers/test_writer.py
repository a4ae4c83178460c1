"""The writer process: pairing, recording, and the whole of it behind its socket."""

import errno
import threading
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from lbm_studio.core.clock import ManualClock, MonotonicClock
from lbm_studio.core.embodiment import SafetyCard
from lbm_studio.core.errors import DatasetError, DiskFullError, StudioError
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.verify import verify_dataset
from lbm_studio.episodes.video import VideoEncoder
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.link.bus import FRAMES_TOPIC, TICK_TOPIC, Publisher
from lbm_studio.link.frames import FrameRing, Image, TickFrames
from lbm_studio.link.messages import (
    Accepted,
    BeginEpisode,
    DiscardEpisode,
    EpisodeJudged,
    EpisodeKept,
    FramesReady,
    KeepEpisode,
    Message,
    Refused,
    Tick,
)
from lbm_studio.link.session import Session
from lbm_studio.workers.pairing import TickPairing
from lbm_studio.workers.recorder import EpisodeRecorder
from tests.core.stations import make_station
from tests.workers.processes import PATIENCE_S, StandInStation, WorkerProcess, ask, make_tick

STATION = make_station("right")
EMBODIMENT = STATION.embodiment
PERIOD_NS = round(EMBODIMENT.chunk.period_s * 1e9)
JOINTS = (0.0,) * 7


def state(number: int) -> tuple[float, ...]:
    return (0.02 * number - 0.3, 0.2, 0.3, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.04)


def tick(
    number: int,
    *,
    sent: bool = True,
    clamped: tuple[str, ...] = (),
    start_ns: int = 0,
    seed: int = 3,
) -> Tick:
    return make_tick(
        number,
        captured_ns=start_ns + number * PERIOD_NS,
        vector=state(number),
        joints=JOINTS,
        sent=state(number + 1) if sent else (),
        clamped=clamped,
        seed=seed,
    )


def ready(number: int, *, start_ns: int = 0) -> FramesReady:
    captured_ns = start_ns + number * PERIOD_NS
    return FramesReady(number=number, captured_ns=captured_ns, slot=0, seconds=0.01)


def pictures(number: int) -> dict[str, Image]:
    cameras = EMBODIMENT.cameras
    return {c.name: np.full((c.height_px, c.width_px, 3), 60 + number, np.uint8) for c in cameras}


# --- pairing --------------------------------------------------------------------------------------


def numbers(pairing: TickPairing) -> list[int]:
    return [pair.number for pair in pairing.take_pairs()]


@pytest.mark.parametrize("frames_first", [True, False])
def test_a_tick_meets_its_pictures_whichever_comes_first(frames_first: bool) -> None:
    pairing = TickPairing(4)
    steps = [lambda: pairing.add_frames(ready(1)), lambda: pairing.add_tick(tick(1))]
    steps[not frames_first]()
    assert numbers(pairing) == []
    steps[frames_first]()

    assert numbers(pairing) == [1]
    assert pairing.dropped == 0


def test_a_tick_whose_pictures_were_skipped_is_dropped_whole() -> None:
    pairing = TickPairing(4)
    for number in (1, 2, 3):
        pairing.add_tick(tick(number))
    pairing.add_frames(ready(1))
    pairing.add_frames(ready(3))

    assert numbers(pairing) == [1, 3]
    assert pairing.dropped == 1
    assert pairing.is_settled


def test_a_tick_waits_for_its_pictures_within_bounds() -> None:
    pairing = TickPairing(3)
    for number in range(5):
        pairing.add_tick(tick(number))

    assert numbers(pairing) == []
    assert pairing.dropped == 2
    pairing.give_up()
    assert pairing.dropped == 5


# --- recording ------------------------------------------------------------------------------------


class Pictures:
    """Pictures of every tick but some."""

    def __init__(self) -> None:
        self.gone: set[int] = set()

    def read_at(self, captured_ns: int) -> TickFrames | None:
        number = captured_ns // PERIOD_NS
        return None if number in self.gone else TickFrames(number, captured_ns, pictures(number))


class Bench:
    """A recorder that writes into a real dataset."""

    def __init__(self, folder: Path) -> None:
        self.dataset = folder / "dataset"
        self.pictures = Pictures()
        self.clock = ManualClock()
        self.recorder = EpisodeRecorder(lambda: STATION, self.pictures, self.clock, patience=4)

    def begin(self, source: str = "scripted") -> None:
        request = BeginEpisode(
            dataset=str(self.dataset), goal="Lift it.", source=source, operator="Ada"
        )
        self.recorder.begin(request)

    def play(self, *ticks: Tick, drawn: bool = True) -> None:
        for each in ticks:
            self.recorder.add_tick(each)
            if drawn:
                self.recorder.add_frames(ready(each.number))
            self.recorder.record_pairs()

    def keep(self, success: bool | None = True) -> EpisodeKept:
        return self.recorder.keep(KeepEpisode(success=success))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path)
    yield bench
    bench.recorder.close()


def test_a_kept_episode_holds_what_was_measured_sent_and_seen(bench: Bench) -> None:
    bench.begin()
    bench.play(*(tick(number) for number in range(12)))

    kept = bench.keep()

    assert kept == EpisodeKept(index=0, frames=12, dropped_ticks=0, findings=())
    dataset = Dataset.open(bench.dataset)
    vectors = dataset.vectors(0)
    assert np.allclose(vectors.states, [state(n) for n in range(12)])
    assert np.allclose(vectors.actions, [state(n + 1) for n in range(12)])
    assert abs(int(dataset.images(0, "scene")[5].mean()) - 65) <= 2
    metadata = dataset.episodes[0].metadata
    assert (metadata.goal, metadata.source, metadata.operator) == ("Lift it.", "scripted", "Ada")
    assert (metadata.skill, metadata.seed, metadata.success) == ("lift", 3, True)


def test_a_kept_episode_tells_under_which_limits_and_how_often_each_of_them_acted(
    bench: Bench,
) -> None:
    acted = {3: ("right: linear speed",), 4: ("right: linear speed", "left: linear speed")}
    bench.begin()
    bench.play(*(tick(number, clamped=acted.get(number, ())) for number in range(12)))

    bench.keep()

    (episode,) = Dataset.open(bench.dataset).episodes
    assert episode.metadata.limited == {"linear speed": 2}
    assert episode.metadata.safety == SafetyCard()


def test_an_episode_is_judged_before_anybody_decides(bench: Bench) -> None:
    bench.pictures.gone = {3}
    bench.begin()
    bench.play(*(tick(number) for number in range(12)))

    judged = bench.recorder.judge()
    kept = bench.keep()

    doubts = ("1 of 12 ticks were left out: their pictures came too late.",)
    assert judged == EpisodeJudged(frames=11, dropped_ticks=1, findings=doubts)
    assert (kept.frames, kept.dropped_ticks, kept.findings) == (11, 1, doubts)


def test_what_is_not_being_recorded_cannot_be_judged(bench: Bench) -> None:
    with pytest.raises(DatasetError, match="No episode is being recorded"):
        bench.recorder.judge()


def test_rows_are_recorded_only_while_something_is_commanded(bench: Bench) -> None:
    bench.begin()
    bench.play(*(tick(number, sent=4 <= number < 10) for number in range(14)))

    assert bench.keep().frames == 6


def test_ticks_from_before_the_episode_are_left_out(bench: Bench) -> None:
    bench.clock.advance_s(2 * EMBODIMENT.chunk.period_s)
    bench.begin()
    bench.play(*(tick(number) for number in range(6)))

    assert bench.keep().frames == 4


def test_ticks_without_pictures_are_dropped_whole_and_counted(bench: Bench) -> None:
    bench.pictures.gone = {3}
    bench.begin()
    bench.play(*(tick(number) for number in range(12)))
    bench.play(tick(12), drawn=False)

    kept = bench.keep()

    assert (kept.frames, kept.dropped_ticks) == (11, 2)
    assert kept.findings == ("2 of 13 ticks were left out: their pictures came too late.",)
    assert Dataset.open(bench.dataset).episodes[0].metadata.dropped_ticks == 2


def test_encoders_that_fall_behind_cost_whole_ticks_and_never_a_wait(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_stuck = threading.Event()
    encode = VideoEncoder.add

    def crawl(encoder: VideoEncoder, image: Image) -> None:
        is_stuck.wait(PATIENCE_S)
        encode(encoder, image)

    monkeypatch.setattr("lbm_studio.workers.recorder.BACKLOG_TICKS", 3)
    monkeypatch.setattr(VideoEncoder, "add", crawl)
    bench.begin()
    bench.play(*(tick(number) for number in range(12)))
    is_stuck.set()

    kept = bench.keep()

    assert kept.frames + kept.dropped_ticks == 12
    assert kept.frames in (3, 4)  # one a thread holds, beside those that wait
    dropped = f"{kept.dropped_ticks} of 12 ticks were left out"
    assert kept.findings[0] == f"{dropped}: this machine could not write them in time."
    assert Dataset.open(bench.dataset).episodes[0].metadata.dropped_ticks == kept.dropped_ticks
    assert verify_dataset(bench.dataset, decode=True).is_sound


def test_an_encoder_that_fails_is_told_when_the_episode_is_to_be_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    bench.begin()
    monkeypatch.setattr(VideoEncoder, "add", full)
    bench.play(tick(0), tick(1), tick(2))

    with pytest.raises(StudioError, match="is full"):
        bench.keep()

    assert not bench.recorder.is_recording


def test_a_discarded_episode_leaves_nothing(bench: Bench) -> None:
    bench.begin()
    bench.play(*(tick(number) for number in range(5)))
    bench.recorder.discard()
    bench.begin()
    bench.play(*(tick(number) for number in range(3)))

    assert bench.keep().index == 0
    assert len(Dataset.open(bench.dataset).episodes) == 1


def test_an_episode_that_jumps_to_another_scene_is_not_kept(bench: Bench) -> None:
    bench.begin()
    bench.play(tick(0), tick(1), tick(2, seed=4), tick(3, seed=4))

    with pytest.raises(DatasetError, match="The scene was changed"):
        bench.keep()

    assert not bench.recorder.is_recording


def test_a_disk_that_fills_up_is_told_when_the_episode_is_to_be_kept(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise DiskFullError("The disk is full.")

    bench.begin()
    monkeypatch.setattr(DatasetWriter, "add_tick", full)
    bench.play(tick(0), tick(1), tick(2))

    with pytest.raises(DatasetError, match="The disk is full"):
        bench.keep()


@pytest.mark.parametrize(
    ("act", "sentence"),
    [
        (lambda bench: bench.keep(), "No episode is being recorded"),
        (lambda bench: bench.recorder.discard(), "No episode is being recorded"),
        (lambda bench: bench.begin("magic"), "no source of an episode called “magic”"),
        (lambda bench: (bench.begin(), bench.begin()), "is being recorded already"),
    ],
    ids=["keep nothing", "discard nothing", "unknown source", "begin twice"],
)
def test_what_cannot_be_done_is_refused_in_words(bench: Bench, act: object, sentence: str) -> None:
    assert callable(act)
    with pytest.raises(StudioError, match=sentence):
        act(bench)


# --- the process ----------------------------------------------------------------------------------


def begin(folder: Path) -> BeginEpisode:
    return BeginEpisode(dataset=str(folder), goal="Lift it.", source="scripted")


def test_the_process_records_what_is_published(tmp_path: Path) -> None:
    session = Session(tmp_path / "s")
    with (
        StandInStation(session, STATION) as station,
        Publisher(session.frame_events) as renderer,
        FrameRing.create(session.ring_name, EMBODIMENT.cameras) as ring,
        WorkerProcess("writer", session) as worker,
    ):
        assert ask(session.writer_commands, begin(tmp_path / "d")) == Accepted()
        start_ns = MonotonicClock().now_ns()
        for number in range(12):
            ring.write(number, start_ns + number * PERIOD_NS, pictures(number))
            station.events.publish(TICK_TOPIC, tick(number, start_ns=start_ns))
            renderer.publish(FRAMES_TOPIC, ready(number, start_ns=start_ns))
        kept = ask(session.writer_commands, KeepEpisode(success=True))
        worker.process.terminate()
        assert worker.process.wait(PATIENCE_S) == 0
        ring.unlink()

    assert isinstance(kept, EpisodeKept)
    assert (kept.index, kept.frames, kept.dropped_ticks) == (0, 12, 0)
    assert len(Dataset.open(tmp_path / "d").episodes) == 1


def test_a_killed_process_costs_only_the_running_episode(tmp_path: Path) -> None:
    session = Session(tmp_path / "s")
    answers: list[Message] = []
    with StandInStation(session, STATION):
        with WorkerProcess("writer", session) as worker:
            answers.append(ask(session.writer_commands, begin(tmp_path / "d")))
            worker.kill()
        with WorkerProcess("writer", session):
            answers.append(ask(session.writer_commands, DiscardEpisode()))
            answers.append(ask(session.writer_commands, begin(tmp_path / "d")))

    assert answers[0] == answers[2] == Accepted()
    assert isinstance(answers[1], Refused)
    assert Dataset.open(tmp_path / "d").episodes == ()
