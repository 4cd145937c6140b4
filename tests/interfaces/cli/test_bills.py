"""`abonent bills publish`, `abonent letters bounced`; printing is tried in tests/bills/test_printing.py."""

import io
import json
from pathlib import Path
from typing import Any

import pytest

from abonent.__main__ import main
from abonent.accounts.models import Account
from abonent.bills.models import ReceiptSubscription
from abonent.interfaces.cli import bills
from abonent.notices.message_ids import message_id
from abonent.notices.models import Letter
from abonent.notices.operations import deliver
from tests.billed import NOW, files, load, people

REPORT = Path(__file__).parents[2] / "notices" / "reports" / "exim_no_such_user.eml"


@pytest.fixture
def subscribed(transactional_db: None, tmp_path: Path) -> ReceiptSubscription:
    load(tmp_path, files(months=1))
    alice = people(linked={"alice": ["100"]})["alice"]
    return ReceiptSubscription.objects.create(
        user=alice,
        account=Account.objects.get(key="100"),
        email=alice.email,
        started_at=NOW,
        asked_at=NOW,
        confirmed_at=NOW,
    )


@pytest.mark.parametrize("name", list(bills.SUBCOMMANDS))
def test_each_explains_itself(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["bills", name, "--help"])
    assert bills.SUBCOMMANDS[name].EXAMPLE in " ".join(capsys.readouterr().out.split())


def test_publishing_is_told_as_a_line_or_as_json(
    subscribed: ReceiptSubscription, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["bills", "publish", "--month", "2026-10", "--organisation", "heat"]) == 0
    assert capsys.readouterr().out == "2026-10: nobody was left to write to.\n"
    assert main(["bills", "publish", "--month", "2026-10", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["written"], told["total"], told["organisation"]) == (1, 1, None)
    assert told["finished_at"]
    assert main(["bills", "publish", "--month", "2026-10"]) == 0
    assert capsys.readouterr().out == "2026-10: nobody was left to write to.\n"
    assert Letter.objects.count() == 1


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--month", "2031-01"], "nothing was charged in 2031-01"),
        (["--month", "2026-10", "--organisation", "nobody"], "no organisation has the code 'nobody'"),
    ],
)
def test_what_cannot_be_published_is_said_in_a_line(
    arguments: list[str],
    says: str,
    subscribed: ReceiptSubscription,
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert main(["bills", "publish", *arguments]) == 1
    assert says in capsys.readouterr().err
    assert not Letter.objects.exists()


def _hand_over(monkeypatch: pytest.MonkeyPatch, mail: bytes) -> None:
    class Standard:
        buffer: Any = io.BytesIO(mail)

    monkeypatch.setattr("sys.stdin", Standard())


def test_what_came_back_is_taken_from_the_standard_input(
    subscribed: ReceiptSubscription,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    main(["bills", "publish", "--month", "2026-10"])
    letter = Letter.objects.get()
    deliver(letter_id=letter.pk, now=NOW)
    report = REPORT.read_text("utf-8")
    for mail, says in (
        (b"From: alice@example.kz\n\nthank you\n", "is no delivery report"),
        (report.encode(), "names no letter of ours"),
        (report.replace("MESSAGE-ID", message_id(letter)).encode(), f"letter {letter.pk}: nobody reads"),
    ):
        _hand_over(monkeypatch, mail)
        capsys.readouterr()
        assert main(["letters", "bounced"]) == 0
        assert says in capsys.readouterr().out
    subscribed.refresh_from_db()
    assert subscribed.ended_why == "refused"
