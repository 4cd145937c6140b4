"""Tariffs in the office: a draft, its publication as the next version, going back, two people, the trail."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from abonent.tariffs.calculator import TariffError
from abonent.tariffs.drafts import (
    NoReasonForTariff,
    NoSuchTariff,
    TariffChangedMeanwhile,
    TariffInThePast,
    compared,
    discard_tariff_draft,
    office_tariff,
    publish_tariff,
    revert_tariff,
    save_tariff_draft,
)
from abonent.tariffs.models import TariffDraft, TariffVersion
from abonent.tariffs.operations import UnknownServiceError, load_tariff
from abonent.users.models import AuditEvent, StaffMembership
from tests import billed
from tests.configuration.conftest import member
from tests.tariffs.files import FLAT
from tests.users.cast import _quick_hashes

__all__ = ["_quick_hashes"]
pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
TODAY = date(2026, 11, 21)
DEARER = FLAT.replace("24.35", "26.785")


@pytest.fixture
def dana(tmp_path: Path) -> StaffMembership:
    billed.load(tmp_path, billed.files())
    load_tariff(text=FLAT, filename="power.toml", by="alice", takes_effect_on=TODAY, now=NOW)
    return member("dana")


def draft(staff: StaffMembership, text: str = DEARER, revision: int | None = None) -> TariffDraft:
    return save_tariff_draft(staff=staff, text=text, filename="p.toml", revision=revision, now=NOW)


def publish(staff: StaffMembership, **more: Any) -> int:
    asked = {"code": "flat", "revision": 1, "latest": 1, "takes_effect_on": TODAY, "note": "Приказ № 5"}
    return publish_tariff(staff=staff, today=TODAY, now=NOW, **asked | more).version.number


def test_a_draft_becomes_the_next_version_and_is_gone(dana: StaffMembership) -> None:
    draft(dana)
    assert TariffVersion.objects.count() == 1
    december = date(2026, 12, 1)
    assert publish(dana, takes_effect_on=december) == 2
    row = TariffVersion.objects.get(number=2)
    assert (row.text, row.takes_effect_on, row.loaded_by) == (DEARER, december, "dana")
    assert not TariffDraft.objects.exists()
    event = AuditEvent.objects.filter(action="tariff_loaded").latest("pk")
    assert (event.actor_id, event.reason, event.subject) == (dana.user_id, "Приказ № 5", "tariff:flat 2")
    before = office_tariff(staff=dana, code="flat", today=december - timedelta(days=1))
    after = office_tariff(staff=dana, code="flat", today=december)
    assert before.in_force
    assert after.in_force
    assert (before.in_force.number, after.in_force.number) == (1, 2)


def test_going_back_is_a_version_too(dana: StaffMembership) -> None:
    draft(dana)
    publish(dana)
    asked = {"code": "flat", "latest": 2, "takes_effect_on": TODAY, "note": "ошибка"}
    revert_tariff(staff=dana, to=1, today=TODAY, now=NOW, **asked)
    assert list(TariffVersion.objects.order_by("number").values_list("text", flat=True)) == [
        FLAT,
        DEARER,
        FLAT,
    ]
    with pytest.raises(NoSuchTariff):
        revert_tariff(staff=dana, to=9, today=TODAY, now=NOW, **asked | {"latest": 3})


def test_the_draft_is_compared_with_what_would_be_in_force(dana: StaffMembership) -> None:
    draft(dana)
    one = office_tariff(staff=dana, code="flat", today=TODAY)
    found = compared(one, takes_effect_on=date(2026, 12, 1))
    assert found
    assert [round(change.per_cent or 0, 6) for change in found.rates] == [10]
    example = found.examples[-1]
    assert example.before == example.volume * 2435 / 100
    assert example.after == round(example.volume * 26785 / 1000, 2)


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"revision": 2}, TariffChangedMeanwhile),
        ({"latest": 0}, TariffChangedMeanwhile),
        ({"takes_effect_on": TODAY - timedelta(days=1)}, TariffInThePast),
        ({"note": "  "}, NoReasonForTariff),
    ],
)
def test_what_is_refused_leaves_version_and_draft_alone(
    dana: StaffMembership, more: dict[str, Any], error: type[Exception]
) -> None:
    draft(dana)
    with pytest.raises(error):
        publish(dana, **more)
    assert TariffVersion.objects.count() == 1
    assert TariffDraft.objects.get().revision == 1


def test_the_second_of_two_people_is_told_of_the_first(dana: StaffMembership) -> None:
    draft(dana)
    grace = member("grace")
    with pytest.raises(TariffChangedMeanwhile, match="dana"):
        draft(grace)
    assert draft(grace, revision=1).revision == 2
    with pytest.raises(TariffChangedMeanwhile, match="grace"):
        discard_tariff_draft(staff=dana, code="flat", revision=1, now=NOW)
    discard_tariff_draft(staff=dana, code="flat", revision=2, now=NOW)
    assert not TariffDraft.objects.exists()


def test_what_is_no_tariff_is_no_draft(dana: StaffMembership) -> None:
    with pytest.raises(TariffError, match=r"p\.toml: periods\[1\]\.rates\[0\]\.total"):
        draft(dana, FLAT.replace("24.35", "abc"))
    with pytest.raises(UnknownServiceError, match=r"p\.toml: service"):
        draft(dana, FLAT.replace('"power"', '"nothing"'))
    assert not TariffDraft.objects.exists()


@pytest.mark.parametrize("role", ["operator", "accountant"])
def test_tariffs_are_the_administrators(dana: StaffMembership, role: str) -> None:
    draft(dana)
    other = member("x", role)
    for act in (
        lambda: draft(other, revision=1),
        lambda: publish(other),
        lambda: discard_tariff_draft(staff=other, code="flat", revision=1, now=NOW),
        lambda: office_tariff(staff=other, code="flat", today=TODAY),
    ):
        with pytest.raises(NoSuchTariff):
            act()
    assert TariffVersion.objects.count() == 1
