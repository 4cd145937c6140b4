"""Files of forms that are not sent yet."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from abonent.service_requests import jobs, operations
from abonent.service_requests.models import RequestDraftFile
from abonent.service_requests.operations import BadFile, MayNotFile
from abonent.service_requests.operations.drafts import MOST_BYTES
from abonent.service_requests.queries import draft_file, draft_files
from abonent.service_requests.reading import FileLine
from abonent.users.models import User
from tests.service_requests.conftest import NOW, jpeg


def keep(user: User, key: str = "form", name: str = "a.jpg") -> FileLine:
    return operations.keep_draft_file(user=user, form_key=key, name=name, content=jpeg(), now=NOW)


def refused(user: User, key: str = "form") -> str:
    with pytest.raises(BadFile) as told:
        keep(user, key)
    return told.value.problem.code


def test_a_draft_is_its_owners(alice: User, bob: User) -> None:
    line = keep(alice, name="Справка.png")
    assert draft_files(alice.pk, "form") == (line,)
    assert (line.name, line.media_type) == ("Справка.jpg", "image/jpeg")
    kept = draft_file(alice.pk, line.public_id)
    assert kept is not None
    assert len(kept.content) == line.size
    assert draft_files(bob.pk, "form") == draft_files(alice.pk, "other") == ()
    assert draft_file(bob.pk, line.public_id) is None


def test_dropping_is_safe_to_repeat_and_harms_no_other(alice: User, bob: User) -> None:
    line = keep(alice)
    operations.drop_draft_file(user=bob, form_key="form", public_id=line.public_id)
    operations.drop_draft_file(user=alice, form_key="other", public_id=line.public_id)
    assert draft_files(alice.pk, "form") == (line,)
    for _ in range(2):
        operations.drop_draft_file(user=alice, form_key="form", public_id=line.public_id)
    assert draft_files(alice.pk, "form") == ()


@pytest.mark.parametrize("key", ["", "k" * 65])
def test_a_form_has_a_key(alice: User, key: str) -> None:
    with pytest.raises(MayNotFile):
        keep(alice, key)


def test_a_form_holds_so_many(alice: User, bob: User, ruled: Callable[..., None]) -> None:
    ruled(most_files=2)
    for _ in range(2):
        keep(alice)
    assert refused(alice) == "too_many_files"
    assert keep(alice, "other")
    assert keep(bob)


def test_a_person_holds_so_much(alice: User, bob: User, monkeypatch: pytest.MonkeyPatch) -> None:
    keep(alice)
    RequestDraftFile.objects.update(size=MOST_BYTES - 10)
    assert refused(alice, "other") == "drafts_full"
    assert keep(bob)
    monkeypatch.setattr("abonent.service_requests.operations.drafts.MOST_FILES", 1)
    assert refused(bob, "other") == "drafts_full"


def test_they_are_forgotten_after_a_day(
    alice: User, monkeypatch: pytest.MonkeyPatch, settings: object
) -> None:
    for place in range(3):
        keep(alice, f"form {place}")
    RequestDraftFile.objects.filter(form_key="form 2").update(created_at=NOW + timedelta(hours=1))
    monkeypatch.setattr("abonent.service_requests.operations.drafts.FORGOTTEN_AT_ONCE", 1)
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW + timedelta(days=1, minutes=1))
    for _ in range(2):
        jobs.forget_old_drafts(0)
        assert [one.form_key for one in RequestDraftFile.objects.all()] == ["form 2"]


def test_so_many_at_a_time(alice: User) -> None:
    for place in range(3):
        keep(alice, f"form {place}")
    before = NOW + timedelta(seconds=1)
    assert operations.forget_drafts(created_before=before, limit=2) == 2
    assert operations.forget_drafts(created_before=before, limit=2) == 1
    assert operations.forget_drafts(created_before=before, limit=2) == 0
