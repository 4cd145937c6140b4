"""What was sent: its number, its values, and where it is on its way through billing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, cast

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from markupsafe import Markup

from abonent.interfaces.resident.cabinet import account_or_404, context
from abonent.interfaces.resident.readings.words import (
    figures,
    masked,
    meter_says,
    moment,
    state_name,
    until,
)
from abonent.interfaces.ui import formatting
from abonent.interfaces.ui.environment import language
from abonent.metering.queries import SubmissionPage, SubmittedMeter, SubmittedScale, photo
from abonent.metering.queries import submission as submission_of
from abonent.metering.scale_names import scale_name
from abonent.metering.windows import zone
from abonent.users.models import User

#: A step of `ui/timeline.html`: (title, state, when, says).
Step = tuple[str, str, str | None, str | None]


@dataclass(frozen=True, slots=True)
class Way:
    """The way of the meters that stand at the same place; `title` tells them apart where there are more."""

    title: str
    steps: tuple[Step, ...]


@require_safe
@login_required
def submission_page(request: HttpRequest, public_id: str, submission: str) -> HttpResponse:
    """The confirmation, also years later; 404 for a number of another account."""
    account = account_or_404(request, public_id)
    person = cast(User, request.user)
    now = timezone.now()
    seen = submission_of(account.id, submission, user_id=person.pk, language=language(), now=now)
    if seen is None:
        raise Http404
    values: dict[str, Any] = {
        "held": account,
        "seen": seen,
        "sent_on": _moment(seen, seen.submitted_at),
        "until": until(_local(seen, seen.correct_until)) if seen.correct_until else None,
        "ways": _ways(seen),
        "open": any(meter.state in ("received", "sent", "accepted") for meter in seen.meters),
        "rejected": sorted({meter.reason for meter in seen.meters if meter.state == "rejected"}),
        "rows": [_row(meter, scale) for meter in seen.meters for scale in meter.scales],
        "photos": [meter for meter in seen.meters if meter.photo and (seen.by_you or not account.limited)],
        "hidden_photos": account.looking and any(meter.photo for meter in seen.meters),
        "later": sorted({meter.corrected_by for meter in seen.meters if meter.corrected_by}),
        "letter_to": masked(person.email) if _has_a_letter(seen, person, now) else None,
    }
    page = context(request, section="readings", account=account, **values)
    return render(request, "resident/readings/submission.html", page)


@require_safe
@login_required
def photo_page(request: HttpRequest, public_id: str, submission: str, meter: str) -> HttpResponse:
    """The photo sent along; only for people of the account (with a limited link: their own), and kept by no
    cache."""
    account = account_or_404(request, public_id)
    sent_by = request.user.pk if account.limited else None
    jpeg = photo(account.id, submission, int(meter), sent_by=sent_by)
    if jpeg is None:
        raise Http404
    named = {"Content-Disposition": f'inline; filename="{submission}-{int(meter)}.jpg"'}
    return HttpResponse(jpeg, content_type="image/jpeg", headers=named)


def _has_a_letter(seen: SubmissionPage, person: User, now: datetime) -> bool:
    """Said while it is news: later the address may be another one."""
    return seen.by_you and person.email_confirmed and now - seen.submitted_at < timedelta(days=1)


def _moment(seen: SubmissionPage, at: datetime | None) -> str | None:
    return moment(_local(seen, at)) if at else None


def _local(seen: SubmissionPage, at: datetime) -> datetime:
    """By the supplier's clocks."""
    return at.astimezone(zone(seen.rules.time_zone))


def _row(meter: SubmittedMeter, scale: SubmittedScale) -> list[Any]:
    unit = meter.service.unit
    return [
        _where(meter, scale),
        figures(scale.value),
        figures(scale.previous),
        f"{figures(scale.consumption)}{formatting.NBSP}{unit}" if scale.consumption is not None else None,
    ]


def _where(meter: SubmittedMeter, scale: SubmittedScale) -> Markup:
    says = meter_says(meter.serial)
    if scale.scale != "total":
        says = f"{says}, {scale_name(scale.scale)}"
    return Markup('<span class="service">{}<small>{}</small></span>').format(meter.service.name, says)


def _ways(seen: SubmissionPage) -> tuple[Way, ...]:
    """One way for all meters that stand alike, usually all."""
    alike = [list(group) for _key, group in groupby(sorted(seen.meters, key=_stand), key=_stand)]
    return tuple(Way(", ".join(map(_name, group)), _steps(seen, group[0])) for group in alike)


def _name(meter: SubmittedMeter) -> str:
    return f"{meter.service.name}, {meter_says(meter.serial)}"


def _stand(meter: SubmittedMeter) -> tuple[str, ...]:
    return (meter.state, meter.reason, str(meter.used_in), str(meter.sent_at), str(meter.answered_at))


def _steps(seen: SubmissionPage, meter: SubmittedMeter) -> tuple[Step, ...]:
    received = (state_name("received"), "done", _moment(seen, seen.submitted_at), None)
    if meter.state == "corrected":
        return received, (state_name("corrected"), "now", None, _("Later readings took their place."))
    if meter.state == "received":
        now = (received[0], "now", received[2], None)
        return now, _leaves(seen), *_to_come("accepted", "used")
    sent = (state_name("sent"), "done", _moment(seen, meter.sent_at), None)
    answered = _moment(seen, meter.answered_at)
    if meter.state == "sent":
        waits = _("Billing checks the readings and answers.")
        return received, (sent[0], "now", sent[2], waits), *_to_come("accepted", "used")
    if meter.state == "rejected":
        return received, sent, (state_name("rejected"), "bad", answered, meter.reason or None)
    accepted = (state_name("accepted"), "done", answered, None)
    if meter.state == "accepted":
        return received, sent, (accepted[0], "now", answered, None), *_to_come("used")
    bill = _("In the bill of %(month)s") % {"month": formatting.month(meter.used_in, language())}
    return received, sent, (accepted[0], "done", None, None), (state_name("used"), "done", answered, bill)


def _leaves(seen: SubmissionPage) -> Step:
    if seen.correct_until is None:
        return state_name("sent"), "later", None, None
    return state_name("sent"), "later", until(_local(seen, seen.correct_until)), None


def _to_come(*states: str) -> tuple[Step, ...]:
    return tuple((state_name(state), "later", None, None) for state in states)
