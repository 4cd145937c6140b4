"""The names of a meter's scales, in the active language."""

from django.utils.translation import pgettext_lazy

_NAMES = {
    "total": pgettext_lazy("scale", "round the clock"),
    "day": pgettext_lazy("scale", "day"),
    "night": pgettext_lazy("scale", "night"),
    "peak": pgettext_lazy("scale", "peak"),
    "half_peak": pgettext_lazy("scale", "half-peak"),
}


def scale_name(scale: str) -> str:
    return str(_NAMES[scale])
