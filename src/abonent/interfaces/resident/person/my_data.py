"""«Мои данные»: what was agreed to, all data as files, and the end of the cabinet."""

from typing import Any

from allauth.account.decorators import reauthentication_required
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.interfaces.resident.cabinet import context
from abonent.interfaces.resident.entrance.limited import allowed, may_draw, too_many
from abonent.interfaces.resident.person.agreeing import ask_again
from abonent.interfaces.ui.downloads import attachment
from abonent.personal_data import operations
from abonent.personal_data.queries import my_data
from abonent.portal.current import portal
from abonent.users import documents
from abonent.users.client import address
from abonent.users.models import User
from abonent.users.operations import NoSuchConsent, withdraw_consent
from abonent.users.permissions import staff_of

any_method = require_http_methods(["GET", "HEAD", "POST"])
MEDIA = {"json": "application/json", "pdf": "application/pdf"}


def _person(request: HttpRequest) -> User:
    assert isinstance(request.user, User)  # noqa: S101
    return request.user


def _shown(request: HttpRequest, **extra: Any) -> dict[str, Any]:
    found = my_data(_person(request), now=timezone.now())
    in_force = {one.code: one for one in documents.required()}
    return context(request, section="my_data", data=found, in_force=in_force, **extra)


@require_safe
@login_required
def my_data_page(request: HttpRequest) -> HttpResponseBase:
    """Consents as they were read, files with all data, and the way to the deletion."""
    return render(request, "my_data/index.html", _shown(request))


@any_method
@login_required
def withdraw_page(request: HttpRequest, number: int) -> HttpResponseBase:
    """Ask, then take a consent back; the cabinet then asks anew whether one agrees."""
    shown = _shown(request)
    found = next((one for one in shown["data"].consents if one.pk == number), None)
    if found is None or found.withdrawn_at:
        raise Http404
    if request.method != "POST":
        return render(request, "my_data/withdraw.html", {**shown, "consent": found})
    user = _person(request)
    try:
        withdraw_consent(user=user, consent=number, address=address(request), now=timezone.now())
    except NoSuchConsent as error:
        raise Http404 from error
    ask_again(request, user)
    messages.success(request, _("The consent has been withdrawn."))
    return redirect("my_data")


@any_method
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def ask_export_page(request: HttpRequest) -> HttpResponseBase:
    """«Получить все мои данные»: made at once, or by the worker with a letter when it is ready."""
    if request.method != "POST":  # back from the password by another way
        return redirect("my_data")
    if not allowed(request, "export"):
        return too_many(request)
    language = (get_language() or portal().language)[:2]
    try:
        made = operations.ask_export(
            user=_person(request), language=language, address=address(request), now=timezone.now()
        )
    except operations.TooManyExports:
        messages.info(request, _("Your data were made three times today already. Fetch them below."))
    else:
        messages.success(request, _ready() if made.made_at else _later())
    return redirect("my_data")


def _ready() -> str:
    return _("Your data are ready: fetch them below.")


def _later() -> str:
    return _("There is much to gather. A letter will tell you when the files are ready.")


@require_safe
@login_required
def fetch_page(request: HttpRequest, public_id: str, kind: str) -> HttpResponseBase:
    """The file itself: to the person, signed in, as long as it is kept."""
    if not may_draw(request):
        return too_many(request)
    user = _person(request)
    content = operations.fetch_export(
        user=user, public_id=public_id, kind=kind, address=address(request), now=timezone.now()
    )
    if content is None:
        raise Http404
    return attachment(f"personal-data-{portal().code}.{kind}", MEDIA[kind], content)


@any_method
@login_required
@reauthentication_required(allow_get=True)  # type: ignore[untyped-decorator]
def deletion_page(request: HttpRequest) -> HttpResponseBase:
    """«Удалить личный кабинет»: what goes, what must stay, and when; or that it is under way."""
    user = _person(request)
    if request.method != "POST":
        return _deletion(request)
    if request.POST.get("understood") != "yes":
        return _deletion(request, error=_("Tick the box to go on."), status=422)
    try:
        operations.ask_deletion(user=user, address=address(request), now=timezone.now())
    except operations.StaffFirst:
        return _deletion(request)
    messages.success(request, _("You have asked to delete your cabinet. A letter says so as well."))
    return redirect("deletion")


def _deletion(request: HttpRequest, *, error: str = "", status: int = 200) -> HttpResponse:
    days = operations.THINK_AGAIN.days
    is_staff = staff_of(request.user) is not None
    values = _shown(request, days=days, is_staff=is_staff, error=error)
    return render(request, "my_data/deletion.html", values, status=status)


@require_POST
@login_required
def cancel_page(request: HttpRequest) -> HttpResponseBase:
    """«Отменить»: everything stays as it was."""
    try:
        operations.cancel_deletion(user=_person(request), address=address(request), now=timezone.now())
    except operations.NothingToCancel:
        pass
    else:
        messages.success(request, _("Your cabinet will not be deleted."))
    return redirect("my_data")
