"""Names that modules share."""

from lbm_studio.core import keys


def test_images_have_a_column_of_their_own_each() -> None:
    assert keys.image_key("scene_right_0") == "observation.images.scene_right_0"


def test_nothing_but_measurements_sits_under_observation() -> None:
    names = [
        value for name, value in vars(keys).items() if name.isupper() and isinstance(value, str)
    ]

    assert sorted(name for name in names if name.startswith("observation.")) == [
        "observation.images.",
        "observation.state",
    ]
