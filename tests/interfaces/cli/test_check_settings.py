"""Settings that the office published: what `abonent check` says of them, and what jobs and commands see."""

from collections.abc import Callable
from typing import Any

import pytest

from abonent.interfaces.cli.check_settings import finding
from abonent.interfaces.cli.finding import OK, WARN
from abonent.interfaces.cli.surroundings import take_settings_in_force
from abonent.interfaces.cli.worker import _under_settings_in_force
from abonent.portal.current import portal
from abonent.portal.models import SettingsNumber, SettingsVersion
from tests.configuration.conftest import member
from tests.configuration.wanted import CONTACT, TODAY, contacts, published
from tests.users.cast import NOW, _quick_hashes, portal_named

__all__ = ["_quick_hashes", "portal_named"]
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _housing(settings: Any, portal_named: Callable[[str], Any]) -> None:
    portal_named("housing")
    settings.SETTINGS_ASKED_EVERY = 0


def test_a_version_that_no_longer_fits_is_a_warning_with_its_place_and_reason() -> None:
    published(member("dana"), CONTACT, contacts("1"))
    assert (finding(today=TODAY).state, finding(today=TODAY).text) == (
        OK,
        "1 publications in the office, all fit the profile",
    )
    SettingsVersion.objects.create(
        part="offices",
        value=[{"fax": "2"}],
        state="published",
        number=2,
        in_force_from=TODAY,
        changed_by_id=1,
        changed_by="dana",
        changed_at=NOW,
        published_at=NOW,
        note="до обновления",
    )
    SettingsNumber.objects.update(number=2)
    found = finding(today=TODAY)
    assert found.state == WARN
    assert found.text.startswith("1 published but left out: offices: 0.")


def test_a_job_sees_what_was_published_before_it_and_nothing_later() -> None:
    dana = member("dana")

    def job() -> list[str]:
        before = portal().contact_centre.phones
        published(dana, CONTACT, contacts("2"))
        take_settings_in_force()
        return before + portal().contact_centre.phones

    published(dana, CONTACT, contacts("1"))
    assert _under_settings_in_force(job) == ["1", "1"]
    take_settings_in_force()
    assert portal().contact_centre.phones == ["2"]
