"""Letters that come back: which end what was subscribed to, which do not, and that nobody can forge one."""

import smtplib
import socketserver
import threading
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from django.core import mail
from hypothesis import given
from hypothesis import strategies as st

from abonent.notices import mailboxes
from abonent.notices.bounces import Taken, take_report
from abonent.notices.delivery_reports import read_report
from abonent.notices.mail_server import hang_up
from abonent.notices.message_ids import letters_named, message_id
from abonent.notices.models import Letter
from abonent.notices.operations import deliver, send_letter
from abonent.notices.refusals import about, enhanced

REPORTS = Path(__file__).parent / "reports"


@pytest.fixture
def told() -> Iterator[list[tuple[str, str]]]:
    """(mailbox, reason) as the rooms hear it."""
    heard: list[tuple[str, str]] = []

    def hear(*, to: str, reason: str, now: datetime) -> None:
        heard.append((to, reason))

    mailboxes.tell_of_refusal(hear)
    yield heard
    mailboxes._told.remove(hear)


@pytest.fixture
def letter(db: None, now: datetime) -> Letter:
    """One that the mail server took."""
    sent = send_letter(
        kind="receipt", to="alice@example.kz", subject="Квитанция", text="x\n", language="ru", now=now
    )
    assert deliver(letter_id=sent.pk, now=now)
    sent.refresh_from_db()
    return sent


def _report(name: str, message: str) -> bytes:
    return (REPORTS / name).read_text("utf-8").replace("MESSAGE-ID", message).encode()


@pytest.mark.parametrize(
    ("name", "outcome", "says"),
    [
        ("postfix_no_such_user.eml", "mailbox", "User unknown in virtual mailbox table"),
        ("postfix_vague.eml", "mailbox", "550 user not found"),
        ("exchange_no_such_user.eml", "mailbox", "RecipientNotFound"),
        ("exim_no_such_user.eml", "mailbox", "invalid mailbox"),
        ("postfix_taken_for_spam.eml", "letter", "reputation is too low"),
        ("postfix_full.eml", "moment", ""),
        ("postfix_delayed.eml", "moment", ""),
        ("postfix_gave_up.eml", "moment", ""),
    ],
)
def test_reports_of_servers(
    name: str, outcome: Any, says: str, letter: Letter, told: list[Any], now: datetime
) -> None:
    later = now + timedelta(hours=1)
    for _ in range(2):
        assert take_report(_report(name, message_id(letter)), now=later) == Taken(outcome, letter.pk)
    letter.refresh_from_db()
    assert says in letter.refusal
    assert letter.refused_at == (None if outcome == "moment" else later)
    assert {to for to, _ in told} == ({"alice@example.kz"} if outcome == "mailbox" else set())
    assert "\n" not in letter.refusal


def test_the_id_in_the_letter_is_the_signed_one(letter: Letter) -> None:
    [message] = mail.outbox
    assert message.message()["Message-ID"] == message_id(letter)
    assert list(letters_named(message_id(letter).upper())) == [letter.pk], "a server changed its case"


def test_a_holiday_notice_says_nothing(letter: Letter, told: list[Any], now: datetime) -> None:
    assert take_report(_report("holiday.eml", message_id(letter)), now=now).outcome == "no report"
    letter.refresh_from_db()
    assert (letter.refused_at, told) == (None, [])


def test_a_forged_report_stops_nothing(letter: Letter, told: list[Any], now: datetime) -> None:
    named = message_id(letter)
    forged = [
        f"<letter-{letter.pk}@aes>",
        f"<letter-{letter.pk}-{letter.created_at:%Y%m%d%H%M%S}-{'0' * 32}@aes>",
        named.replace(f"letter-{letter.pk}-", f"letter-{letter.pk + 1}-"),
        named.replace("-20", "-19", 1),
    ]
    for one in forged:
        assert take_report(_report("exim_no_such_user.eml", one), now=now).outcome == "not ours"
    letter.refresh_from_db()
    assert (letter.refused_at, told) == (None, [])


def test_an_id_signed_by_the_key_before_is_still_ours(letter: Letter, settings: Any) -> None:
    named = message_id(letter)
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another key of thirty-two characters"
    assert list(letters_named(named)) == []
    settings.SECRET_KEY_FALLBACKS = [before]
    assert list(letters_named(named)) == [letter.pk]


@pytest.mark.django_db
def test_a_letter_that_was_never_tried_has_not_come_back(now: datetime, told: list[Any]) -> None:
    waiting = send_letter(
        kind="receipt", to="alice@example.kz", subject="x", text="x\n", language="ru", now=now
    )
    report = _report("exim_no_such_user.eml", message_id(waiting))
    assert take_report(report, now=now).outcome == "not ours"
    assert told == []


