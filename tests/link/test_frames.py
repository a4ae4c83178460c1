"""The ring of camera frames, shared by real processes."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import numpy as np
import pytest

from lbm_studio.core.embodiment import CameraDescription, Mount
from lbm_studio.core.errors import StudioError
from lbm_studio.core.pose import Pose
from lbm_studio.link.frames import RING_PREFIX, FrameReader, FrameRing, Image

SHARED = Path("/dev/shm")
SIZES = {"front": (48, 64), "wrist": (17, 23)}


def camera(name: str, height: int, width: int) -> CameraDescription:
    return CameraDescription(name, Mount.SCENE, None, width, height, 1.0, Pose.identity())


CAMERAS = [camera(name, *size) for name, size in SIZES.items()]


def pictures(value: int) -> dict[str, Image]:
    return {name: np.full((*size, 3), value % 256, np.uint8) for name, size in SIZES.items()}


@pytest.fixture
def name() -> Iterator[str]:
    name = f"{RING_PREFIX}test-{uuid4().hex}"
    yield name
    assert [path.name for path in SHARED.glob(f"{name}*")] == []


@pytest.fixture
def ring(name: str) -> Iterator[FrameRing]:
    with FrameRing.create(name, CAMERAS, slots=4) as ring:
        yield ring
        ring.unlink()


def test_an_empty_ring_has_no_frames(ring: FrameRing, name: str) -> None:
    with FrameReader(name) as reader:
        assert reader.read() is None
        assert reader.read(0) is None
        assert reader.read_at(0) is None
        assert reader.newest_ns == 0


def test_every_camera_comes_back_as_it_was_written(ring: FrameRing, name: str) -> None:
    random = np.random.default_rng(0)
    written = {n: random.integers(0, 256, (*s, 3), np.uint8) for n, s in SIZES.items()}
    ring.write(7, 123, written)

    with FrameReader(name) as reader:
        frames = reader.read()

    assert frames is not None
    assert (frames.number, frames.captured_ns) == (7, 123)
    assert list(frames.images) == list(SIZES)
    assert all(np.array_equal(frames.images[n], written[n]) for n in SIZES)


def test_the_last_ticks_can_be_asked_for_and_older_ones_are_gone(ring: FrameRing) -> None:
    slots = [ring.write(number, 1000 + number, pictures(number)) for number in range(6)]

    assert slots == [0, 1, 2, 3, 0, 1]
    assert [number for number in range(8) if ring.read(number)] == [2, 3, 4, 5]
    assert ring.newest_ns == 1005
    found = ring.read_at(1003)
    assert found is not None
    assert found.number == 3
    newest = ring.read()
    assert newest is not None
    assert newest.number == 5


def test_a_tick_number_is_not_mistaken_for_a_capture_time(ring: FrameRing) -> None:
    ring.write(5, 900, pictures(1))
    ring.write(900, 5, pictures(2))

    by_number, by_time = ring.read(5), ring.read_at(5)

    assert by_number is not None
    assert by_time is not None
    assert (by_number.captured_ns, by_time.number) == (900, 900)


def test_a_picture_of_another_size_is_refused_in_words(ring: FrameRing) -> None:
    wrong = pictures(0) | {"wrist": np.zeros((10, 10, 3), np.uint8)}

    with pytest.raises(StudioError, match="“wrist” gave no picture of 23 x 17 pixels"):
        ring.write(0, 0, wrong)


def test_without_a_writer_there_are_no_frames(name: str) -> None:
    with FrameReader(name) as reader:
        assert reader.read() is None
    with pytest.raises(StudioError, match="renderer is not running"):
        FrameRing.attach(name)


def test_a_reader_follows_a_writer_that_starts_again(name: str) -> None:
    with FrameReader(name) as reader:
        for number in range(3):
            with FrameRing.create(name, CAMERAS) as ring:
                ring.write(number, 0, pictures(number))
                frames = reader.read()
                assert frames is not None
                assert frames.number == number
        (SHARED / name).unlink()
        assert reader.read() is None


def test_an_old_writer_does_not_remove_the_ring_of_its_successor(name: str) -> None:
    with FrameRing.create(name, CAMERAS) as old, FrameRing.create(name, CAMERAS) as new:
        old.unlink()
        assert new.is_current
        new.unlink()


BUSY_WRITER = """
import sys
from pathlib import Path
import numpy as np
from lbm_studio.core.embodiment import CameraDescription, Mount
from lbm_studio.core.pose import Pose
from lbm_studio.link.frames import FrameRing
name, done = sys.argv[1], Path(sys.argv[2])
camera = CameraDescription("front", Mount.SCENE, None, 320, 240, 1.0, Pose.identity())
with FrameRing.create(name, [camera], slots=2) as ring:
    number = 0
    while number % 100 or not done.exists():
        ring.write(number, number, {"front": np.full((240, 320, 3), number % 256, np.uint8)})
        number += 1
    ring.unlink()
"""


def test_a_reader_never_gets_a_torn_picture(name: str, tmp_path: Path) -> None:
    done = tmp_path / "done"
    writer = subprocess.Popen([sys.executable, "-c", BUSY_WRITER, name, str(done)])
    numbers: set[int] = set()
    torn = 0
    with FrameReader(name) as reader:
        while len(numbers) < 100 and writer.poll() is None:
            frames = reader.read()
            if frames is not None:
                numbers.add(frames.number)
                torn += not (frames.images["front"] == frames.number % 256).all()
    done.touch()

    assert writer.wait() == 0
    assert torn == 0
    assert len(numbers) == 100


def _killed_writer(name: str) -> None:
    code = f"""
import os, signal
from lbm_studio.core.embodiment import CameraDescription, Mount
from lbm_studio.core.pose import Pose
from lbm_studio.link.frames import FrameRing
camera = CameraDescription("c", Mount.SCENE, None, 8, 8, 1.0, Pose.identity())
FrameRing.create({name!r}, [camera])
os.kill(os.getpid(), signal.SIGKILL)
"""
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, check=False)
    assert ended.returncode == -signal.SIGKILL
    assert ended.stderr == b""


def test_what_a_killed_writer_left_is_removed_by_the_next(name: str) -> None:
    dead = f"{name}-dead"
    _killed_writer(dead)
    assert (SHARED / dead).exists()

    with FrameRing.create(name, CAMERAS) as ring:
        assert not (SHARED / dead).exists()
        ring.unlink()


def test_the_ring_of_a_living_writer_is_left_alone(ring: FrameRing, name: str) -> None:
    with FrameRing.create(f"{name}-other", CAMERAS) as other:
        other.unlink()

    assert ring.is_current


def test_a_file_that_is_no_ring_is_left_alone_while_it_is_young(name: str) -> None:
    path = SHARED / f"{name}-odd"
    path.write_bytes(b"x")
    with FrameRing.create(name, CAMERAS) as ring:
        ring.unlink()
    assert path.exists()

    os.utime(path, (0, 0))
    with FrameRing.create(name, CAMERAS) as ring:
        ring.unlink()

    assert not path.exists()
