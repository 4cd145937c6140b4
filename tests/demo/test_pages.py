"""The demo's pages: kept letters are read in the demo, and are nowhere else."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from abonent.demo.views import linked
from abonent.notices import attachments
from abonent.notices.models import Letter
from abonent.notices.operations import send_letter

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
PAGES = ["/demo/", "/demo/mail/", "/demo/mail/1/", "/demo/mail/1/attachment/"]


def a_letter(subject: str, text: str = "Text") -> Letter:
    return send_letter(kind="test", to="alice@example.kz", subject=subject, text=text, language="ru", now=NOW)


@pytest.fixture
def demo(settings: Settings) -> None:
    settings.DEMO = True


@pytest.mark.django_db
@pytest.mark.parametrize("page", PAGES)
def test_outside_the_demo_no_page_exists(client: Client, page: str) -> None:
    a_letter("Secret")
    assert client.get(page).status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
def test_letters_are_listed_newest_first_and_lead_to_their_text(client: Client) -> None:
    first, second = a_letter("First"), a_letter("Second", "Hello")
    page = client.get("/demo/mail/")
    text = page.content.decode()
    assert page.headers["Cache-Control"].count("no-store") == 1
    assert text.index("Second") < text.index("First")
    assert f'href="/demo/mail/{second.pk}/"' in text
    assert "Hello" in client.get(f"/demo/mail/{second.pk}/").content.decode()
    assert client.get(f"/demo/mail/{first.pk + 1000}/").status_code == 404


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
def test_a_letter_s_links_can_be_followed_and_nothing_else_is_markup(client: Client) -> None:
    letter = a_letter("<b>Hi</b>", 'Open http://127.0.0.1:8001/x?a=1&b=2.\n\n<script>alert("1")</script>')
    text = client.get(f"/demo/mail/{letter.pk}/").content.decode()
    assert '<a href="http://127.0.0.1:8001/x?a=1&amp;b=2">' in text
    assert "<b>Hi" not in text
    assert "<script>alert" not in text
    assert "&lt;script&gt;" in text


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
def test_what_a_letter_carries_can_be_looked_at(client: Client) -> None:
    def made(*, now: datetime, **arguments: object) -> attachments.Made:
        if arguments:
            raise attachments.NothingToSend
        return attachments.Made("receipt.pdf", b"%PDF-1.7")

    attachments.make_with("test.demo", made)
    letter, over = a_letter("With a file"), a_letter("Over")
    assert client.get(f"/demo/mail/{letter.pk}/attachment/").status_code == 404
    Letter.objects.filter(pk=letter.pk).update(attachment={"maker": "test.demo", "arguments": {}})
    Letter.objects.filter(pk=over.pk).update(attachment={"maker": "test.demo", "arguments": {"over": 1}})
    assert (
        f'href="/demo/mail/{letter.pk}/attachment/"'
        in client.get(f"/demo/mail/{letter.pk}/").content.decode()
    )
    shown = client.get(f"/demo/mail/{letter.pk}/attachment/")
    assert (shown.content, shown.headers["Content-Type"]) == (b"%PDF-1.7", "application/pdf")
    assert client.get(f"/demo/mail/{over.pk}/attachment/").status_code == 404
    del attachments._makers["test.demo"]


@pytest.mark.django_db
@pytest.mark.usefixtures("demo")
def test_letters_are_only_read(client: Client) -> None:
    assert client.post("/demo/mail/").status_code == 405


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("no link", []),
        ("see https://a.kz/b, or http://c.ru/d.", ["https://a.kz/b", "http://c.ru/d"]),
        ("javascript:alert(1) data:x ftp://a", []),
        ("(https://a.kz/(b))", ["https://a.kz/(b"]),
        ('<a href="https://a.kz/x">', ["https://a.kz/x"]),
    ],
)
def test_links_are_found_and_the_text_stays_whole(text: str, links: list[str]) -> None:
    pieces = list(linked(text))
    assert "".join(piece for piece, _ in pieces) == text
    assert [piece for piece, is_link in pieces if is_link] == links


@pytest.mark.django_db
def test_the_sign_in_page_leads_to_the_demo_only_in_the_demo(client: Client, settings: Settings) -> None:
    found = {}
    for demo in (True, False):
        settings.DEMO = demo
        found[demo] = 'href="/demo/"' in client.get(reverse("account_login")).content.decode()
    assert found == {True: True, False: False}
