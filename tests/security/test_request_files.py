"""Files of requests attacked at the door: what is sent, how much of it, as what, and who fetches it."""

import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from abonent.accounts.models import Account, AccountLink
from abonent.service_requests import pdf as reader
from abonent.service_requests.files import BadFile, prepare
from abonent.service_requests.models import RequestDraftFile, RequestFile, ServiceRequest
from abonent.service_requests.typed import SentFile
from abonent.users.models import AuditEvent, StaffMembership
from tests.interfaces.resident.requests.conftest import (
    Customer,
    Operator,
    alice,
    bob,
    cast,
    charlie,
    erlan,
    sealing,
)
from tests.interfaces.resident.test_cabinet_pages import words
from tests.service_requests.documents import pdf

__all__ = ["alice", "bob", "cast", "charlie", "erlan"]
pytestmark = pytest.mark.django_db
SCRIPT = b"<script>alert(1)</script>"


def jpeg() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (40, 30), "teal").save(out, "JPEG", comment=SCRIPT)
    return out.getvalue()


def zipped() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("a.html", SCRIPT)
    return out.getvalue()


def upload(content: bytes, name: str = "a.jpg", media_type: str = "text/html") -> SimpleUploadedFile:
    file = SimpleUploadedFile("x", content, content_type=media_type)
    file.__dict__["_name"] = name  # as it stands on the wire, not as Django's own class tidies it
    return file


def attach(who: Customer, *files: SimpleUploadedFile, key: str = "form1") -> str:
    """What the form says when these are attached to it."""
    data = {"key": key, "attach": "1", "files": list(files)}
    return words(who.post("service_request_new", "sealing", data=data, follow=True).content)


POLYGLOTS = {
    "GIF and script": (b"GIF89a/*" + bytes(40) + b"*/=1;alert(1)//;", "Такие файлы не"),
    "PDF and HTML": (b"%PDF-1.4\n" + SCRIPT + pdf(), "PDF повреждён"),
    "HTML and PDF": (SCRIPT + pdf(), "PDF повреждён"),
    "a drawing called a picture": (b"<svg xmlns='http://www.w3.org/2000/svg'>" + SCRIPT + b"</svg>", "SVG"),
    "a page called a picture": (b"<!doctype html>" + SCRIPT, "SVG"),
    "a zip bomb called a PDF": (zipped() + bytes(1000), "Архивы не"),
}


@pytest.mark.parametrize(("content", "says"), POLYGLOTS.values(), ids=POLYGLOTS)
@pytest.mark.parametrize("name", ["photo.jpg", "scan.pdf"])
def test_a_file_of_two_kinds_is_refused_with_what_to_do(
    alice: Customer, content: bytes, says: str, name: str
) -> None:
    assert says in attach(alice, upload(content, name, "image/jpeg"))
    assert not RequestDraftFile.objects.exists()


NAMES = (
    "../../etc/passwd.jpg",
    "a\r\nSet-Cookie: x=y\r\n\r\n<script>.jpg",
    'a"; filename="evil.html',
    "\u202egpj.exe",
    "&#13;&#10;X-Evil: 1.svg",
    "<img src=x onerror=alert(1)>.jpg",
    "%00.html",
    "a" * 5000 + ".html",
    ".htaccess",
    "",
)


