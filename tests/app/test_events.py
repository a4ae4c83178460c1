from lbm_studio.app.events import Signal


def test_every_connected_slot_hears_every_value_in_order():
    signal: Signal[int] = Signal()
    heard = []
    signal.connect(lambda value: heard.append(("first", value)))
    signal.connect(lambda value: heard.append(("second", value)))

    signal.emit(1)
    signal.emit(2)

    assert heard == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]


def test_a_slot_connected_twice_is_called_once_and_disconnected_for_good():
    signal: Signal[int] = Signal()
    heard: list[int] = []
    signal.connect(heard.append)
    signal.connect(heard.append)
    signal.emit(1)

    signal.disconnect(heard.append)
    signal.disconnect(heard.append)
    signal.emit(2)

    assert heard == [1]


def test_a_slot_may_disconnect_itself_while_a_value_is_emitted():
    signal: Signal[int] = Signal()
    heard: list[int] = []

    def once(value: int) -> None:
        signal.disconnect(once)
        heard.append(value)

    signal.connect(once)
    signal.connect(heard.append)
    signal.emit(1)
    signal.emit(2)

    assert heard == [1, 1, 2]
