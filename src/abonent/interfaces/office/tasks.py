"""Tasks of the worker that failed: what, when, why by its kind; try again, or dismiss."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from abonent.exchange.failed_tasks import (
    AlreadyWaitsError,
    NoSuchTaskError,
    count_failed_tasks,
    dismiss_task,
    failed_tasks,
    retry_task,
)
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.paging import PAGE, page_asked
from abonent.interfaces.office.task_words import task_name
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right


@require_safe
@staff_may(Right.IMPORTS)
def tasks_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """The latest first."""
    page = page_asked(request)
    tasks = failed_tasks(limit=PAGE + 1, offset=(page - 1) * PAGE)
    values = {
        "tasks": tasks[:PAGE],
        "many": count_failed_tasks(),
        "page": page,
        "more_pages": len(tasks) > PAGE,
        "task_name": task_name,
    }
    return render(request, "office/tasks.html", context(staff, "office_tasks", **values))


@require_POST
@staff_may(Right.IMPORTS)
def retry_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """Let the worker try it again."""
    try:
        retry_task(job_id=number, by=staff.user, address=address(request), now=timezone.now())
        messages.success(request, _("The worker tries it again."))
    except NoSuchTaskError:
        messages.warning(request, _("This task is not among those that failed any more."))
    except AlreadyWaitsError:
        messages.warning(request, _("The same task waits already: dismiss this one."))
    return redirect("office_tasks")


@require_POST
@staff_may(Right.IMPORTS)
def dismiss_page(request: HttpRequest, staff: StaffMembership, number: int) -> HttpResponse:
    """Never do it."""
    try:
        dismiss_task(job_id=number, by=staff.user, address=address(request), now=timezone.now())
        messages.success(request, _("The task is dismissed."))
    except NoSuchTaskError:
        messages.warning(request, _("This task is not among those that failed any more."))
    return redirect("office_tasks")
