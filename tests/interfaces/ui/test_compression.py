"""Pages are compressed, papers are not once more."""

import pytest
from django.http import HttpResponse
from django.test import Client, RequestFactory

from abonent.interfaces.ui.compression import PageCompressionMiddleware


@pytest.mark.django_db
def test_a_page_travels_compressed(client: Client) -> None:
    answer = client.get("/ui/entrance/", headers={"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < 6000


def test_a_pdf_is_sent_as_it_is() -> None:
    paper = HttpResponse(b"%PDF" + b" " * 5000, content_type="application/pdf")
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    answer = PageCompressionMiddleware(lambda _: paper)(request)
    assert "Content-Encoding" not in answer.headers
