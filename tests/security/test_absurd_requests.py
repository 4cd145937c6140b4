"""Addresses and forms that no page makes: refused or answered, never an error page."""

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import product
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from abonent.accounts.models import Account, AccountLink
from abonent.consumption.usage import months
from abonent.interfaces.resident.consumption.download import consumption_csv
from abonent.metering import reading_links
from abonent.metering.models import Meter, ReadingLink
from abonent.portal.models import Service
from abonent.tariffs.operations import load_tariff
from tests.interfaces.resident import used

URLENCODED = "application/x-www-form-urlencoded"
ABSURD = (
    "-1",
    "1e999",
    "NaN",
    "sNaN",
    "-Infinity",
    "٣٤٥",
    "²",
    "1\0",
    "9" * 5000,
    "02024" + "9" * 9,
    "0001",
    "9999-12",
    "0001-01",
    "9999-99",
    "2026-10\n",
    "0001-01-01",
    "9999-12-31",
    "٢٠٢٦-١٠-١٠",
    "<script>alert(1)</script>",
    "{{7*7}}",
    "'; DROP TABLE x; --",
    "a" * 100_000,
    "0.1e-400",
    "1e-999999",
)
PAGES = {
    "readings/": ("year",),
    "consumption/": ("service", "year", "show"),
    "consumption/consumption.csv": ("service", "year"),
    "calculator/what-if/": ("service", "tariff", "share-night", "share-peak"),
    "services/why/": ("month", "service"),
}
ASKED = {"month": "2026-10", "service": "power", "tariff": "zones:day,night"}


#: Every name of a form's field, and some that no form has.
FIELDS = ("taken_on", "key", "seen", "confirm", "residents", "reading-{}-day", "reading-{}-x", "photo-{}")


@pytest.fixture
def cast(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    monkeypatch.setattr("django.utils.timezone.now", lambda: used.NOW)
    return used.load(tmp_path)


@pytest.fixture
def client(cast: dict[str, Any]) -> Client:
    """alice, who is shown what went wrong instead of an exception."""
    client = Client(raise_request_exception=False)
    client.force_login(cast["alice"])
    return client


def home(page: str) -> str:
    return f"/a/{Account.objects.get(key='100').public_id}/{page}"


def failures(answers: Iterator[tuple[str, Any]]) -> list[str]:
    return [
        f"{answer.status_code} {what[:100]}"
        for what, answer in answers
        if answer.status_code not in (200, 302, 404, 405) or b"<script>alert" in answer.content
    ]


def test_absurd_addresses(client: Client) -> None:
    def answers() -> Iterator[tuple[str, Any]]:
        for page, names in PAGES.items():
            for name, text in product(names, ABSURD):
                query = urlencode({**ASKED, name: text})
                yield f"{page}?{query}", client.get(home(page) + "?" + query)

    assert failures(answers()) == []


@pytest.mark.parametrize("page", ["readings/new/", "readings/offline/", "calculator/"])
def test_absurd_forms(client: Client, page: str) -> None:
    meter = Meter.objects.get(serial="A-1").pk
    form = {"taken_on": "2026-11-20", "key": "k", "seen": "0", f"reading-{meter}-day": "3400"}

    def answers() -> Iterator[tuple[str, Any]]:
        for name, text in product(FIELDS, ABSURD):
            typed = {**form, name.format(meter): text}
            yield f"{name}={text}", client.post(home(page), typed)
            yield (
                f"{name}={text}, language",
                client.post(
                    home(page), urlencode({**typed, "switch_language": "kk"}), content_type=URLENCODED
                ),
            )

    assert failures(answers()) == []
    assert client.get(home("readings/new/")).status_code == 200


@pytest.mark.parametrize("page", ["readings/new/", "readings/offline/", "calculator/", "readings/reminders/"])
def test_forms_beyond_the_bounds_are_refused(client: Client, page: str) -> None:
    fields = {f"reading-{number}-total": "1" for number in range(300)}
    assert client.post(home(page), fields).status_code == 400
    assert client.post(home(page), {"key": "x" * 1_100_000}).status_code == 413


def test_a_name_makes_no_formula_in_the_file_of_consumption(client: Client, cast: dict[str, Any]) -> None:
    account = Account.objects.get(key="100")
    usage = months(account.pk, first=used.LATEST - 1, last=used.LATEST, language="ru", version=1)[0]
    for name in ("=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "Свет"):
        named = replace(usage, service=usage.service._replace(name=name))
        rows = list(csv.reader(io.StringIO(consumption_csv(named).decode("utf-8-sig")), delimiter=";"))
        expected = name if name == "Свет" else f"'{name}"
        assert {row[1] for row in rows[1:]} == {expected}
        assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "@", "\t", "\r"))]


def test_a_letters_link_ends_with_the_secret_it_was_signed_with(cast: dict[str, Any], settings: Any) -> None:
    far = used.NOW + timedelta(days=9)
    link = ReadingLink.objects.create(
        account=Account.objects.get(key="100"),
        user=cast["alice"],
        period=used.NOW.date().replace(day=1),
        created_at=used.NOW,
        expires_at=far,
    )
    token = reading_links.token(link)
    AccountLink.objects.update(created_at=used.NOW - timedelta(days=1))
    assert reading_links.find(token) == link
    old, settings.SECRET_KEY = settings.SECRET_KEY, "another-secret-of-forty-characters-and-more"
    with pytest.raises(reading_links.NoSuchReadingLink):
        reading_links.find(token)
    settings.SECRET_KEY_FALLBACKS = [old]
    assert reading_links.find(token) == link, "a secret on its way out still opens what it signed"


def test_names_are_shown_as_they_are(client: Client, cast: dict[str, Any]) -> None:
    """Those of services, units, meters, tariffs and addresses come from elsewhere: none of them is markup."""
    bad = "\"'><script>alert(1)</script>{{7*7}}%(x)s"
    Service.objects.update(name_ru=bad, unit_ru="<script>alert(1)</script>"[:20])
    Account.objects.update(address=bad, payer=bad)
    Meter.objects.update(serial='"><script>alert(1)</script>')
    zones = used.TARIFFS["levels"].replace("По уровням", bad.replace('"', "'"))
    load_tariff(text=zones, filename="x.toml", by=bad, takes_effect_on=None, now=used.NOW)
    meter = Meter.objects.get(account__key="100").pk
    typed = {f"reading-{meter}-day": "3400", f"reading-{meter}-night": "1300", "taken_on": "2026-11-20"}
    done = client.post(home("readings/new/"), {**typed, "confirm": [f"{meter}-day:unusual"]})
    pages = [*PAGES, "readings/", "readings/new/", "calculator/", "calculator/what-if/?tariff=levels:total"]
    answers = [client.get(home(page) + ("" if "?" in page else "?" + urlencode(ASKED))) for page in pages]
    answers += [done, client.post(home("calculator/"), typed), client.post(home("calculator/"), {"x": bad})]
    answers.append(client.get(done.headers["Location"]))
    texts = [answer.content.decode() for answer in answers if "html" in answer.headers["Content-Type"]]
    assert {answer.status_code for answer in answers} <= {200, 302}
    assert [text for text in texts if "<script>alert" in text or ">49" in text] == []
    assert sum("&lt;script&gt;alert(1)" in text for text in texts) > 8
