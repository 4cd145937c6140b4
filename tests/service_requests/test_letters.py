"""Letters about requests: each in every language, whole."""

from collections.abc import Callable
from datetime import date

import pytest
from django.utils import translation

from abonent.notices.models import Letter
from abonent.service_requests import operations
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.typed import SentFile
from abonent.users.models import StaffMembership, User
from tests.service_requests.conftest import Desk, jpeg

SUBJECTS = {
    "ru": ["принята", "Вопрос", "Ответ", "другой срок", "выполнена", "снова открыта", "отклонена"],
    "kk": ["қабылданды", "сұрақ", "жауап", "басқа мерзім", "орындалды", "қайта ашылды", "қабылданбады"],
    "en": ["received", "question", "answer", "another deadline", "done", "open again", "refused"],
}


@pytest.fixture
def life(desk: Desk, alice: User, ivan: StaffMembership) -> Callable[[], ServiceRequest]:
    """Everything that is told about."""

    def live() -> ServiceRequest:
        request = desk.file(alice)
        desk.staff(operations.ask, ivan, request, text="1 > 0 & 2 < 3?")
        desk.staff(operations.answer, ivan, request, text="Да", files=[SentFile("a.jpg", jpeg())])
        desk.staff(operations.move, ivan, request, due_on=date(2026, 12, 9), reason="Нет детали")
        desk.staff(operations.finish, ivan, request, how="done", text="Готово")
        desk.customer(operations.reopen, alice, request, text="Нет")
        desk.staff(operations.finish, ivan, request, how="refused", text="Нет")
        return request

    return live


@pytest.mark.parametrize("language", SUBJECTS)
def test_every_letter_in_every_language(
    life: Callable[[], ServiceRequest], alice: User, language: str
) -> None:
    User.objects.filter(pk=alice.pk).update(language=language)
    alice.refresh_from_db()
    with translation.override("en"):
        request = life()
    letters = list(Letter.objects.order_by("pk"))
    assert [letter.language for letter in letters] == [language] * 7
    for letter, word in zip(letters, SUBJECTS[language], strict=True):
        assert word in letter.subject
        assert request.number in letter.subject
        assert request.number in letter.text
        assert "000700" in letter.text
        assert request.public_id in letter.text
        assert "Other" + ("" if language == "en" else f" ({language})") in letter.text
    assert "1 > 0 & 2 < 3?" in letters[1].text
    assert "09.12.2026" in letters[3].text
