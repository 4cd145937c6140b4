"""The letter that says a submission was received. An outbox row of the caller's transaction."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from typing import NamedTuple

from django.urls import reverse

from abonent.metering.checks import CheckedValue
from abonent.metering.fields import MeterField, ReadingForm
from abonent.metering.models import Submission
from abonent.metering.problems import number
from abonent.metering.scale_names import scale_name
from abonent.metering.windows import as_told, zone
from abonent.notices.addresses import absolute
from abonent.notices.operations import NotAMailbox, write_letter
from abonent.portal.current import portal
from abonent.users.models import User


class _Line(NamedTuple):
    service: str
    serial: str
    scale: str
    """Code; `scale_name` says it in words when the letter is drawn."""
    value: str
    unit: str


def write_receipt(
    *,
    submission: Submission,
    user: User | None,
    form: ReadingForm,
    values: Sequence[CheckedValue],
    now: datetime,
) -> None:
    """Number, time, values, what happens next and until when they may be corrected.

    Nobody is written to without a person, or at a mailbox that was not confirmed.
    """
    if user is None or not user.email or not user.email_confirmed:
        return
    here = zone(form.rules.time_zone)
    page = reverse("submission", args=[form.account_public_id, submission.number])
    with suppress(NotAMailbox):
        write_letter(
            template="metering/letters/readings_received.txt",
            to=user.email,
            user=user,
            language=user.language or portal().language,
            now=now,
            context={
                "number": submission.number,
                "account": form.account_number,
                "when": now.astimezone(here).strftime("%d.%m.%Y, %H:%M"),
                "lines": _lines(form, values),
                "scale_name": scale_name,
                "until": as_told(form.cut_off).strftime("%d.%m.%Y, %H:%M") if form.cut_off else "",
                "page": absolute(page),
            },
        )


def _lines(form: ReadingForm, values: Sequence[CheckedValue]) -> list[_Line]:
    meters: dict[int, MeterField] = {meter.id: meter for meter in form.meters}
    return [
        _Line(
            meters[one.meter_id].service.name,
            meters[one.meter_id].serial,
            one.scale,
            number(one.value),
            meters[one.meter_id].service.unit,
        )
        for one in values
    ]
