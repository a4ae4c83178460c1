"""How well and how fast spoken goals are heard, and how often noise is taken for one.

    python -m tests.benchmarks.speech [--model FILE]

Needs Debian's packages pocketsphinx-testdata, espeak-ng and flite. Words are counted as Whisper's
authors count them: without marks, and with numbers and titles written one way.
"""

# ruff: noqa: T201  (it is started by hand, to be read)

import argparse
import tempfile
import threading
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from pathlib import Path

from whisper.normalizers import EnglishTextNormalizer

from lbm_studio.core.sound import SPEECH_RATE_HZ, Samples
from lbm_studio.link.messages import (
    FinishListening,
    FollowListening,
    Hearing,
    Listening,
    SpeechPhase,
    StartListening,
    Verdict,
)
from lbm_studio.speech.activity import VoiceActivity
from lbm_studio.speech.ear import Ear, load_ear
from lbm_studio.speech.recogniser import WhisperRecogniser
from lbm_studio.speech.weights import load_whisper
from lbm_studio.workers.speech import SpeechServer, hear_here, recognition_process
from tests.speech.clips import (
    GOALS,
    OTHER_GOALS,
    VOICES,
    Clip,
    go_forward,
    in_noise,
    on_the_telephone,
    quiet_sounds,
    read_aloud,
    spoken,
    word_errors,
)
from tests.workers.test_speech import Playback

NOISE_DB = (20.0, 10.0, 0.0)
SECONDS_OF_QUIET = (1.0, 3.0, 10.0)
REPEATS = 5
LOOK_EVERY_S = 0.005


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--model", default="", help="file of the recogniser")
    model = parser.parse_args().model
    ear = load_ear(model)
    print("words that differ, of all; refused: clips that gave no goal\n")
    with tempfile.TemporaryDirectory(prefix="lbm-studio-speech-") as folder:
        _print_people(ear)
        _print_voices(ear, Path(folder))
    _print_false_goals(ear, Ear(_Fooled(), WhisperRecogniser(load_whisper(model))))
    _print_speed(model)


class _Fooled(VoiceActivity):
    """Takes everything for speech, so that the recogniser's own doubts are all there is."""

    def spoken_part(self, samples: Samples) -> tuple[Samples, float]:
        return samples, len(samples) / SPEECH_RATE_HZ


def _print_people(ear: Ear) -> None:
    _print_errors(
        "people: a command, and five sentences read aloud", ear, [go_forward(), *read_aloud()]
    )
    _print_errors("people on the telephone, playing cards", ear, list(on_the_telephone()))


def _print_voices(ear: Ear, folder: Path) -> None:
    for voice in VOICES:
        known = [spoken(goal, voice, folder) for goal in GOALS]
        other = [spoken(goal, voice, folder) for goal in OTHER_GOALS]
        _print_errors(f"{voice}: goals nobody taught", ear, known)
        _print_errors(f"{voice}: the same, taught", ear, known, GOALS)
        _print_errors(f"{voice}: other goals than those taught", ear, other, GOALS)
        for ratio_db in NOISE_DB:
            noisy = [in_noise(clip, ratio_db) for clip in known]
            _print_errors(f"{voice}: taught, noise {ratio_db:g} dB quieter", ear, noisy, GOALS)


def _print_errors(title: str, ear: Ear, clips: Sequence[Clip], goals: Sequence[str] = ()) -> None:
    written = EnglishTextNormalizer()
    began_s, heard = time.process_time(), [ear.hear(clip.samples, goals) for clip in clips]
    cpu_s = (time.process_time() - began_s) / len(clips)
    pairs = [
        (written(clip.words), written(hearing.text))
        for clip, hearing in zip(clips, heard, strict=True)
        if hearing.verdict is Verdict.HEARD
    ]
    wrong = sum(word_errors(said, text) for said, text in pairs)
    words = sum(len(said.split()) for said, _ in pairs)
    refused = len(clips) - len(pairs)
    rate = f"{100 * wrong / words:5.1f} %" if words else "      -"
    surest, least = _confidences(heard)
    print(
        f"{title:55s} {wrong:3d} of {words:3d} {rate}, refused {refused} of {len(clips)}, "
        f"sure {least:.2f} to {surest:.2f}, {cpu_s:.2f} CPU s a clip"
    )
    for said, text in pairs:
        if said != text:
            print(f"    said “{said}”, heard “{text}”")


def _confidences(heard: Iterable[Hearing]) -> tuple[float, float]:
    values = [hearing.confidence for hearing in heard if hearing.verdict is Verdict.HEARD]
    return max(values, default=0.0), min(values, default=0.0)


def _print_false_goals(ear: Ear, fooled: Ear) -> None:
    clips = [clip for seconds in SECONDS_OF_QUIET for clip in quiet_sounds(seconds)]
    print()
    for title, which in (("in force", ear), ("without the detector of speech", fooled)):
        goals = [(clip.name, which.hear(clip.samples, GOALS)) for clip in clips]
        false = [(name, hearing) for name, hearing in goals if hearing.text]
        print(f"goals in sounds without speech, {title}: {len(false)} of {len(clips)}")
        for name, hearing in false:
            print(f"    {name}: “{hearing.text}”, sure {hearing.confidence:.2f}")


def _print_speed(model: str) -> None:
    microphone = Playback(go_forward().samples)
    print(f"\nfrom release to text, a clip of {microphone.recorded_s:.1f} s, on one thread")
    with closing(SpeechServer(microphone, recognition_process, hear_here)) as server:
        first_s = _release_to_text_s(server, model)
        others_s = sorted(_release_to_text_s(server, model) for _ in range(REPEATS))
    print(f"first time, process and model included: {first_s:.2f} s")
    print(
        f"from then on: median {others_s[len(others_s) // 2]:.2f} s, slowest {others_s[-1]:.2f} s "
        f"of {REPEATS}"
    )


def _release_to_text_s(server: SpeechServer, model: str) -> float:
    server.handle(StartListening(model=model))
    began_s = time.perf_counter()
    server.handle(FinishListening())
    pause = threading.Event()
    while True:
        answer = server.handle(FollowListening())
        if isinstance(answer, Listening) and answer.phase is SpeechPhase.DONE:
            return time.perf_counter() - began_s
        pause.wait(LOOK_EVERY_S)


if __name__ == "__main__":
    main()
