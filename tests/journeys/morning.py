"""What waits for an operator one morning in the town of AES. Runs inside a portal (`LivePortal.python`).

Twenty requests, fifty readings that need eyes and five payments that name no account, with those that the
town has already; all through the operations that customers and banks come by.
"""

from datetime import datetime, timedelta
from decimal import Decimal

from django.utils import timezone

from abonent.accounts.models import Account
from abonent.accounts.queries import held_accounts
from abonent.metering.models import Submission
from abonent.metering.operations import submit
from abonent.metering.operations.submissions import NothingTyped, NotTaken
from abonent.metering.reading_form import key_of, reading_form
from abonent.metering.review_queries import waiting_for_eyes
from abonent.metering.typed_form import TypedForm
from abonent.payments.models import RegistryRow
from abonent.payments.operations.registries import take_registry
from abonent.payments.registry_file import RowGiven
from abonent.service_requests.models import ServiceRequest
from abonent.service_requests.operations import file_request
from abonent.service_requests.typed import TypedRequest
from abonent.users.models import User

REQUESTS, READINGS, UNMATCHED = 20, 50, 5
TODO = ("received", "in_work")


def fill() -> None:
    """To the number of each."""
    now = timezone.now()
    _requests(REQUESTS - ServiceRequest.objects.filter(state__in=TODO).count(), now)
    _readings(now)
    _registry(UNMATCHED - RegistryRow.objects.filter(state="unmatched").count(), now)


def _requests(missing: int, now: datetime) -> None:
    """A person may file ten a day: theirs come from some days."""
    user = User.objects.get(login="demo")
    held = [one for one in held_accounts(user.pk, now=now) if not one.limited]
    for number in range(missing):
        typed = TypedRequest(
            kind="bill_question",
            answers={"question": f"Почему в квитанции такая сумма? Вопрос {number}"},
            form_key=f"morning-{number}",
        )
        file_request(
            user=user, account=held[number % len(held)], typed=typed, language="ru", address=None,
            now=now - timedelta(hours=4 * (missing - number)),
        )  # fmt: skip


def _readings(now: datetime) -> None:
    """Of flats that used five times what they use."""
    for account in Account.objects.filter(closed_on=None, contact_email="").order_by("pk"):
        if waiting_for_eyes(organisation_id=None) == READINGS:
            return
        _reading(account.pk, now)
    raise AssertionError("the town has too few flats")


def _reading(account_id: int, now: datetime) -> None:
    user = User.objects.get(login="demo")
    form = reading_form(account_id, user_id=user.pk, language="ru", now=now)
    meters = [one for one in form.meters if not one.refused and one.scales[0].previous is not None]
    values = {
        key_of(meter.id, one.scale): str(int((one.previous or 0) + 5 * (one.usual_per_day or 20) * 30))
        for meter in meters[:1]
        for one in meter.scales
    }
    typed = TypedForm(
        values, form.today, confirmed=[f"{key}:unusual" for key in values], key=f"morning-{account_id}"
    )
    try:
        submit(account_id=account_id, user=user, way=Submission.Way.CABINET, typed=typed, now=now)
    except (NothingTyped, NotTaken):  # no meter, or one of fewer digits
        return


def _registry(missing: int, now: datetime) -> None:
    """Numbers with the last digit left out: the payer tells whose they are."""
    accounts = Account.objects.filter(closed_on=None, contact_email="").order_by("-pk")[:missing]
    day = timezone.localdate(now)
    rows = [
        RowGiven(line, f"morning-{line}", day, Decimal("1500.00"), account=one.number[:-1], payer=one.payer)
        for line, one in enumerate(accounts, start=1)
    ]
    take_registry(
        source="registry:demo_bank", format="csv", name="morning.csv", checksum="morning", rows=rows,
        loaded_by="operator", now=now,
    )  # fmt: skip
