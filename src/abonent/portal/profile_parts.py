"""What every part of a profile is made of: a frozen model without unknown keys, texts, codes, colours."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

Language = Literal["kk", "ru", "en"]

#: The sections a menu may name. A section joins this list when it works, never before.
Section = Literal[
    "accounts",  # Доступные лицевые счета / Қолжетімді дербес шоттар
    "account",  # Информация по лицевому счёту
    "services",  # Информация по услугам
    "payments",  # Платежи
    "pay",  # Оплата
    "readings",  # Приборы учёта / Показания
    "consumption",  # Потребление
    "calculator",  # Расчёт оплаты за электроэнергию
    "receipts",  # Квитанции
    "requests",  # Подать заявку / Заявки
    "password",  # Изменить пароль
    "email",  # Изменение E-mail
    "settings",  # Персональные настройки / Профиль
]

#: The name of something in a profile, in addresses and tables: never changed once it is used.
Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,19}$")]


class Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Text(dict[str, str]):
    """A text in the portal's languages; `text[language]`, or the first language when there is no such."""

    def in_language(self, language: str | None) -> str:
        return self.get((language or "")[:2]) or next(iter(self.values()))


def _as_text(value: dict[str, str]) -> Text:
    return Text(value)


LocalText = Annotated[dict[Language, str], AfterValidator(_as_text)]


def _a_colour(value: str) -> str:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValueError("a colour is # and six hexadecimal digits")
    return value.lower()


Colour = Annotated[str, AfterValidator(_a_colour)]
