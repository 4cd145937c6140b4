"""Files of a form: kept as they come, because a browser sends none twice; and as they are handed out."""

from collections.abc import Iterable
from typing import cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from abonent.accounts.queries import HeldAccount
from abonent.interfaces.resident.cabinet import account_or_404
from abonent.interfaces.resident.entrance.limited import may_open_a_file
from abonent.interfaces.ui.downloads import attachment
from abonent.portal.current import portal
from abonent.service_requests.operations import BadFile, drop_draft_file, keep_draft_file
from abonent.service_requests.problems import Problem
from abonent.service_requests.queries import draft_file, file_for_customer
from abonent.service_requests.reading import FileLine, KeptFile
from abonent.users.models import User

#: (address, name, size) and, of a draft, the value of the button that drops it: rows of `ui/files.html`.
FileRow = tuple[str | None, str, int] | tuple[str, str, int, str]


def keep_files(request: HttpRequest, key: str) -> tuple[str, ...]:
    """Keep what was attached to the form beside it; what is wrong with each file that is not taken."""
    return tuple(_refusals(request, key))


def _refusals(request: HttpRequest, key: str) -> Iterable[str]:
    rules = portal().requests
    # One byte over the bound is enough for a file to be refused.
    most = rules.most_megabytes * 1024 * 1024 + 1
    files = request.FILES.getlist("files")
    if len(files) > rules.most_files:
        yield Problem("too_many_files", {"most": rules.most_files}).message
    for sent in files[: rules.most_files]:
        if not may_open_a_file(request):
            yield Problem("too_often").message
            return
        try:
            keep_draft_file(
                user=cast(User, request.user),
                form_key=key,
                name=sent.name or "",
                content=sent.read(most),
                now=timezone.now(),
            )
        except BadFile as refused:
            yield f"{sent.name}: {refused.problem.message}"


def drop_file(request: HttpRequest, key: str) -> None:
    """«Удалить» beside a file that is not sent yet."""
    drop_draft_file(user=cast(User, request.user), form_key=key, public_id=request.POST["drop"][:40])


def draft_rows(account: HeldAccount, files: Iterable[FileLine]) -> list[FileRow]:
    """What was attached and is not sent, for `file_field`."""
    return [
        (
            reverse("service_request_draft", args=[account.public_id, one.public_id]),
            one.name,
            one.size,
            one.public_id,
        )
        for one in files
    ]


def file_rows(account: HeldAccount, request_id: str, files: Iterable[FileLine]) -> list[FileRow]:
    """What was sent along, for `file_list`. Staff who look read the names only: a picture is not masked."""
    return [(_file_address(account, request_id, one), one.name, one.size) for one in files]


def _file_address(account: HeldAccount, request_id: str, one: FileLine) -> str | None:
    if one.forgotten:
        return ""
    if account.looking:
        return None
    return reverse("service_request_file", args=[account.public_id, request_id, one.public_id])


def _handed_out(found: KeptFile | None) -> HttpResponse:
    if found is None:
        raise Http404
    return attachment(found.name, found.media_type, found.content)


@require_safe
@login_required
def file_page(request: HttpRequest, public_id: str, request_id: str, file_id: str) -> HttpResponse:
    """A file of a request; 404 for whoever may not see the request."""
    account = account_or_404(request, public_id)
    return _handed_out(file_for_customer(account, request_id, file_id, user_id=cast(int, request.user.pk)))


@require_safe
@login_required
def draft_page(request: HttpRequest, public_id: str, file_id: str) -> HttpResponse:
    """A file of the person's own form that is not sent yet."""
    account_or_404(request, public_id)
    return _handed_out(draft_file(cast(int, request.user.pk), file_id))
