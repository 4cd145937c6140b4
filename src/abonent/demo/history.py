"""What the town's customer has sent in already: through the same operations, the export and the import.

Two readings that went into bills, a mistyped one that billing rejected, and one that waits.
"""

import csv
import tempfile
from collections.abc import Collection, Mapping
from datetime import date, datetime, time, timedelta
from decimal import ROUND_CEILING, Decimal
from pathlib import Path

from django.utils import timezone

from abonent.base.months import Month
from abonent.demo.queries import CUSTOMER, FAMILY, PlantedAccount, planted_account
from abonent.demo.town import Kind, Reading, Town, write_readings
from abonent.exchange.operations import import_bundle
from abonent.exchange.outgoing.readings import export_readings
from abonent.metering.models import Meter, Submission, SubmittedReading
from abonent.metering.operations import submit
from abonent.metering.reading_form import ReadingForm, key_of, reading_form
from abonent.metering.typed_form import TypedForm
from abonent.portal.current import portal
from abonent.users.models import User

REASON = "Показание не подтверждено: на следующий день контролёр снял меньшее."
#: A Kazakh portal's billing writes both, Kazakh first.
BILINGUAL_REASON = "Көрсеткіш расталмады: келесі күні бақылаушы одан аз көрсеткішті алды. / " + REASON
#: So many kWh too much: two digits in each other's place.
MISTYPED_BY = 900
_EVENING = time(19, 40)


def send_readings(town: Town, *, now: datetime) -> None:
    """Send what the customer has sent until today, let billing take and answer it, and load its answers with
    the readings that `Town.told_later` held back. Safe to repeat and to kill: the same keys are the same
    submissions, and an answer is given once."""
    home = planted_account(Kind.DEMO_HOME)
    by_serial = dict(Meter.objects.filter(account_id=home.id).values_list("serial", "id"))
    _send_mistyped(town, home, by_serial)
    for day, readings in _by_day(town.told_later()).items():
        values = {_key(by_serial, one): str(Decimal(one.value) / 1000) for one in readings}
        _send(home, f"demo-{day:%Y-%m}", day, values)
    _send_what_waits(now=now)
    with tempfile.TemporaryDirectory(prefix="abonent-answers-") as folder:
        bundle = Path(folder) / "bundle"
        bundle.mkdir()
        before = Month.of(town.today).first_day
        export_readings(directory=Path(folder), everything=False, now=_at(before, time(12)))
        write_readings(town.told_later(), bundle)
        _write_answers(home, bundle)
        import_bundle(path=bundle, now=now)


def _send_mistyped(town: Town, home: PlantedAccount, by_serial: Mapping[str, int]) -> None:
    """The day before the inspector came."""
    read = town.last_inspection()
    day = read[0].taken_on - timedelta(days=1)
    values = {_key(by_serial, one): str(one.value // 1000) for one in read}
    first = _key(by_serial, read[0])
    values[first] = str(read[0].value // 1000 + MISTYPED_BY)
    _send(home, f"demo-{day:%Y-%m}", day, values, confirmed={f"{key}:unusual" for key in values})


def _send(
    home: PlantedAccount,
    key: str,
    day: date,
    values: Mapping[str, str],
    confirmed: Collection[str] = (),
) -> None:
    submit(
        account_id=home.id,
        user=User.objects.get(login=CUSTOMER),
        way=Submission.Way.CABINET,
        typed=TypedForm(values, day, confirmed, key=key),
        now=_at(day, _EVENING),
    )


def _send_what_waits(*, now: datetime) -> None:
    """The parent's, or where that window is closed the let flat's: about as much as usual."""
    for kind, login in ((Kind.DEMO_PARENTS, FAMILY), (Kind.DEMO_LET, CUSTOMER)):
        user, account = User.objects.get(login=login), planted_account(kind)
        form = reading_form(account.id, user_id=user.pk, language=portal().language, now=now)
        if form.window.is_open and (values := _about_the_usual(form)):
            submit(
                account_id=account.id,
                user=user,
                way=Submission.Way.CABINET,
                typed=TypedForm(values, form.today, key="demo-waits", seen=form.seen),
                now=now,
            )
            return


def _about_the_usual(form: ReadingForm) -> dict[str, str]:
    values = {}
    for meter in form.meters:
        for one in meter.scales:
            if not meter.refused and one.previous is not None and one.previous_on is not None:
                days = (form.today - one.previous_on).days
                value = one.previous + (one.usual_per_day or Decimal(0)) * days
                values[key_of(meter.id, one.scale)] = str(value.to_integral_value(ROUND_CEILING))
    return values


def _write_answers(home: PlantedAccount, folder: Path) -> None:
    """Billing's: what the inspector found otherwise is rejected, the rest went into its month's bill."""
    sent = SubmittedReading.objects.filter(submission__account_id=home.id, state="sent").order_by("id")
    reason = BILINGUAL_REASON if portal().country == "KZ" else REASON
    with (folder / "answers.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["reading", "state", "reason", "month"])
        mistyped = min((one.period for one in sent), default=None)
        for one in sent:
            wrong = one.period == mistyped
            writer.writerow([one.pk, *(("rejected", reason, "") if wrong else ("used", "", one.period))])


def _by_day(readings: list[Reading]) -> dict[date, list[Reading]]:
    days: dict[date, list[Reading]] = {}
    for one in sorted(readings, key=lambda one: one.taken_on):
        days.setdefault(one.taken_on, []).append(one)
    return days


def _key(by_serial: Mapping[str, int], reading: Reading) -> str:
    return key_of(by_serial[reading.serial], reading.scale)


def _at(day: date, moment: time) -> datetime:
    return timezone.make_aware(datetime.combine(day, moment))
