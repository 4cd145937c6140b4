"""No column that may hold something of a person is overlooked: each is forgotten, or stays for a reason."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import models

from abonent.personal_data.fields import FORGOTTEN, KEPT
from abonent.personal_data.models import Deletion
from abonent.personal_data.operations import ask_deletion
from abonent.personal_data.operations.deletion import forget_due
from abonent.personal_data.retention import RULES
from abonent.users.models import User
from tests.personal_data.dina import NAME, NEEDLES, where
from tests.users.cast import NOW

TYPES = (models.EmailField, models.GenericIPAddressField)
NAMES = {"email", "mailbox", "to", "phone", "full_name", "login", "name", "surname", "payer", "browser"} | {
    *(
        "address",
        "network",
        "reason",
        "note",
        "text",
        "comment",
        "details",
        "answers",
        "values",
        "body",
        "data",
    )
}
ENDINGS = ("_by", "_email", "_phone", "_note", "_name")
NOT_OURS = ("auth.", "sessions.", "procrastinate.", "contenttypes.")


def _personal() -> set[str]:
    """By type, by name and by the end of the name; a field that points at another table is the rooms'."""
    return {
        name
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.related_model is None
        and (isinstance(field, TYPES) or field.name in NAMES or field.name.endswith(ENDINGS))
        and not (name := f"{model._meta.app_label}.{model.__name__}.{field.name}").startswith(NOT_OURS)
    }


def test_every_column_has_its_end() -> None:
    assert _personal() - FORGOTTEN - set(KEPT) == set(), "say what becomes of it"
    assert (FORGOTTEN | set(KEPT)) - _personal() == set(), "columns that are not there"
    assert FORGOTTEN & set(KEPT) == set()
    assert all(KEPT.values())


def test_a_rule_that_is_named_is_there() -> None:
    rules = {rule.code for rule in RULES}
    named = {
        one.strip(" )")
        for why in KEPT.values()
        if "retention:" in why
        for one in why.split(":")[-1].split(",")
    }
    assert named
    assert named - rules == set()


def test_what_staff_wrote_about_a_deletion_goes_with_the_person(dina: User, alice: User) -> None:
    """The row of the wish stays; it named the person where staff had typed the name."""
    ask_deletion(user=dina, by=alice, reason=f"позвонила {NAME}", address=None, now=NOW)
    assert forget_due(now=NOW + timedelta(days=31)) == 1
    assert Deletion.objects.get().reason == ""
    stands = {table for needle in NEEDLES for table in where(needle)}
    kept = {
        "users_auditevent": "until its own rule blanks it",
        "notices_letter": "the last letter, for a day",
    }
    assert stands <= set(kept)


@pytest.mark.django_db
def test_the_walk_finds_what_it_should() -> None:
    assert {"users.User.phone", "notices.Letter.to", "users.AuditEvent.address"} <= _personal()
