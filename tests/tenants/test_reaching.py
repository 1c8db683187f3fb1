"""A server that a tenant names may stand anywhere on the internet, and nowhere on our side of the wall (R-43)."""

import socket

import pytest

from tenants import reaching

#: Spellings of this machine, of cloud metadata and of private networks.
INSIDE = """
127.0.0.1 127.1 127.0.1 127.255.255.254 2130706433 0x7f000001 0x7f.0.0.1 0177.0.0.1 017700000001 localhost
0.0.0.0 0 ::1 ::ffff:127.0.0.1 ::ffff:7f00:1 ::127.0.0.1 0:0:0:0:0:0:0:1 64:ff9b::7f00:1 64:ff9b::10.0.0.1
2002:7f00:1:: 2001:0:4136:e378:8000:63bf:80ff:fffe 169.254.169.254 2852039166 0xa9fea9fe ::ffff:169.254.169.254
fd00:ec2::254 fe80::1 fe80::1%lo 10.0.0.1 172.16.0.1 192.168.0.1 100.64.0.1 192.0.2.1 198.18.0.1 224.0.0.1
255.255.255.255 ff02::1 fc00::1
""".split()


@pytest.mark.parametrize("host", INSIDE)
def test_no_spelling_of_a_private_address_is_gone_to(host):
    with pytest.raises((reaching.ForbiddenHost, reaching.NoSuchHost)):
        reaching.connect(host, 25, timeout=1)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.1", "2130706433", "0x7f.0.0.1", "localhost", "::1", "::ffff:127.0.0.1"]
)
def test_a_listener_on_this_machine_hears_nothing(host):
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(0.2)
        with pytest.raises((reaching.ForbiddenHost, reaching.NoSuchHost)):
            reaching.connect(host, server.getsockname()[1], timeout=1)

        with pytest.raises(TimeoutError):
            server.accept()


@pytest.mark.parametrize(
    "host", ["", " ", "user@127.0.0.1", "127.0.0.1#x", "http://127.0.0.1/", "a\x00b", "a" * 300, "é" * 80]
)
def test_what_is_no_name_is_no_host(host):
    with pytest.raises((reaching.ForbiddenHost, reaching.NoSuchHost)):
        reaching.addresses(host, 25)


def test_a_name_with_one_private_address_among_public_ones_is_refused(monkeypatch):
    answers = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 25)) for address in ("9.9.9.9", "10.0.0.1")]
    monkeypatch.setattr(reaching.socket, "getaddrinfo", lambda *_, **__: answers)

    with pytest.raises(reaching.ForbiddenHost):
        reaching.addresses("two-faced.example", 25)


def test_a_name_that_answers_otherwise_the_second_time_is_asked_once(monkeypatch):
    asked, gone_to = [], []

    def resolve(host, port, **_):
        asked.append(host)
        address = "9.9.9.9" if len(asked) == 1 else "127.0.0.1"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(reaching.socket, "getaddrinfo", resolve)
    real = socket.socket()
    monkeypatch.setattr(reaching.socket, "create_connection", lambda address, timeout: gone_to.append(address) or real)

    reaching.connect("rebinding.example", 25, timeout=1)

    assert gone_to == [("9.9.9.9", 25)]
    assert asked == ["rebinding.example"]


def test_whoever_runs_the_site_can_allow_a_network(settings):
    settings.PRIVATE_NETWORKS = ["127.0.0.0/8", "fd00::/8"]
    server = socket.create_server(("127.0.0.1", 0))
    with server, reaching.connect("127.0.0.1", server.getsockname()[1], timeout=1):
        assert server.accept()

    assert reaching.may_reach("fd00::5")
    assert not reaching.may_reach("10.0.0.1")


def test_public_addresses_are_gone_to():
    assert all(map(reaching.may_reach, ["9.9.9.9", "2620:fe::fe", "::ffff:9.9.9.9", "64:ff9b::909:909"]))


def test_ports_that_take_no_mail_are_not_knocked_at():
    with pytest.raises(reaching.ForbiddenHost):
        reaching.addresses("9.9.9.9", 6379, ports=(25, 587))
    assert reaching.addresses("9.9.9.9", 587, ports=(25, 587)) == ["9.9.9.9"]
