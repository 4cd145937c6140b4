"""A bundle through the browser: streamed part by part into the database, never whole in memory or on this
disk."""

from typing import Any

from django import forms
from django.contrib import messages
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect
from django.views.decorators.http import require_POST

from abonent.exchange.errors import NoRoomError
from abonent.exchange.runs import receive
from abonent.exchange.uploads import (
    PART,
    EmptyUploadError,
    Receiver,
    UploadsFullError,
    UploadTooLargeError,
    largest_upload,
)
from abonent.interfaces.office.access import staff_may
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import language
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right

#: Of a form beside its file: names, the token, a tick.
_FRAME = 64 * 1024


class UploadForm(forms.Form):
    """What is said beside the file."""

    whole_months = forms.BooleanField(required=False)


class PartsUpload(FileUploadHandler):
    """Hands the first file of a form to a Receiver, piece by piece."""

    chunk_size = PART

    def __init__(self, request: HttpRequest, receiver: Receiver) -> None:
        super().__init__(request)
        self._receiver = receiver

    def handle_raw_input(
        self, input_data: Any, _meta: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Raises UploadTooLargeError before a byte is read, when the request says that it is larger."""
        if content_length > largest_upload() + _FRAME:
            raise UploadTooLargeError(f"the form has {content_length} bytes")

    def new_file(self, *args: Any, **kwargs: Any) -> None:
        super().new_file(*args, **kwargs)
        if self._receiver.upload is not None or not self.file_name:
            raise SkipFile
        self._receiver.begin(self.file_name)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        self._receiver.take(raw_data)

    def file_complete(self, file_size: int) -> None:
        return None


# The token stands in the body, which nobody may read before the handler is set: `_taken` asks for it.
@csrf_exempt
@require_POST
@staff_may(Right.IMPORTS)
def upload_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Take a bundle in; the worker plans it. What is no bundle is refused by the plan, with the reason."""
    if request.content_type != "multipart/form-data":  # no browser's form: it holds no file
        messages.error(request, _said(EmptyUploadError()))
        return redirect("office_imports")
    receiver = Receiver(now=timezone.now())
    request.upload_handlers = [PartsUpload(request, receiver)]
    try:
        response = _taken(request, staff, receiver)
    except (UploadTooLargeError, UploadsFullError, EmptyUploadError, NoRoomError) as error:
        receiver.give_up()
        messages.error(request, _said(error))
        return redirect("office_imports")
    except BaseException:
        receiver.give_up()
        raise
    if response.status_code != 302:
        receiver.give_up()
    return response


@csrf_protect
def _taken(request: HttpRequest, staff: StaffMembership, receiver: Receiver) -> HttpResponse:
    form = UploadForm(request.POST)
    upload = receiver.end()
    run = receive(
        upload=upload,
        whole_months=form.is_valid() and form.cleaned_data["whole_months"],
        by=staff.user,
        address=address(request),
        now=timezone.now(),
    )
    return redirect("office_import", run.pk)


def _said(error: Exception) -> str:
    if isinstance(error, UploadTooLargeError):
        size = formatting.file_size(largest_upload(), language())
        words = _("The bundle is too large: %(size)s at most. Larger ones go by the command line.")
        return words % {"size": size}
    if isinstance(error, UploadsFullError):
        return _("Too many bundles are waiting: have them taken, or discard them, and send this one again.")
    if isinstance(error, NoRoomError):
        return _(
            "The server has no room for the bundle. Tell whoever looks after it, and send the bundle again "
            "then."
        )
    return _("Choose a bundle: a file that is not empty.")
