"""What deploy/nginx.conf shows instead of its own page, when it does not take a form as large as that."""

from django.conf import settings
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.errors import bad_request, error_page


@require_safe
def form(request: HttpRequest) -> HttpResponse:
    """As for a form that the portal itself finds too large."""
    return bad_request(request, RequestDataTooBig())


@require_safe
def bundle(request: HttpRequest) -> HttpResponse:
    """For a bundle of the office."""
    size = formatting.file_size(settings.LARGEST_UPLOAD, language())
    text = _("The bundle is too large: %(size)s at most. Larger ones go by the command line.")
    return error_page(request, 413, _("Too much was sent at once"), text % {"size": size})
