"""What was typed tells its kind."""

import pytest

from abonent.finding.typed import TooShort, read


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("000123", ("number", "serial", "phone")),
        ("0017", ("number", "serial")),
        ("+7 (701) 123-45-67", ("number", "serial", "phone")),
        ("Ivanov@Mail.ru", ("email",)),
        ("Иванов Иван", ("words",)),
        ("абая 1 кв 5", ("words",)),
        ("СЕ-101/77", ("number", "serial", "words")),
        ("ул. д. кв", ()),
    ],
)
def test_kinds(text: str, kinds: tuple[str, ...]) -> None:
    assert read(text).kinds == kinds


@pytest.mark.parametrize("text", ["", "  ", "Ли", "а.б", "1-2", "...///***", "@"])
def test_two_signs_are_too_few(text: str) -> None:
    with pytest.raises(TooShort):
        read(text)


@pytest.mark.parametrize(
    "text",
    ["абая 1 кв 5", "Абая, 1, кв. 5", "ул. Абая д.1 кв5", "г Абая дом 1 квартира 5", "АБАЯ көшесі 1 пәтер 5"],
)
def test_an_address_is_written_in_many_ways(text: str) -> None:
    assert read(text).words == ("abaa", "1", "kv5")


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("+7 701 123-45-67", "7011234567"),
        ("8 (701) 1234567", "7011234567"),
        ("701 1234567", "7011234567"),
        ("8701123456", "8701123456"),
        ("272-12-34", "2721234"),
    ],
)
def test_a_phone_is_its_last_ten_digits(text: str, first: str) -> None:
    assert read(text).phones[0] == first


def test_a_phone_that_lacks_a_digit_after_its_eight_is_asked_without_the_eight() -> None:
    assert read("8701123456").phones == ("8701123456", "701123456")


def test_too_much_is_cut_off() -> None:
    assert len(read("а б в " + "слово1 " * 400).words) <= 8
    assert len(read(" ".join(f"слово{n}" for n in range(40))).words) <= 8
