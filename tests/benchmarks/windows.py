"""Random training windows from video: how training reads them, against seeking frame by frame.

    python -m tests.benchmarks.windows [--large] [--windows N] [--json FILE]

A window is what one training sample needs: the pictures of all cameras at one frame, at the size
the network takes, the measured state and the action chunk. Both ways give the same windows in the
same random order from the same files, pixel by pixel; that is checked. Both work on one thread, and
what counts is the time of its core, so that a busy machine does not favour either.

*Naive:* for each window and camera the video is opened, sought to the time of the frame by its
keyframe, decoded up to the frame, and the picture reduced; numbers are read beforehand, for free.

*Training's reader* (``lbm_studio.learning.training.samples``) decodes every video once, in order,
into a memory-mapped file of the reduced pictures of every frame, and of nothing else; windows are
then cut from it in any order. A single pass over all windows pays for the decoding in the first
ratio; ten do in the second, which is what must reach five; the third is any later pass: trainings
make hundreds.
"""

import argparse
import json
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from itertools import cycle
from pathlib import Path

import av
import numpy as np
from av.video.reformatter import Interpolation
from numpy.typing import NDArray

from lbm_studio.core import keys
from lbm_studio.core.embodiment import Measurement, StationDescription
from lbm_studio.core.episode import EpisodeMetadata, EpisodeSource
from lbm_studio.core.observation import WRENCH_SIZE
from lbm_studio.episodes import layout
from lbm_studio.episodes.dataset import Dataset
from lbm_studio.episodes.take import Tick
from lbm_studio.episodes.writer import DatasetWriter
from lbm_studio.learning.model.config import ModelConfig
from lbm_studio.learning.model.network import image_groups
from lbm_studio.learning.training.samples import EpisodeReference, Samples, load_samples
from lbm_studio.learning.training.views import view_dataset
from lbm_studio.station.simulation.embodiments import dual_fr3
from tests.benchmarks.recorder import bench_station, textured

EPISODES = 6
EPISODE_S = 15.0
NOISE = 4.0
BATCH = 32
PASSES = 10
WANTED = 5.0

_REDUCED = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.FULL_CHR_H_INT
"""As training's reader reduces pictures."""

Images = list[NDArray[np.uint8]]
Size = tuple[int, int]


@dataclass(frozen=True)
class Figures:
    """What is reported; rates in windows a second of one core.

    Attributes:
        windows: of the dataset.
        cache_megabytes: what the memory-mapped pictures take.
        decoding_s: time of a core to make them [s].
        naive: seeking frame by frame.
        first_pass: training's reader, decoding included.
        ten_passes: likewise, over ten of them.
        later_pass: training's reader, once that is done.
    """

    windows: int
    cache_megabytes: float
    decoding_s: float
    naive: float
    first_pass: float
    ten_passes: float
    later_pass: float


def record(station: StationDescription, folder: Path) -> Dataset:
    """Record textured, noisy episodes in which the arms move."""
    body = station.embodiment
    rate_hz = body.chunk.rate_hz
    joints = np.concatenate([arm.home_joints_rad for arm in body.arms])
    textures = textured(body.cameras, NOISE)
    with DatasetWriter.open(folder, station) as writer:
        for episode in range(EPISODES):
            writer.begin()
            for number, images in zip(
                range(round(EPISODE_S * rate_hz)), cycle(textures), strict=False
            ):
                vector = 0.1 * np.sin(number / rate_hz + episode + np.arange(body.action_size))
                measured = {m: _zeros(station, m) for m in station.measures}
                moment_ns = round(1e9 * number / rate_hz)
                writer.add_tick(
                    Tick(vector, vector, joints, moment_ns, images, {}, False, measured=measured)
                )
            goal = f"stir the pot {episode} times"
            writer.keep(EpisodeMetadata(goal, EpisodeSource.SCRIPTED, success=True))
    return Dataset.open(folder)


def _zeros(station: StationDescription, measurement: Measurement) -> NDArray[np.float64]:
    arms = station.embodiment.arms
    joints = sum(len(arm.home_joints_rad) for arm in arms)
    is_wrench = measurement is Measurement.WRENCHES
    return np.zeros(len(arms) * WRENCH_SIZE if is_wrench else joints)


def read_all(dataset: Dataset, station: StationDescription, folder: Path) -> Samples:
    """Let training's reader decode everything, on one thread."""
    views = view_dataset(dataset, station.embodiment)
    episodes = [
        EpisodeReference(dataset, summary.index, (summary.metadata.goal,), views)
        for summary in dataset.episodes
    ]
    return load_samples(
        episodes,
        station.embodiment,
        config=ModelConfig(),
        folder=folder,
        progress=lambda _done, _total: None,
        workers=1,
    )


