"""Tariffs in the office's pages: new figures from a day on, a file, the comparison, publish, go back."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from abonent.tariffs.models import TariffDraft, TariffVersion
from abonent.tariffs.operations import load_tariff
from tests import billed
from tests.configuration.conftest import member
from tests.interfaces.ui.markup import faults, parse
from tests.tariffs.files import FLAT, LEVELS
from tests.users.cast import NOW, _quick_hashes, signed_in

__all__ = ["_quick_hashes"]
pytestmark = pytest.mark.django_db
TEXT = "office_tariff_text"


@pytest.fixture
def office(client: Client, settings: Any, tmp_path: Path) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    billed.load(tmp_path, billed.files())
    load_tariff(text=FLAT, filename="power.toml", by="alice", takes_effect_on=None, now=NOW)
    return signed_in(client, member("dana").user)


def at(name: str, *args: Any) -> str:
    return reverse(name, args=args)


def page(answer: Any) -> str:
    text = str(answer.content.decode()).replace("\u00a0", " ")
    assert faults(text) == []
    return text


def rates(**more: str) -> dict[str, str]:
    """The form of new rates, 10 per cent dearer from the day after tomorrow."""
    begins = f"{timezone.localdate() + timedelta(days=2):%Y-%m-%d}"
    return {"begins": begins, "source": "Приказ № 5", "rate-0-total-1": "26,785", **more}


def publishing(**more: Any) -> dict[str, Any]:
    day = f"{timezone.localdate():%Y-%m-%d}"
    return {"revision": 1, "latest": 1, "in_force_from": day, "note": "с нового года", **more}


def test_new_figures_are_compared_and_published(office: Client) -> None:
    assert "24,35" in page(office.get(at("office_tariff", "flat")))
    assert 'value="24,35"' in page(office.get(at("office_tariff_rates", "flat")))
    answer = office.post(at("office_tariff_rates", "flat"), rates())
    preview = at("office_tariff_preview", "flat")
    assert answer.headers["Location"] == preview
    seen = page(office.get(preview))
    assert "+10,0" in seen
    assert "26,785" in seen
    assert "есть черновик" in page(office.get(at("office_tariffs")))
    office.post(preview, publishing())
    assert TariffVersion.objects.latest("number").number == 2
    assert "Приказ № 5" in page(office.get(at("office_tariff", "flat")))


def as_drawn(html: str) -> dict[str, str]:
    """What the page's own form sends when nothing is touched."""
    fields = [one for one in parse(html).elements if one.attrs.get("name")]
    own = {"tariff-form", "rates-form"}
    mine = [one for one in fields if own & {inside.attrs.get("id") for inside in one.inside}]
    return {
        str(one.attrs["name"]): (
            one.text.removeprefix("\n") if one.tag == "textarea" else one.attrs.get("value") or ""
        )
        for one in mine
    }


@pytest.mark.parametrize(("name", "field"), [("office_tariff_rates", "source"), (TEXT, "text")])
def test_what_was_typed_is_kept_beside_a_faster_colleague(office: Client, name: str, field: str) -> None:
    grace = signed_in(Client(), member("grace").user)
    address = at(name, "flat") if name != TEXT else f"{at(TEXT)}?of=flat"
    opened = as_drawn(page(grace.get(address)))
    begins = f"{timezone.localdate() + timedelta(days=9):%Y-%m-%d}"
    mine = "Приказ № 9" if field == "source" else FLAT.replace("24.35", "29.00")
    opened |= {field: mine} | ({"begins": begins} if field == "source" else {})
    office.post(at("office_tariff_rates", "flat"), rates())
    office.post(at("office_tariff_preview", "flat"), publishing())
    answer = grace.post(address, opened)
    again = as_drawn(page(answer))
    assert again[field].strip() == mine.strip()
    assert "dana" in answer.content.decode()
    assert not TariffDraft.objects.exists()
    assert grace.post(address, again).status_code == 302
    assert TariffDraft.objects.exists()


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rate-0-total-1": "abc"}, "periods[2].rates[0].total"),
        ({"begins": "2026-10-01"}, "periods[2].from"),
        ({"begins": ""}, "Заполните"),
        ({"source": ""}, "Заполните"),
    ],
)
def test_mistakes_are_named_and_what_was_typed_stays(
    office: Client, wrong: dict[str, str], said: str
) -> None:
    answer = office.post(at("office_tariff_rates", "flat"), rates(**wrong))
    assert answer.status_code == 422
    assert said in page(answer)
    assert wrong.get("rate-0-total-1", "26,785") in page(answer)
    assert not TariffDraft.objects.exists()


def test_a_file_is_uploaded_or_pasted(office: Client) -> None:
    file = SimpleUploadedFile("levels.toml", LEVELS.encode())
    assert office.post(at(TEXT), {"file": file}).headers["Location"] == at("office_tariff_preview", "levels")
    assert "уровень 2" in page(office.get(at("office_tariff_preview", "levels")))
    office.post(at("office_tariff_preview", "levels"), publishing(latest=0))
    assert TariffVersion.objects.get(code="levels").filename == "levels.toml"
    edited = FLAT.replace("24.35", "25").replace("\n", "\r\n")
    assert office.post(at(TEXT), {"text": edited}).status_code == 302
    assert "\r" not in TariffDraft.objects.get().text


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"text": "code = 5"}, "office.toml: code: a text is needed"),
        ({"text": "["}, "not TOML"),
        ({}, "Выберите файл или вставьте его текст."),
        ({"file": SimpleUploadedFile("x.toml", b"\xff\xfe\x00")}, "UTF-8"),
        ({"text": FLAT.replace("power", "nothing")}, "office.toml: service"),
    ],
)
def test_what_is_no_tariff_is_said_with_file_and_key(
    office: Client, given: dict[str, Any], said: str
) -> None:
    answer = office.post(at(TEXT), given)
    assert answer.status_code == 422
    assert said in page(answer).replace("&#39;", "'")
    assert not TariffDraft.objects.exists()


def test_back_to_an_earlier_version(office: Client) -> None:
    office.post(at(TEXT), {"text": FLAT.replace("24.35", "99")})
    office.post(at("office_tariff_preview", "flat"), publishing())
    back = at("office_tariff_revert", "flat", 1)
    assert "24.35" in page(office.get(back))
    office.post(back, publishing(latest=2, note="ошибка"))
    assert TariffVersion.objects.get(number=3).text == FLAT
    assert office.get(at("office_tariff_revert", "flat", 9)).status_code == 404


def test_a_version_that_can_no_longer_be_read_is_shown(office: Client) -> None:
    row = TariffVersion.objects.get()
    row.pk, row.number, row.text, row.sha256 = None, 2, FLAT.replace("KZT", "EUR"), "0" * 64
    row.save()
    assert "больше не читается как тариф" in page(office.get(at("office_tariff", "flat")))
    assert page(office.get(at("office_tariffs")))


@pytest.mark.parametrize("language", ["ru", "kk", "en"])
def test_every_page_in_every_language(office: Client, language: str) -> None:
    staff = signed_in(Client(), member("grace").user, language)
    staff.post(at("office_tariff_rates", "flat"), rates())
    pages = [at("office_tariffs"), at(TEXT), at(TEXT) + "?of=flat"]
    pages += [at(f"office_tariff{name}", "flat") for name in ("", "_rates", "_preview")]
    for address in [*pages, at("office_tariff_revert", "flat", 1)]:
        answer = staff.get(address)
        assert answer.status_code == 200
        page(answer)
    assert staff.get(at("office_tariff", "nothing")).status_code == 404
