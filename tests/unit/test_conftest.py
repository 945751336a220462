"""The fixture that keeps sockets out of unit tests."""

import socket

import pytest


def test_a_unit_test_cannot_open_a_socket() -> None:
    with pytest.raises(AssertionError, match="no sockets"):
        socket.socket()


def test_a_unit_test_cannot_open_a_pair_of_sockets_either() -> None:
    with pytest.raises(AssertionError, match="no sockets"):
        socket.socketpair()
