"""The options of a select of months, joined in Python: a page has two lists of five years."""

from functools import lru_cache

from django.utils.translation import get_language
from markupsafe import Markup

from abonent.base.months import Month
from abonent.interfaces.ui.formatting import month
from abonent.portal.current import portal


@lru_cache(maxsize=64)
def _options(earliest: Month, latest: Month, language: str) -> str:
    newest_first = reversed(list(earliest.through(latest)))
    return "".join(f'<option value="{one}">{month(one, language)}</option>\n' for one in newest_first)


def month_options(chosen: Month, earliest: Month, latest: Month) -> Markup:
    """`<option>` for every month from `latest` back to `earliest`, in the current language."""
    options = _options(earliest, latest, (get_language() or portal().language)[:2])
    marked = options.replace(f'<option value="{chosen}">', f'<option value="{chosen}" selected>', 1)
    return Markup(marked)  # noqa: S704 - numbers and our own names of months
