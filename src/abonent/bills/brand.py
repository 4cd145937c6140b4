"""Who sends the paper: the profile's brand as bills.paper has it."""

from functools import lru_cache
from pathlib import Path

from django.conf import settings

from abonent.bills.paper import Brand, Contact
from abonent.portal.current import portal

_CONTACT_CENTRE = {"ru": "Контакт-центр", "kk": "Контакт-орталығы", "en": "Contact centre"}


def portal_brand() -> Brand:
    """Name, colour, logo and contact centre of this portal."""
    profile = portal()
    logo = profile.brand.logo
    return Brand(
        name={str(code): text for code, text in profile.brand.name.items()},
        accent=profile.brand.colour,
        logo=_drawing(settings.PORTAL_PATH.parent / "logos" / logo) if logo else None,
        contacts=(Contact(label=_CONTACT_CENTRE, value=", ".join(profile.contact_centre.phones)),),
    )


@lru_cache(maxsize=8)
def _drawing(path: Path) -> str:
    return path.read_text("utf-8")
