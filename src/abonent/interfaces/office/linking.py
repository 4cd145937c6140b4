"""Whether somebody guesses: linking strength, today's tries, proofs that were switched off."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from abonent.accounts.link_queries import LinkingState, linking_states, unknown_number_tries
from abonent.accounts.operations import measure_strength, reopen_guessable_proofs
from abonent.accounts.strength import WARN_ABOVE
from abonent.interfaces.office.access import context, staff_may
from abonent.interfaces.office.words import OUTCOMES
from abonent.portal.current import portal
from abonent.users.client import address
from abonent.users.models import StaffMembership
from abonent.users.rights import Right


def _shown(state: LinkingState) -> dict[str, Any]:
    share = state.strength.share if state.strength else None
    above = portal().linking.code_required_above
    return {
        "state": state,
        "share": None if share is None else f"{share * 100:.2f}".replace(".", ","),
        "weak": share is not None and share > WARN_ABOVE,
        "code_required": share is not None and above is not None and share > above,
        "tries": _named(state.tries),
    }


def _named(tries: Any) -> list[list[Any]]:
    return [[OUTCOMES.get(outcome, outcome), number] for outcome, number in tries]


@require_safe
@staff_may(Right.LINKS)
def linking_page(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Strength and tries, of one's own organisation or of all."""
    now = timezone.now()
    states = [_shown(state) for state in linking_states(organisation_id=staff.organisation_id, now=now)]
    unknown = _named(unknown_number_tries(now=now)) if staff.organisation_id is None else []
    on_a_door = set(portal().linking.facts) <= {"surname", "flat"}
    values = context(staff, "office_linking", states=states, unknown=unknown, on_a_door=on_a_door)
    return render(request, "office/linking.html", values)


@require_POST
@staff_may(Right.FENCES)
def measure(request: HttpRequest, staff: StaffMembership) -> HttpResponse:
    """Measure the strength now instead of after the next import."""
    measure_strength(now=timezone.now())
    messages.success(request, _("Measured."))
    return redirect("office_linking")


@require_POST
@staff_may(Right.FENCES)
def reopen(request: HttpRequest, staff: StaffMembership, organisation: int) -> HttpResponse:
    """Switch an organisation's guessable proofs on again; another organisation's do not exist."""
    known = [
        one.organisation.pk
        for one in linking_states(organisation_id=staff.organisation_id, now=timezone.now())
    ]
    if organisation not in known:
        raise Http404
    reopen_guessable_proofs(
        organisation_id=organisation, by=staff.user, address=address(request), now=timezone.now()
    )
    messages.success(request, _("Guessable proofs are switched on again."))
    return redirect("office_linking")
