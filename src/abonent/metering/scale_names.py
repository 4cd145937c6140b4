"""The names of a meter's scales, in the active language."""

from django.utils.translation import gettext_lazy as _

_NAMES = {
    "total": _("round the clock"),
    "day": _("day"),
    "night": _("night"),
    "peak": _("peak"),
    "half_peak": _("half-peak"),
}


def scale_name(scale: str) -> str:
    return str(_NAMES[scale])
