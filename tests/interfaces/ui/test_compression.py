"""Papers are not compressed once more (pages: tests/interfaces/resident/test_compression.py)."""

from django.http import HttpResponse
from django.test import RequestFactory

from abonent.interfaces.ui.compression import PageCompressionMiddleware


def test_a_pdf_is_sent_as_it_is() -> None:
    paper = HttpResponse(b"%PDF" + b" " * 5000, content_type="application/pdf")
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    answer = PageCompressionMiddleware(lambda _: paper)(request)
    assert "Content-Encoding" not in answer.headers
