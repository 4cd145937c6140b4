"""The page of figures: empty, full, and as files."""

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from abonent.portal.models import Organisation
from abonent.users.models import StaffMembership
from tests.figures.test_figures import NOVEMBER, Town, at
from tests.users.cast import _quick_hashes, alice, clock

__all__ = ["_quick_hashes", "alice", "clock"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(alice: Any, settings: Any, client: Client, clock: Any) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    settings.LANGUAGE_CODE = "ru"
    StaffMembership.objects.create(user=alice, role="accountant")
    client.force_login(alice)
    return client


def _text(answer: Any) -> str:
    return " ".join(answer.content.decode().replace("\u00a0", " ").split())


def test_an_empty_town_shows_words_and_no_empty_picture(office: Client) -> None:
    answer = office.get(reverse("office_figures"), headers={"Accept-Language": "ru"})
    assert answer.status_code == 200
    assert "<figure" not in answer.content.decode()


def test_every_sheet_is_a_table_and_a_file(office: Client) -> None:
    town = Town()
    town.link(town.first, at(3))
    town.send(town.first, at(15))
    town.pay(at(3), {town.first: "1234.50"})
    town.ask(town.first, at(2), at(9).date(), state="done", closed_at=at(9))
    page = office.get(reverse("office_figures"), {"month": str(NOVEMBER)}, headers={"Accept-Language": "ru"})
    text = page.content.decode()
    assert text.count("<figure") == 4
    assert "1 234,50 ₸" in _text(page)
    file = office.get(reverse("office_figures_csv", args=["payments"]), {"month": str(NOVEMBER)})
    lines = file.content.decode("utf-8-sig").splitlines()
    assert lines[1].split(";")[-2:] == ["1", "1234,50"]
    assert re.fullmatch(
        r'attachment; filename="payments-2026-11-as-of-\d{4}-\d\d-\d\d-\d{4}\.csv"',
        file["Content-Disposition"],
    )
    for code in ("links", "readings", "reading_states", "payment_days", "requests", "request_kinds"):
        assert office.get(reverse("office_figures_csv", args=[code])).status_code == 200


def test_a_sheet_that_is_none_and_a_month_that_is_none(office: Client) -> None:
    assert office.get(reverse("office_figures_csv", args=["salaries"])).status_code == 404
    for month in ("2026-13", "9999-12", "x", ""):
        assert office.get(reverse("office_figures"), {"month": month}).status_code == 200


def test_staff_of_an_organisation_see_their_own(office: Client) -> None:
    town = Town()
    town.pay(at(3), {town.first: "100.00", town.strange: "50.00"})
    StaffMembership.objects.update(organisation=Organisation.objects.get(code="theirs"))
    page = office.get(reverse("office_figures"), {"month": str(NOVEMBER)})
    assert "50,00 ₸" in _text(page)
    assert "100,00" not in _text(page)


def test_a_large_towns_page_says_its_moment_and_its_files_agree(office: Client, settings: Any) -> None:
    """What is kept is shown by page and file alike, until it is counted again; the file's name says when."""
    settings.COUNTS_KEPT_FROM = 0
    town = Town()
    town.pay(at(3), {town.first: "100.00"})
    asked = {"month": str(NOVEMBER)}
    first = office.get(reverse("office_figures"), asked, headers={"Accept-Language": "ru"})
    town.pay(at(4), {town.second: "11.00"})
    again = office.get(reverse("office_figures"), asked)
    file = office.get(reverse("office_figures_csv", args=["payments"]), asked)
    moment = re.search(r"По состоянию на (\d\d\.\d\d\.\d{4}),? (\d\d):(\d\d)", _text(first))
    assert moment, _text(first)
    assert "111,00" not in _text(again)
    assert file.content.decode("utf-8-sig").splitlines()[1].endswith("100,00")
    assert f"-{moment[2]}{moment[3]}.csv" in file["Content-Disposition"]
