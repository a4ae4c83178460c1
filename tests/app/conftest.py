import pytest

from lbm_studio.app.notices import Notices
from lbm_studio.app.settings import SettingsStore
from tests.app.fakes import FakeProcesses, FakeProgramRun, FakeStation, InlineBackground


@pytest.fixture
def station() -> FakeStation:
    return FakeStation()


@pytest.fixture
def processes() -> FakeProcesses:
    return FakeProcesses()


@pytest.fixture
def background() -> InlineBackground:
    return InlineBackground()


@pytest.fixture
def program() -> FakeProgramRun:
    return FakeProgramRun()


@pytest.fixture
def exports() -> FakeProgramRun:
    return FakeProgramRun()


@pytest.fixture
def notices() -> Notices:
    return Notices(lambda: 0.0)


@pytest.fixture
def settings(tmp_path, notices) -> SettingsStore:
    return SettingsStore(tmp_path, notices.add)


@pytest.fixture
def said(notices):
    """Return the sentences said so far."""
    return lambda: [notice.text for notice in notices.all]