def cut(
    samples: Samples, numbers: NDArray[np.int64]
) -> tuple[Images, NDArray[np.float32], NDArray[np.float32]]:
    """Return a batch of windows as training takes them: pictures, states and chunks, copied."""
    pictures = [group[numbers] for group in samples.images]
    return pictures, samples.states[numbers], samples.chunks[numbers]


def seek(videos: Sequence[Path], frame: int, rate_hz: float, sizes: Sequence[Size]) -> Images:
    """Return the pictures of one window, each sought and decoded by itself."""
    pictures: Images = []
    for path, (height, width) in zip(videos, sizes, strict=True):
        with av.open(str(path)) as container:
            stream = container.streams.video[0]
            assert stream.time_base
            stream.codec_context.thread_count = 1
            moment = round(frame / rate_hz / stream.time_base)
            container.seek(moment, stream=stream, backward=True)
            for picture in container.decode(stream):
                if picture.pts is not None and picture.pts >= moment:
                    reduced = picture.reformat(
                        width, height, "rgb24", interpolation=_REDUCED, threads=1
                    )
                    pictures.append(np.asarray(reduced.to_ndarray(), dtype=np.uint8))
                    break
    return pictures


def measure(station: StationDescription, windows: int) -> Figures:
    """Record a dataset, read windows in random order both ways, and check that they are equal."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        dataset = record(station, folder / "dataset")
        begun_s = time.process_time()
        samples = read_all(dataset, station, folder / "cache")
        decoding_s = time.process_time() - begun_s
        order = np.random.default_rng(1).permutation(len(samples))
        begun_s = time.process_time()
        for first in range(0, len(order), BATCH):
            cut(samples, order[first : first + BATCH])
        pass_s = time.process_time() - begun_s
        naive_s = _naive_s(station, dataset, samples, order[:windows])
        return Figures(
            windows=len(samples),
            cache_megabytes=sum(group.nbytes for group in samples.images) / 1e6,
            decoding_s=decoding_s,
            naive=min(windows, len(order)) / naive_s,
            first_pass=len(order) / (decoding_s + pass_s),
            ten_passes=PASSES * len(order) / (decoding_s + PASSES * pass_s),
            later_pass=len(order) / pass_s,
        )


def _naive_s(
    station: StationDescription, dataset: Dataset, samples: Samples, order: NDArray[np.int64]
) -> float:
    """Return how long seeking takes [s]; comparing the pictures does not count."""
    body = station.embodiment
    groups = image_groups(body)
    sizes = [s.shape[2:4] for group, s in zip(groups, samples.images, strict=True) for _ in group]
    cameras = [body.camera_names[number] for group in groups for number in group]
    taken_s = 0.0
    for window in order.tolist():
        episode = int(samples.episode[window])
        videos = [_video(dataset.root, camera, episode) for camera in cameras]
        begun_s = time.process_time()
        pictures = seek(videos, int(samples.step[window]), dataset.rate_hz, sizes)
        taken_s += time.process_time() - begun_s
        expected = [picture for group in samples.images for picture in group[window]]
        for ours, theirs in zip(expected, pictures, strict=True):
            np.testing.assert_array_equal(ours, theirs)
    return taken_s


def _video(root: Path, camera: str, episode: int) -> Path:
    return layout.video_file(root, keys.image_key(camera), layout.Place(0, episode))


def main() -> int:
    """Measure and print; return 1 where the ratio wanted is not reached."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--large", action="store_true", help="640x480 at 30 Hz, not 10 Hz")
    parser.add_argument("--windows", type=int, default=100, help="that are sought one by one")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    figures = measure(bench_station() if options.large else dual_fr3(), options.windows)
    ratios = [
        speed / figures.naive
        for speed in (figures.first_pass, figures.ten_passes, figures.later_pass)
    ]
    sys.stdout.write(
        f"seeking frame by frame: {figures.naive:.1f} windows a second\n"
        f"training's reader, {figures.windows} windows: {figures.decoding_s:.1f} s to decode all"
        f" into {figures.cache_megabytes:.0f} MB, then {figures.later_pass:.0f} windows a second\n"
        f"ratio: {ratios[0]:.1f} where one pass pays for the decoding, {ratios[1]:.1f} where"
        f" {PASSES} do, {ratios[2]:.0f} afterwards; {WANTED:g} is wanted of {PASSES} passes\n"
    )
    if options.json:
        options.json.write_text(json.dumps(asdict(figures)), encoding="utf-8")
    return 0 if ratios[1] >= WANTED else 1


if __name__ == "__main__":
    sys.exit(main())