@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_handed_out_inert_whatever_it_was_called(
    alice: Customer, erlan: Operator, name: str, settings: Any
) -> None:
    """A picture with a script in its comment and an archive behind its end."""
    settings.STAFF_SECOND_FACTOR = False
    head = (
        f'Content-Disposition: form-data; name="files"; filename="{name}"\r\nContent-Type: text/html\r\n\r\n'
    )
    body = b"".join((
        b'--b\r\nContent-Disposition: form-data; name="attach"\r\n\r\n1\r\n',
        b'--b\r\nContent-Disposition: form-data; name="key"\r\n\r\nform1\r\n--b\r\n',
        head.encode(), jpeg() + zipped(), b"\r\n--b--\r\n",
    ))  # fmt: skip
    page = alice.address("service_request_new", "sealing")
    answer = alice.client.post(page, body, content_type="multipart/form-data; boundary=b")
    assert answer.status_code in (200, 302, 400)
    if not RequestDraftFile.objects.exists():
        return  # no file in it, as far as the form's reader could tell
    asked = alice.file(**sealing())
    file = RequestFile.objects.get()
    staff = Customer(erlan.person)
    addresses = (
        alice.address("service_request_file", asked.public_id, file.public_id),
        reverse("office_request_file", args=[asked.public_id, file.public_id]),
    )
    for client, address in zip((alice.client, staff.client), addresses, strict=True):
        found = client.get(address)
        is_inert(found)
        assert b"<script" not in found.content
        assert not zipfile.is_zipfile(io.BytesIO(found.content))
    shown = alice.get("service_request", asked.public_id).content.decode()
    assert "onerror" not in re.sub(r"_img src=x onerror=alert\(1\)_", "", shown)


def is_inert(answer: Any) -> None:
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert "no-store" in answer.headers["Cache-Control"]
    told = answer.headers["Content-Disposition"]
    assert re.fullmatch(
        r'attachment; filename(?:="[^"/\\\r\n]+\.jpg"|\*=utf-8\'\'[\w.%~!$&+-]+\.jpg)', told
    ), told
    assert "Set-Cookie" not in answer.headers
    assert "X-Evil" not in answer.headers


def test_five_gigabytes_are_refused_whether_they_are_announced_or_not(alice: Customer) -> None:
    page = alice.address("service_request_new", "sealing")
    announced = alice.client.post(page, {"files": upload(jpeg())}, CONTENT_LENGTH=str(5 * 1024**3))
    assert announced.status_code == 413
    for nothing in ("", "0", "-1", "x"):  # chunked: a WSGI server without a length gives none of it
        unsaid = alice.client.post(page, {"attach": "1", "files": upload(jpeg())}, CONTENT_LENGTH=nothing)
        assert unsaid.status_code in (200, 302, 400)
    assert not RequestDraftFile.objects.exists()


