"""What nginx shows when it does not take a form: which page, in whose language, what to do now."""

import pytest
from django.test import Client


@pytest.mark.parametrize(
    ("language", "form", "bundle"),
    [
        ("ru", "64 МБ", "не более 1\xa0ГБ"),
        ("kk", "64 МБ", "1\xa0ГБ"),
        ("en", "64 MB", "The bundle is too large: 1\xa0GB at most."),
    ],
)
def test_it_is_said_in_the_readers_language(client: Client, language: str, form: str, bundle: str) -> None:
    for address, words in (("/too-large/", form), ("/too-large/bundle/", bundle)):
        answer = client.get(address, headers={"accept-language": language})
        assert answer.status_code == 413
        assert f'<html lang="{language}">' in answer.content.decode()
        assert words in answer.content.decode()
        assert answer["Cache-Control"] == "no-store"


def test_the_bundles_bound_is_the_settings(client: Client, settings: object) -> None:
    settings.LARGEST_UPLOAD = 300 * 1024 * 1024  # type: ignore[attr-defined]
    answer = client.get("/too-large/bundle/", headers={"accept-language": "en"})
    assert "300\xa0MB at most" in answer.content.decode()
