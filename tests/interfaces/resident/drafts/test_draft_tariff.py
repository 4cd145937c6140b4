"""A tariff's draft on the calculator's own page."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from abonent.tariffs.drafts import save_tariff_draft
from abonent.tariffs.models import TariffDraft
from abonent.tariffs.operations import load_tariff
from abonent.users.models import StaffMembership
from tests import billed
from tests.configuration.conftest import member
from tests.interfaces.ui.markup import faults
from tests.tariffs.files import FLAT, LEVELS, ZONES
from tests.users.cast import NOW, _quick_hashes, alice, signed_in

__all__ = ["_quick_hashes", "alice"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def office(client: Client, settings: Any, tmp_path: Path) -> Client:
    settings.STAFF_SECOND_FACTOR = False
    billed.load(tmp_path, billed.files())
    load_tariff(text=FLAT, filename="power.toml", by="alice", takes_effect_on=None, now=NOW)
    return signed_in(client, member("dana").user)


def draft(text: str) -> TariffDraft:
    staff = StaffMembership.objects.get(user__login="dana")
    return save_tariff_draft(staff=staff, text=text, filename="t.toml", revision=None, now=NOW)


def page(client: Client, code: str, **asked: str) -> str:
    answer = client.get(reverse("draft_tariff", args=[code]), asked)
    assert answer.status_code == 200
    html = str(answer.content.decode()).replace("\u00a0", " ")
    assert faults(html) == []
    return html


@pytest.mark.parametrize("language", ["ru", "kk"])
def test_the_calculators_answer_by_the_draft(office: Client, language: str) -> None:
    draft(FLAT.replace("24.35", "30.00"))
    html = page(office, "flat", volume="100", language=language)
    assert "3 000,00 ₸" in html
    assert f'<html lang="{language}"' in html
    listed = office.get(reverse("office_tariff_preview", args=["flat"])).content.decode()
    assert faults(listed) == []
    assert f"/drafts/tariff/flat/?language={language}" in listed


@pytest.mark.parametrize(("code", "text"), [("levels", LEVELS), ("zones", ZONES)])
def test_levels_and_scales_are_shown_line_by_line(office: Client, code: str, text: str) -> None:
    draft(text)
    assert "₸" in page(office, code)


def test_who_may_not_and_what_cannot_be_read(office: Client, alice: Any) -> None:
    address = reverse("draft_tariff", args=["flat"])
    assert office.get(address).status_code == 404, "no draft"
    row = draft(FLAT.replace("24.35", "30.00"))
    assert signed_in(Client(), alice).get(address).status_code == 404
    assert signed_in(Client(), member("oleg", "operator").user).get(address).status_code == 404
    TariffDraft.objects.filter(pk=row.pk).update(text="no = 1")
    assert office.get(address).headers["Location"] == reverse("office_tariff_preview", args=["flat"])
