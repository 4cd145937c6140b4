"""The staff: who they are, what they may do, and who is invited, changed or taken away."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.ui.environment import language, local
from abonent.interfaces.ui.language import typed_initial
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.users.client import address
from abonent.users.invitation_links import NoSuchInvitation
from abonent.users.models import StaffMembership
from abonent.users.operations.invitations import AlreadyStaff, invite_staff, revoke_invitation
from abonent.users.operations.places import (
    LastAdministrator,
    NoSuchPlace,
    change_place,
    end_sessions_of_member,
    take_place,
)
from abonent.users.rights import Right
from abonent.users.staff_queries import Member, staff_members, waiting_invitations

ROLES = {
    "operator": gettext_lazy("operator"),
    "accountant": gettext_lazy("accountant"),
    "administrator": gettext_lazy("administrator"),
}
_LAST = gettext_lazy("You are the only administrator here: make somebody else one first.")


def _teams() -> list[tuple[str, str]]:
    found = [(one.code, local(one.name)) for one in portal().requests.teams]
    return [("", _("All teams")), *found]


class PlaceForm(forms.Form):
    """What a member may do, and whose requests they see first."""

    role = forms.ChoiceField(label=gettext_lazy("Role"), choices=tuple(ROLES.items()))
    team = forms.ChoiceField(label=gettext_lazy("Team"), required=False)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["team"].choices = _teams()  # type: ignore[attr-defined]


class InviteForm(PlaceForm):
    """Who is invited; login and password are their own affair."""

    full_name = forms.CharField(
        label=gettext_lazy("Full name"),
        max_length=200,
        error_messages={"required": gettext_lazy("Enter the name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail"),
        error_messages={
            "required": gettext_lazy("Enter the e-mail."),
            "invalid": gettext_lazy("Enter an e-mail like name@example.kz."),
        },
    )
    field_order = ("full_name", "email", "organisation", "role", "team")

    def __init__(self, staff: StaffMembership, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        if staff.organisation_id is None:
            self.fields["organisation"] = forms.ModelChoiceField(
                Organisation.objects.all(),
                required=False,
                label=_("Organisation"),
                empty_label=_("The portal itself"),
            )
            self.order_fields(self.field_order)


@require_safe
@staff_may(Right.STAFF)
def staff_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """The staff in reach, and who is invited."""
    waiting = waiting_invitations(staff, now=timezone.now())
    values = context(staff, "office_staff", waiting=waiting, **_known(staff))
    return render(request, "office/staff.html", values)


def _known(staff: StaffMembership, one: int | None = None) -> dict[str, Any]:
    names = {row.pk: row.name(language()) for row in Organisation.objects.all()}
    members = staff_members(staff, one=one)
    return {"members": members, "organisations": names, "roles": ROLES, "teams": dict(_teams())}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.STAFF)
def add_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Invite a member by a letter. The answer is the same whoever has that address."""
    form = InviteForm(staff, request.POST or None, initial=typed_initial(request))
    if request.method == "POST" and form.is_valid() and _invited(request, staff, form):
        messages.success(
            request,
            _("An invitation is on its way to %(email)s.") % {"email": form.cleaned_data["email"].lower()},
        )
        return redirect("office_staff")
    return render(request, "office/staff_add.html", context(staff, "office_staff", form=form))


def _invited(request: HttpRequest, staff: StaffMembership, form: InviteForm) -> bool:
    given = {"organisation": staff.organisation, **form.cleaned_data}
    try:
        invite_staff(by=staff, language=language(), address=address(request), now=timezone.now(), **given)
    except AlreadyStaff:
        form.add_error("email", _("This person is of the staff already."))
    except NoSuchPlace:
        form.add_error("role", _("You cannot give this place."))
    else:
        return True
    return False


@require_POST
@staff_may(Right.STAFF)
def revoke_page(request: HttpRequest, staff: StaffMembership, invitation: int) -> HttpResponse:
    """Take an invitation back that nobody has accepted yet."""
    try:
        revoke_invitation(by=staff, invitation=invitation, address=address(request), now=timezone.now())
    except NoSuchInvitation as error:
        raise Http404 from error
    messages.success(request, _("The invitation is taken back: its link opens nothing any more."))
    return redirect("office_staff")


def _member_or_404(staff: StaffMembership, member: int) -> dict[str, Any]:
    known = _known(staff, one=member)
    if not known["members"]:
        raise Http404
    [found] = known["members"]
    return {**known, "member": found}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.STAFF)
def member_page(request: HttpRequest, staff: StaffMembership, member: int) -> HttpResponse:
    """One member: role and team, and what ends their access."""
    known = _member_or_404(staff, member)
    place: Member = known["member"]
    initial = {"role": place.role, "team": place.team, **typed_initial(request)}
    form = PlaceForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            change_place(
                by=staff, member=member, address=address(request), now=timezone.now(), **form.cleaned_data
            )
        except NoSuchPlace as error:
            raise Http404 from error
        except LastAdministrator:
            form.add_error("role", _LAST)
        else:
            messages.success(request, _("Changed: it holds from the next page they open."))
            return redirect("office_staff")
    return render(request, "office/staff_member.html", context(staff, "office_staff", form=form, **known))


@require_http_methods(["GET", "HEAD", "POST"])
@staff_may(Right.STAFF)
def remove_page(request: HttpRequest, staff: StaffMembership, member: int) -> HttpResponse:
    """Ask, then take the place away."""
    known = _member_or_404(staff, member)
    if request.method == "POST":
        try:
            gone = take_place(
                by=staff,
                member=member,
                keep=request.session.session_key,
                address=address(request),
                now=timezone.now(),
            )
        except NoSuchPlace as error:
            raise Http404 from error
        except LastAdministrator:
            messages.error(request, _LAST)
            return redirect("office_staff_member", member)
        messages.success(request, _("The place is taken away, and the sessions have ended."))
        return redirect("home" if gone == request.user else "office_staff")
    return render(request, "office/staff_remove.html", context(staff, "office_staff", **known))


@require_POST
@staff_may(Right.STAFF)
def sessions_page(request: HttpRequest, staff: StaffMembership, member: int) -> HttpResponse:
    """Sign the member out everywhere."""
    try:
        ended = end_sessions_of_member(
            by=staff, member=member, keep=request.session.session_key, now=timezone.now()
        )
    except NoSuchPlace as error:
        raise Http404 from error
    text = ngettext("%(num)d session has been ended.", "%(num)d sessions have been ended.", ended)
    messages.success(request, text % {"num": ended})
    return redirect("office_staff_member", member)
