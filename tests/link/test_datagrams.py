"""A listener on a real socket: what it answers, and how it ends."""

import socket
import threading
from collections.abc import Callable

from lbm_studio.link.datagrams import DatagramListener

LOOPBACK = "127.0.0.1"
PATIENCE_S = 60.0


def make_listener(answer: Callable[[bytes], bytes | None]) -> DatagramListener:
    return DatagramListener(LOOPBACK, 0, answer, longest_bytes=8, name="echo")


def ask(port: int, *datagrams: bytes) -> bytes:
    """Send the datagrams and return the first reply."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(PATIENCE_S)
        for datagram in datagrams:
            line.sendto(datagram, (LOOPBACK, port))
        return line.recv(100)


def test_what_arrives_before_it_starts_is_answered_too():
    listener = make_listener(lambda data: data.upper())
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.settimeout(PATIENCE_S)
        line.sendto(b"stop", (LOOPBACK, listener.port))
        listener.start()

        assert line.recv(100) == b"STOP"
    listener.close()


def test_only_what_has_an_answer_is_replied_to():
    listener = make_listener(lambda data: None if data == b"noise" else data)
    listener.start()

    assert ask(listener.port, b"noise", b"stop") == b"stop"
    listener.close()


def test_a_datagram_that_is_too_long_is_told_from_one_that_fits():
    listener = make_listener(lambda data: str(len(data)).encode())
    listener.start()

    assert ask(listener.port, b"x" * 8) == b"8"
    assert ask(listener.port, b"x" * 2000) == b"9"
    listener.close()


def test_closing_ends_the_thread_frees_the_port_and_may_be_repeated():
    listener = make_listener(lambda data: data)
    listener.start()

    listener.close()
    listener.close()

    assert not [thread for thread in threading.enumerate() if thread.name == "echo"]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as line:
        line.bind((LOOPBACK, listener.port))
