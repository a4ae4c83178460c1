import pytest

from lbm_studio.speech.ear import Ear, load_ear


@pytest.fixture(scope="session")
def ear() -> Ear:
    """Return the ear that is installed."""
    return load_ear()
