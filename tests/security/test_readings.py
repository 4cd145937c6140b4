"""Readings sent past the form: other people's meters, other people's photos, too much, and too often."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from abonent.accounts.models import Account, AccountLink
from abonent.base import uploads
from abonent.base.files import write_whole
from abonent.metering.models import KeptForm, Meter, Photo, Submission, SubmittedReading
from abonent.metering.operations.bounds import MOST_PHOTOS, MOST_SUBMISSIONS
from abonent.metering.operations.rejections import tell_rejected
from abonent.notices.models import Letter
from abonent.notices.operations import deliver
from abonent.portal.models import Organisation
from abonent.users.models import User
from tests.interfaces.resident.readings.conftest import (
    NOW,
    Visit,
    account,
    add_meter,
    alice,
    bob,
    clock,
    desk,
    meters,
    new_person,
    supplier,
    words,
)
from tests.security.test_photos import drawn

__all__ = ["account", "alice", "bob", "clock", "desk", "meters", "new_person", "supplier"]

Meters = tuple[Meter, Meter, Meter]


@pytest.fixture
def stranger(supplier: Organisation, new_person: Callable[..., User]) -> Visit:
    """charlie, at an account of his own with a meter."""
    other = Account.objects.create(
        number="0018", key="18", organisation=supplier, payer="Ли", address="Абая 2"
    )
    add_meter(other, "X-9", 1)
    return Visit(new_person("charlie", other), other)


def jpeg() -> SimpleUploadedFile:
    return SimpleUploadedFile("../../<b>\r\nX: y</b>.html", drawn("JPEG"), content_type="text/html")


def sent_with_photo(desk: Visit, meter: Meter) -> str:
    """The address of the photo."""
    done = desk.send({f"reading-{meter.pk}-total": "1500", f"photo-{meter.pk}": jpeg()})
    assert done.status_code == 302, words(done)
    return f"{done.headers['Location']}photo/{meter.pk}/"


def test_a_photo_is_inert_named_by_us_and_kept_by_no_cache(desk: Visit, meters: Meters) -> None:
    answer = desk.client.get(sent_with_photo(desk, meters[0]))
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "no-store" in answer.headers["Cache-Control"]
    assert re.fullmatch(r'inline; filename="[0-9-]+\.jpg"', answer.headers["Content-Disposition"])
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.content == bytes(Photo.objects.get().jpeg)


def test_a_photo_and_its_submission_are_there_for_people_of_the_account_only(
    desk: Visit, meters: Meters, bob: User, stranger: Visit
) -> None:
    """Numbers of submissions follow each other: to know one is not to see it."""
    address = sent_with_photo(desk, meters[0])
    page = address.partition("photo/")[0]
    own = page.replace(desk.account.public_id, stranger.account.public_id)
    tried = [address, page, own, f"{own}photo/{meters[0].pk}/"]
    assert {stranger.client.get(one).status_code for one in tried} == {404}
    assert {Client().get(one).status_code for one in tried} == {302}
    family = Visit(bob, desk.account).client
    assert {family.get(one).status_code for one in (address, page)} == {200}
    AccountLink.objects.filter(user=bob).update(ended_at=NOW)
    assert {family.get(one).status_code for one in (address, page)} == {404}


@pytest.mark.parametrize("page", ["new/", "offline/"])
def test_nobody_sends_for_a_meter_that_is_not_theirs_or_not_there_any_more(
    desk: Visit, meters: Meters, stranger: Visit, page: str
) -> None:
    theirs = Meter.objects.get(serial="X-9")
    Meter.objects.filter(pk=meters[1].pk).update(removed_on=NOW.date() - timedelta(days=1))
    good = {"taken_on": "2026-11-21", "seen": "0", f"reading-{meters[0].pk}-total": "1500"}
    for strange in (
        f"{theirs.pk}-total",
        f"{meters[1].pk}-day",
        f"{meters[0].pk}-night",
        f"0{meters[0].pk}-total",
        "999999999999999999-total",
    ):
        answer = desk.client.post(desk.address(page), {**good, f"reading-{strange}": "1500"})
        assert answer.status_code == 200, strange
    at_theirs = desk.client.post(stranger.address(page), {**good, f"reading-{theirs.pk}-total": "1500"})
    assert at_theirs.status_code == 404
    desk.client.post(desk.address(page), {**good, f"photo-{theirs.pk}": jpeg()})
    assert not Submission.objects.exists()
    assert not Photo.objects.exists()


def test_another_persons_key_opens_nothing(desk: Visit, meters: Meters, stranger: Visit) -> None:
    desk.send({f"reading-{meters[0].pk}-total": "1500"}, form={**desk.form(), "key": "known"})
    theirs = Meter.objects.get(serial="X-9")
    done = stranger.send({f"reading-{theirs.pk}-total": "1600", "key": "known"})
    assert Submission.objects.count() == 2
    assert desk.account.public_id not in done.headers["Location"]
    assert SubmittedReading.objects.get(meter=theirs).value == 1600


@pytest.mark.parametrize("page", ["new/", "offline/"])
def test_an_unconfirmed_address_sends_nothing(desk: Visit, meters: Meters, alice: User, page: str) -> None:
    User.objects.filter(pk=alice.pk).update(email_confirmed=False)
    answer = desk.client.post(
        desk.address(page), {f"reading-{meters[0].pk}-total": "1500", "taken_on": "2026-11-21"}
    )
    assert answer.headers["Location"] == reverse("settings")
    assert not Submission.objects.exists()


def test_who_left_while_the_form_was_open_sends_nothing(desk: Visit, meters: Meters, alice: User) -> None:
    form = desk.form()
    AccountLink.objects.filter(user=alice).update(ended_at=NOW)
    for page in ("new/", "offline/"):
        typed = {**form, f"reading-{meters[0].pk}-total": "1500"}
        assert desk.client.post(desk.address(page), typed).status_code == 404
    assert not Submission.objects.exists()
    assert not KeptForm.objects.exists()


def test_what_is_cut_off_makes_no_other_number(desk: Visit, meters: Meters) -> None:
    answer = desk.send({f"reading-{meters[0].pk}-total": "0" * 37 + "15001"})
    assert answer.status_code == 200
    assert not Submission.objects.exists()


def correct(desk: Visit, meter: Meter, value: int) -> Any:
    return desk.send({f"reading-{meter.pk}-total": str(value)})


def test_corrections_have_an_end_and_first_readings_have_none(
    desk: Visit, meters: Meters, account: Account
) -> None:
    made = [
        Submission(account=account, way="cabinet", key=str(number), submitted_at=NOW)
        for number in range(MOST_SUBMISSIONS - 2)
    ]
    Submission.objects.bulk_create(made)
    assert correct(desk, meters[0], 1500).status_code == 302
    assert correct(desk, meters[0], 1501).status_code == 302
    refused = correct(desk, meters[0], 1502)
    assert refused.status_code == 200
    assert f"уже передавали много раз за период ({MOST_SUBMISSIONS})" in words(refused)
    assert correct(desk, meters[0], 1501).status_code == 302, "the same again is no correction"
    two = {f"reading-{meters[1].pk}-{scale}": "1600" for scale in ("day", "night")}
    assert desk.send(two).status_code == 302
    assert SubmittedReading.objects.filter(meter=meters[1], state="received").count() == 2
    live = SubmittedReading.objects.get(meter=meters[0], state="received")
    assert live.value == 1501


def test_of_many_photos_some_are_drawn_and_the_rest_are_told(
    desk: Visit, meters: Meters, account: Account, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []
    monkeypatch.setattr("abonent.base.pictures._drawn_anew", lambda file, _side: read.append(len(file)))
    photos = {f"photo-{number}": jpeg() for number in range(MOST_PHOTOS + 5)}
    typed: dict[str, Any] = {**photos, f"reading-{meters[0].pk}-total": "1500"}
    assert desk.send(typed).status_code == 200
    assert len(read) == MOST_PHOTOS
    assert not Submission.objects.exists()


def test_a_photo_is_not_even_opened_when_nothing_can_be_taken(
    desk: Visit, meters: Meters, clock: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    form = desk.form()
    desk.send({f"reading-{meters[0].pk}-total": "1500"}, form=form)
    monkeypatch.setattr("abonent.metering.photos.prepare", None)
    typed = {f"reading-{meters[0].pk}-total": "1500", f"photo-{meters[0].pk}": jpeg()}
    assert desk.send(typed, form=form).status_code == 302, "the key is known"
    clock(NOW + timedelta(days=6))
    assert desk.send(typed, form={"taken_on": "2026-11-21"}).status_code == 302, "the window is closed"


def test_a_request_is_bounded_before_it_is_read(
    desk: Visit, meters: Meters, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    form, photo = desk.form(), f"photo-{meters[0].pk}"
    typed = {**form, f"reading-{meters[0].pk}-total": "1500"}
    monkeypatch.setattr(uploads, "MOST_BYTES", 20_000)
    large = SimpleUploadedFile("x.jpg", bytes(20_000))
    assert desk.client.post(desk.address("new/"), {**typed, photo: large}).status_code == 413
    assert desk.client.post(desk.address("new/"), {**typed, photo: jpeg()}).status_code == 302
    monkeypatch.undo()
    proxy = (settings.BASE_DIR / "deploy" / "nginx.conf").read_text("utf-8")
    assert f"client_max_body_size {uploads.MOST_BYTES // 1024**2}m;" in proxy


def test_every_way_to_send_readings_wants_a_token(desk: Visit, meters: Meters, alice: User) -> None:
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(alice)
    typed = {f"reading-{meters[0].pk}-total": "1500", "taken_on": "2026-11-21"}
    for page in ("readings/new/", "readings/offline/", "readings/reminders/", "calculator/"):
        assert checked.post(f"/a/{desk.account.public_id}/{page}", typed).status_code == 403
    assert checked.post("/r/any/", typed).status_code == 403
    assert not Submission.objects.exists()
    token = checked.get("/offline/door/").json()["token"]
    sent = checked.post(desk.address("offline/"), {**typed, "csrfmiddlewaretoken": token})
    assert sent.json()["outcome"] == "sent"


def test_the_document_says_the_bounds(settings: Any) -> None:
    page = (settings.BASE_DIR / "docs" / "domain" / "readings.md").read_text("utf-8")
    section = page.partition("## Bounds")[2].partition("\n## ")[0]
    told = [int(number) for number in re.findall(r"^\| [a-z', ]+ \| (\d+)", section, re.M)]
    an_hour = int(settings.ACCOUNT_RATE_LIMITS["photos"].partition("/h/key")[0])
    assert told == [MOST_SUBMISSIONS, MOST_PHOTOS, an_hour, uploads.MOST_BYTES // 1024**2]


def test_billings_words_about_a_reading_stay_words(desk: Visit, meters: Meters, alice: User) -> None:
    reason = "<img src=x onerror=alert(1)> {{7*7}} %s & «нет»"
    page = desk.send({f"reading-{meters[0].pk}-total": "1500"}).headers["Location"]
    Letter.objects.all().delete()
    SubmittedReading.objects.update(state="rejected", reason=reason, batch=1, sent_at=NOW, answered_at=NOW)
    for shown in (page, desk.address()):
        answer = desk.client.get(shown)
        assert "<img src=x" not in answer.content.decode()
        assert reason in words(answer)
    assert tell_rejected(now=NOW) == 1
    letter = Letter.objects.get()
    assert reason in letter.text
    assert "onerror" not in letter.subject
    assert deliver(letter_id=letter.pk, now=NOW)
    (message,) = mail.outbox
    assert (message.content_subtype, getattr(message, "alternatives", [])) == ("plain", [])


def test_a_link_laid_into_the_export_folder_leads_nowhere(tmp_path: Path) -> None:
    """Who may write into that folder gets no other file overwritten by the portal."""
    elsewhere, path = tmp_path / "elsewhere", tmp_path / "readings-000001.csv"
    elsewhere.write_text("mine")
    path.symlink_to(elsewhere)
    with pytest.raises(FileExistsError):
        write_whole(path, [b"readings"])
    assert elsewhere.read_text() == "mine"
    path.unlink()
    path.symlink_to(tmp_path / "nowhere")
    write_whole(path, [b"readings"])
    assert (path.read_bytes(), path.is_symlink()) == (b"readings", False)
    assert not (tmp_path / "nowhere").exists()
    assert path.stat().st_mode & 0o777 == 0o640


def test_a_limited_link_shows_no_photos_of_others(desk: Visit, meters: Meters, bob: User) -> None:
    """Who knows a surname and a flat does not look into it."""
    address = sent_with_photo(desk, meters[0])
    page = address.partition("photo/")[0]
    AccountLink.objects.update(limited_until=NOW + timedelta(days=30))
    of_others = Visit(bob, desk.account).client
    assert of_others.get(address).status_code == 404
    assert (of_others.get(page).status_code, b"/photo/" in of_others.get(page).content) == (200, False)
    assert desk.client.get(address).status_code == 200, "their own"
    assert b"/photo/" in desk.client.get(page).content
    AccountLink.objects.update(limited_until=None)
    assert of_others.get(address).status_code == 200


def test_a_new_owner_sees_no_photos_of_the_one_before(desk: Visit, meters: Meters, bob: User) -> None:
    address = sent_with_photo(desk, meters[0])
    page = address.partition("photo/")[0]
    Account.objects.filter(pk=desk.account.pk).update(owner_since=NOW.date() + timedelta(days=1))
    new = Visit(bob, desk.account).client
    assert new.get(address).status_code == 404
    assert (new.get(page).status_code, b"/photo/" in new.get(page).content) == (200, False)
    Account.objects.filter(pk=desk.account.pk).update(owner_since=NOW.date())
    assert new.get(address).status_code == 200


@pytest.mark.parametrize("page", ["new/", "offline/"])
def test_photos_have_a_limit_an_hour_and_readings_without_have_none(
    desk: Visit, meters: Meters, settings: Any, page: str
) -> None:
    """Each is opened, also where nothing is taken in the end."""
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "photos": "2/h/key"}
    wrong = {f"reading-{meters[0].pk}-total": "1", "taken_on": "2026-11-21"}

    def answers(**more: Any) -> int:
        return int(desk.client.post(desk.address(page), {**wrong, **more}).status_code)

    photo = f"photo-{meters[0].pk}"
    assert [answers(**{photo: jpeg()}) for _turn in range(3)] == [200, 200, 429]
    assert answers() == 200