class MailServer(socketserver.StreamRequestHandler):
    """A small one, on a socket: it knows alice, says at once that there is no nobody, late that ghost has
    left, and takes what is called spam for such."""

    taken: ClassVar[list[tuple[str, bytes]]] = []

    def handle(self) -> None:
        self._say("220 mx.example.kz ESMTP")
        sender = to = ""
        while line := self.rfile.readline().decode().strip():
            verb = line[:4].upper()
            sender = line if verb == "MAIL" else sender
            to = line if verb == "RCPT" else to
            if verb == "DATA":
                self._take(sender, to)
            elif verb == "RCPT" and "nobody" in line:
                self._say("550 5.1.1 <nobody@example.kz>: User unknown")
            elif verb == "QUIT":
                self._say("221 bye")
                break
            else:
                self._say("250 ok")

    def _take(self, sender: str, to: str) -> None:
        self._say("354 go on")
        letter = b"".join(iter(self.rfile.readline, b".\r\n"))
        self.taken.append((sender, letter))
        if "ghost" in to:
            self._say("550 5.2.1 the mailbox is closed")
        else:
            self._say("550 we do not like it" if b"spam" in letter else "250 taken")

    def _say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")


@pytest.fixture
def mail_server(settings: Any) -> Iterator[list[tuple[str, bytes]]]:
    MailServer.taken.clear()
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), MailServer) as server:
        threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.server_address[1]
        settings.LETTERS_BOUNCE_TO = "bounces@lk.example.kz"
        yield MailServer.taken
        hang_up()
        server.shutdown()


@pytest.mark.django_db
def test_a_mail_server_is_understood(mail_server: Any, told: list[Any], now: datetime) -> None:
    found = {}
    for to, text in (("alice", "hello"), ("nobody", "hello"), ("ghost", "hello"), ("alice", "spam")):
        sent = send_letter(
            kind="r", to=f"{to}@example.kz", subject="x", text=f"{text}\n", language="ru", now=now
        )
        found[to, text] = deliver(letter_id=sent.pk, now=now)
        sent.refresh_from_db()
        gone = to in ("nobody", "ghost")
        assert (sent.refused_at is not None) == gone
        assert (sent.next_attempt_at is None) == (gone or found[to, text])
    assert found == {
        ("alice", "hello"): True,
        ("nobody", "hello"): False,
        ("ghost", "hello"): False,
        ("alice", "spam"): False,
    }
    assert [to for to, _ in told] == ["nobody@example.kz", "ghost@example.kz"]
    sender, letter = mail_server[0]
    assert "bounces@lk.example.kz" in sender
    assert len(list(letters_named(letter.decode()))) == 1


def _refuse_with(monkeypatch: pytest.MonkeyPatch, code: int, answer: bytes) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise smtplib.SMTPRecipientsRefused({"alice@example.kz": (code, answer)})

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)


@pytest.mark.django_db
def test_a_mailbox_refused_at_delivery_is_not_asked_again(
    now: datetime, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _refuse_with(monkeypatch, 550, b"5.1.1 <alice@example.kz>: User unknown")
    sent = send_letter(kind="r", to="alice@example.kz", subject="x", text="x\n", language="ru", now=now)
    assert not deliver(letter_id=sent.pk, now=now)
    sent.refresh_from_db()
    assert (sent.next_attempt_at, sent.refused_at, sent.text) == (None, now, "")
    assert told == [("alice@example.kz", "550 5.1.1 <alice@example.kz>: User unknown")]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("code", "answer"),
    [(450, b"4.2.1 busy"), (552, b"5.2.2 over quota"), (554, b"5.7.1 Relay access denied"), (554, b"spam")],
)
def test_other_refusals_are_tried_again_and_stop_nothing(
    code: int, answer: bytes, now: datetime, told: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    _refuse_with(monkeypatch, code, answer)
    sent = send_letter(kind="r", to="alice@example.kz", subject="x", text="x\n", language="ru", now=now)
    assert not deliver(letter_id=sent.pk, now=now)
    sent.refresh_from_db()
    assert (sent.next_attempt_at, sent.refused_at, told) == (now + timedelta(minutes=1), None, [])


@given(st.binary(max_size=400))
def test_any_bytes_are_read_without_an_error(raw: bytes) -> None:
    read_report(raw)
    read_report(
        b'Content-Type: multipart/report; boundary="b"\n\n--b\nContent-Type: message/delivery-status\n\n'
        + raw
    )


@pytest.mark.parametrize("inside", [b"message/rfc822", b'multipart/mixed; boundary="b"'])
def test_parts_in_parts_without_an_end_are_no_report(inside: bytes) -> None:
    """Or the mail server would hand it over again for days."""
    parts = b"\n--b\nContent-Type: " + inside + b"\n\nContent-Type: message/rfc822\n\n" * 5000
    assert read_report(b'Content-Type: multipart/report; boundary="b"\n' + parts) is None


def test_the_envelope_has_a_sender_of_its_own(letter: Letter, settings: Any, now: datetime) -> None:
    settings.LETTERS_BOUNCE_TO = "bounces@lk.example.kz"
    again = send_letter(kind="r", to="bob@example.kz", subject="x", text="x\n", language="ru", now=now)
    deliver(letter_id=again.pk, now=now)
    message = mail.outbox[-1]
    assert message.from_email == "bounces@lk.example.kz"
    assert message.message()["From"] == settings.DEFAULT_FROM_EMAIL


ROW = r"^\| `([^`]+)` \|[^|]*\| (mailbox|letter|moment) \|"


def test_the_table_of_the_document() -> None:
    import re

    text = (Path(__file__).parents[2] / "docs" / "domain" / "people.md").read_text("utf-8")
    rows = re.findall(ROW, text, re.MULTILINE)
    assert len(rows) >= 12
    for answer, expected in rows:
        assert about(int(answer.split()[0]), enhanced(answer)) == expected, answer
