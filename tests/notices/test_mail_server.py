"""The connection that stays open over letters: what ends it; no letter is lost or doubled with it."""

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.mail import EmailMessage

from abonent.notices import mail_server


class Server(socketserver.ThreadingTCPServer):
    """Takes letters, counts connections; `hang_up_after` letters it goes without a word."""

    allow_reuse_address = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Connection)
        self.connections, self.hang_up_after = 0, 1_000
        self.taken: list[str] = []


class Connection(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self.server.connections += 1
        taken, to = 0, ""
        self._say("220 ready")
        while taken < self.server.hang_up_after and (line := self.rfile.readline().decode().strip()):
            verb = line[:4].upper()
            if verb == "DATA":
                self._say("354 go on")
                for _ in iter(self.rfile.readline, b".\r\n"):
                    pass
                self.server.taken.append(to)
                taken += 1
            elif verb == "RCPT":
                to = line.partition("<")[2].rstrip(">")
            if verb == "RCPT" and "nobody" in line:
                self._say("550 5.1.1 no such user")
            elif verb == "MAIL" and "spammer" in line:
                self._say("421 too many letters")
                return
            else:
                self._say("221 bye" if verb == "QUIT" else "250 ok")
            if verb == "QUIT":
                return

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def server(settings: Any) -> Iterator[Server]:
    mail_server.hang_up()
    with Server() as made:
        threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", made.server_address[1]
        yield made
        mail_server.hang_up()
        made.shutdown()


def send(to: str, sender: str = "portal@example.kz") -> None:
    mail_server.send(EmailMessage("Тема", "Текст", sender, [f"{to}@example.kz"]))


def test_one_greeting_for_many_letters(server: Server) -> None:
    for n in range(20):
        send(f"p{n}")
    assert (server.connections, len(server.taken)) == (1, 20)


def test_a_server_that_hangs_up_between_letters_loses_none_and_doubles_none(server: Server) -> None:
    server.hang_up_after = 3
    for n in range(10):
        send(f"p{n}")
    assert server.taken == [f"p{n}@example.kz" for n in range(10)]
    assert server.connections == 4


def test_a_refused_mailbox_does_not_cost_the_connection(server: Server) -> None:
    for to in ("alice", "nobody", "bob"):
        if to == "nobody":
            with pytest.raises(smtplib.SMTPRecipientsRefused):
                send(to)
        else:
            send(to)
    assert (server.connections, server.taken) == (1, ["alice@example.kz", "bob@example.kz"])


def test_a_server_that_has_had_enough_is_left_and_greeted_anew(server: Server) -> None:
    send("alice")
    with pytest.raises(smtplib.SMTPSenderRefused):
        send("bob", sender="spammer@example.kz")
    send("charlie")
    assert (server.connections, server.taken) == (2, ["alice@example.kz", "charlie@example.kz"])


def test_after_a_hundred_letters_and_a_minute_it_is_another(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mail_server, "LETTERS", 2)
    for n in range(4):
        send(f"p{n}")
    assert server.connections == 2
    monkeypatch.setattr(mail_server, "IDLE", -1.0)
    send("p5")
    assert server.connections == 3


def test_another_server_gets_a_connection_of_its_own(server: Server, settings: Any) -> None:
    """And who signs in as somebody else."""
    send("alice")
    settings.EMAIL_HOST = "localhost"
    send("bob")
    assert server.connections == 2


def test_threads_do_not_share_one(server: Server) -> None:
    together = threading.Barrier(4, timeout=20)

    def work(n: int) -> None:
        together.wait()
        for m in range(5):
            send(f"p{n}-{m}")

    threads = [threading.Thread(target=work, args=[n]) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(set(server.taken)) == len(server.taken) == 20
    assert server.connections <= 4


def test_nobody_listens(settings: Any) -> None:
    mail_server.hang_up()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    for _ in range(2):
        with pytest.raises(OSError, match="refused"):
            send("alice")
