"""When the town's organisations take readings, as `organisations.csv` says it: so that a form is open today,
whatever the day, and another is closed."""

from datetime import date

from abonent.demo.town.recipe import RecipeError

Days = tuple[int, int]
ALWAYS: Days = (1, 31)
#: What most housing managers have, and the profile of this one: nothing is written while it is open.
PROFILE: Days = (10, 25)
NOT_GIVEN = ("", "")


def window(readings: str, today: date) -> tuple[int, int] | tuple[str, str]:
    """First and last day of the month. Raises RecipeError at an unknown word."""
    match readings:
        case "profile":
            return NOT_GIVEN if PROFILE[0] <= today.day <= PROFILE[1] else ALWAYS
        case "always":
            return ALWAYS
        case "closed":
            return _far_from(today)
    raise RecipeError(f"an organisation's readings are {readings!r}: not profile, always or closed")


def _far_from(today: date) -> Days:
    """Five days that begin at least eight days after today, or ended ten days before it."""
    first = today.day + 8 if today.day <= 15 else today.day - 14
    return first, first + 4
