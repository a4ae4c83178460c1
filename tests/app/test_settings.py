import json

import pytest

from lbm_studio.app.settings import (
    SETTINGS_FILE,
    Settings,
    SettingsStore,
    Theme,
    WindowGeometry,
    read_settings,
)

WHOLE = {
    "version": 1,
    "theme": "dark",
    "scale": 2,
    "geometry": {"x": 1, "y": 2, "width": 1280, "height": 800, "maximised": False},
    "panel": "teach",
    "wanted_takes": 12,
}


def read(tmp_path, content):
    path = tmp_path / SETTINGS_FILE
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    complaints: list[str] = []
    return read_settings(path, complaints.append), complaints


def test_without_a_file_everything_has_its_default_and_nothing_is_said(tmp_path):
    complaints: list[str] = []

    settings = read_settings(tmp_path / SETTINGS_FILE, complaints.append)

    assert settings == Settings()
    assert complaints == []


def test_what_was_changed_is_there_after_a_restart(tmp_path):
    store = SettingsStore(tmp_path / "new folder", pytest.fail)
    store.update(theme=Theme.LIGHT, geometry=WindowGeometry(5, 6, 700, 500), speed=0.5)

    again = SettingsStore(tmp_path / "new folder", pytest.fail)

    assert again.current == store.current
    assert again.current.theme is Theme.LIGHT


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("theme", "purple"),
        ("scale", "big"),
        ("scale", 7.0),
        ("geometry", {"x": "left"}),
        ("geometry", 3),
        ("wanted_takes", 0),
        ("wanted_takes", True),
        ("wanted_takes", 2.5),
        ("speed", None),
        ("panel", 4),
        ("connect_at_start", "yes"),
    ],
)
def test_a_bad_field_is_dropped_with_a_notice_and_the_rest_is_kept(tmp_path, name, value):
    settings, complaints = read(tmp_path, {**WHOLE, name: value})

    assert getattr(settings, name) == getattr(Settings(), name)
    assert settings.panel == ("station" if name == "panel" else "teach")
    assert complaints == [f"The setting “{name}” could not be read and takes its default."]


@pytest.mark.parametrize("content", ["", "{", "[]", "null", "\x00\x01", '"text"'])
def test_a_file_that_is_no_settings_file_never_blocks_the_start(tmp_path, content):
    settings, complaints = read(tmp_path, content)

    assert settings == Settings()
    assert complaints == ["The settings could not be read and start from their defaults."]


def test_fields_of_a_later_version_are_ignored(tmp_path):
    settings, complaints = read(tmp_path, {**WHOLE, "version": 9, "colour_of_the_moon": "blue"})

    assert settings.wanted_takes == 12
    assert settings.version == Settings().version
    assert complaints == []


def test_a_disk_that_refuses_is_said_and_the_change_holds(tmp_path, caplog):
    (tmp_path / "file").write_text("in the way")
    complaints: list[str] = []
    store = SettingsStore(tmp_path / "file", complaints.append)

    store.update(speed=0.5)

    assert store.current.speed == 0.5
    assert "could not be saved" in complaints[-1]
