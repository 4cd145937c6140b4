"""The form of a kind as nobody's account has it: what the office looks at before the kind is published."""

from collections.abc import Sequence
from datetime import date

from abonent.portal.current import portal
from abonent.portal.profile_requests import RequestKind
from abonent.service_requests.forms import Circumstances, asked_fields
from abonent.service_requests.queries import RequestForm
from abonent.service_requests.typed import Option
from abonent.service_requests.working_days import calendar


def form_to_look_at(kind: RequestKind, *, meters: Sequence[Option], today: date) -> RequestForm:
    """What somebody with these meters is asked on `today`, as `queries.form_of` would say. No query."""
    days = calendar()
    return RequestForm(
        kind=kind,
        fields=asked_fields(kind, Circumstances(portal().languages, meters, days, today)),
        files=(),
        line=None,
        refusal=None,
        deadline=days.after(today, kind.working_days),
        today=today,
        first_day=today if days.is_working(today) else days.after(today, 1),
    )