def test_a_thousand_parts_are_refused_unread(alice: Customer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("abonent.service_requests.files.prepare", None)
    page = alice.address("service_request_new", "sealing")
    files = alice.client.post(page, {"files": [upload(b"x") for _ in range(1000)]})
    fields = alice.client.post(page, {f"answer-{number}": "x" for number in range(1000)})
    assert (files.status_code, fields.status_code) == (413, 400)
    assert not RequestDraftFile.objects.exists()


def test_of_a_hundred_documents_as_many_are_opened_as_may_go_along(
    alice: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    read: list[int] = []

    def note(file: bytes) -> bytes:
        read.append(len(file))
        raise reader.BadPdfError("pdf_damaged")

    monkeypatch.setattr(reader, "cleaned", note)
    assert "10 файлов" in attach(alice, *[upload(pdf(), f"{number}.pdf") for number in range(100)])
    assert len(read) == 10


def test_files_have_a_limit_an_hour_also_those_that_are_refused(
    alice: Customer, bob: Customer, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "request_files": "2/h/key"}
    bad = upload(b"GIF89a", "a.gif")
    assert "много файлов" not in attach(alice, bad, bad)
    said = attach(alice, upload(jpeg()))
    assert "За последний час Вы приложили много файлов" in said
    assert not RequestDraftFile.objects.exists()
    alice.file(**sealing())  # and without a file it goes on
    attach(bob, upload(jpeg()))
    assert RequestDraftFile.objects.get().user_id == bob.person.pk


def test_so_many_documents_are_read_at_once_and_each_gives_its_turn_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reader, "WAITING", 0.01)
    for _ in range(reader.AT_ONCE + 1):  # turns come back, also after a refusal
        with pytest.raises(BadFile):
            prepare(SentFile("a.pdf", b"%PDF-1.4\nno document\n%%EOF"), megabytes=1)
    for _ in range(reader.AT_ONCE):
        assert reader._turns.acquire(timeout=0)
    try:
        with pytest.raises(BadFile) as told:
            prepare(SentFile("a.pdf", pdf()), megabytes=1)
    finally:
        for _ in range(reader.AT_ONCE):
            reader._turns.release()
    assert told.value.problem.code == "pdf_busy"
    assert prepare(SentFile("a.pdf", pdf()), megabytes=1).media_type == "application/pdf"


def test_ids_are_not_guessed_and_odd_ones_are_nothing(alice: Customer) -> None:
    attach(alice, upload(jpeg()))
    draft = RequestDraftFile.objects.get()
    asked = alice.file(**sealing())
    file = RequestFile.objects.get()
    ids = [draft.public_id, asked.public_id, file.public_id]
    assert [one for one in ids if not re.fullmatch(r"[\w-]{22}", one)] == []  # 128 bits
    here = alice.address("requests")
    for odd in ("1", str(file.pk), "%00", "a%00b", "%ED%A0%80", "..%2F..%2Fetc", "%25", "'", "a" * 3000):
        for path in (f"{odd}/", f"{asked.public_id}/files/{odd}/", f"{odd}/files/{file.public_id}/",
                     f"new/files/{odd}/", f"{odd}/cancel/", f"new/{odd}/"):  # fmt: skip
            assert alice.client.get(here + path).status_code == 404, path


def test_a_draft_is_nobody_elses_whatever_key_is_sent(alice: Customer, bob: Customer) -> None:
    attach(alice, upload(jpeg()))
    draft = RequestDraftFile.objects.get()
    bob.get("service_request_draft", draft.public_id, status=404)
    bob.post("service_request_new", "sealing", data={"key": "form1", "drop": draft.public_id})
    assert RequestDraftFile.objects.get() == draft
    theirs = bob.file(**sealing())
    assert theirs.user_id == bob.person.pk
    assert not RequestFile.objects.exists()
    assert RequestDraftFile.objects.get() == draft


def test_files_stay_with_the_owner_before_and_with_links_without_limits(
    alice: Customer, bob: Customer
) -> None:
    attach(alice, upload(jpeg()))
    asked = alice.file(**sealing())
    names = ("service_request_file", asked.public_id, RequestFile.objects.get().public_id)
    of_bob = AccountLink.objects.filter(user=bob.person)
    bob.get(*names)
    of_bob.update(limited_until=timezone.now() + timedelta(days=9))
    bob.get(*names, status=404)
    of_bob.update(limited_until=None)
    tomorrow = timezone.localdate() + timedelta(days=1)
    Account.objects.filter(key="100").update(owner_since=tomorrow)
    bob.get(*names, status=404)
    alice.get(*names)
    AccountLink.objects.filter(user=alice.person).update(ended_at=timezone.now())
    alice.get(*names, status=404)


def test_another_organisations_staff_have_no_file_and_none_without_a_trail(
    alice: Customer, erlan: Operator, settings: Any
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    attach(alice, upload(jpeg()))
    asked = alice.file(**sealing())
    address = reverse("office_request_file", args=[asked.public_id, RequestFile.objects.get().public_id])
    staff = Customer(erlan.person).client
    assert staff.get(address).status_code == 200
    assert AuditEvent.objects.filter(action="request_file_read", actor=erlan.person).count() == 1
    other = ServiceRequest.objects.get().organisation.__class__.objects.create(code="zz", name_ru="Чужой")
    StaffMembership.objects.filter(user=erlan.person).update(organisation=other)
    assert staff.get(address).status_code == 404
    StaffMembership.objects.filter(user=erlan.person).delete()
    assert staff.get(address).status_code == 404
    assert AuditEvent.objects.filter(action="request_file_read").count() == 1
