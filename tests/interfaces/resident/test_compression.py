"""Pages travel compressed."""

import pytest
from django.test import Client


@pytest.mark.django_db
def test_a_page_travels_compressed(client: Client) -> None:
    answer = client.get("/login/", headers={"accept-encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert len(answer.content) < 6000
