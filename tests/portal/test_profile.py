"""A mistake in a profile is an error that names file, key and reason."""

import re
import tomllib
from pathlib import Path

import pytest
from django.conf import settings

from abonent.portal.profile import BILL_TEMPLATES, ProfileError, load

PROFILES = sorted(settings.PORTALS_DIR.glob("*.toml"))


@pytest.mark.parametrize("path", PROFILES, ids=lambda path: path.stem)
def test_every_shipped_profile_is_sound(path: Path) -> None:
    profile = load(path)
    assert profile.code == path.stem
    assert profile.brand.logo is None or (settings.PORTALS_DIR / "logos" / profile.brand.logo).is_file()


def test_the_four_portals_are_there() -> None:
    assert {path.stem for path in PROFILES} >= {"aes", "pes", "housing", "alseco"}


@pytest.mark.parametrize(
    ("old", "new", "key", "reason"),
    [
        ('code = "pes"', 'code = "pes"\nfoo = 1', "foo", "Extra inputs"),
        ('colour = "#0f766e"', 'colour = "green"', "brand.colour", "six hexadecimal digits"),
        ('colour = "#0f766e"', "", "brand.colour", "required"),
        (
            'facts = ["last_payment_date", "last_payment_amount"]',
            'facts = ["mothers_name"]',
            "linking.facts",
            "Input should be",
        ),
        ('en = "Customer number"', 'fr = "Numéro"', "linking.number_label", "Input should be"),
        (', en = "Customer number"', "", "linking.number_label", "no text in 'en'"),
        ('en = "Customer number"', 'en = " "', "linking.number_label", "no text in 'en'"),
        (
            'en = "Customer number"',
            'en = "Customer number", kk = "Нөмірі"',
            "linking.number_label",
            "'kk' is not in languages",
        ),
        ('"receipts", ', '"receipts", "weather", ', "menu", "Input should be"),
        ('sign_in_by = "login"', 'sign_in_by = "email"', "sign_up", "goes with the field"),
        (
            'login_pattern = "[А-Я',
            'login_pattern = "([А-Я',
            "sign_up.login_pattern",
            "not a regular expression",
        ),
        ("due_day = 15", "due_day = 32", "bill.due_day", "less than or equal"),
        (
            'facts = ["last_payment_date", "last_payment_amount"]',
            'facts = ["surname", "flat"]',
            "linking",
            "read on a door",
        ),
        ('time_zone = "Europe/Moscow"', 'time_zone = "Europe/Moskow"', "time_zone", "no such time zone"),
        ('template = "electricity"', 'template = "elektricity"', "bill.template", "no such template"),
        ('logo = "pes.svg"', 'logo = "../pes.svg"', "brand.logo", "no such"),
        ('code = "sberbank"', 'code = "card"', "paying", "is a method and a bank"),
        ('code = "card"', 'code = "card"\nleast = 9\nmost = 8', "paying.methods", "least is more than most"),
    ],
)
def test_a_mistake_names_file_key_and_reason(
    tmp_path: Path, old: str, new: str, key: str, reason: str
) -> None:
    text = (settings.PORTALS_DIR / "pes.toml").read_text("utf-8")
    assert old in text
    path = tmp_path / "broken.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    with pytest.raises(ProfileError) as refused:
        load(path)
    assert str(path) in str(refused.value)
    assert key in str(refused.value)
    assert reason in str(refused.value)


def test_a_file_that_is_not_toml_or_not_there_is_named(tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text("code = ", "utf-8")
    (tmp_path / "latin.toml").write_bytes('name = "Привет"'.encode("cp1251"))
    for name in ("bad.toml", "latin.toml", "absent.toml"):
        with pytest.raises(ProfileError, match=name):
            load(tmp_path / name)


def test_no_code_knows_a_portal_by_name() -> None:
    """Recipes of the demo's towns and the profiles themselves may; the program may not.

    («housing» is also the name of a bill's layout and is left out.)
    """
    codes = {tomllib.loads(path.read_text("utf-8"))["code"] for path in PROFILES} - set(BILL_TEMPLATES)
    package = Path(settings.PACKAGE_DIR)
    guilty = [
        f"{path.relative_to(package)}: {code}"
        for path in package.rglob("*.py")
        for code in sorted(codes)
        if re.search(rf"""["']{code}["']""", path.read_text("utf-8"))
    ]
    assert guilty == []
