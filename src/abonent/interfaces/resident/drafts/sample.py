"""Nobody's account: what a page is drawn with that shows a draft. Nothing of any customer is read."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from django.utils.translation import gettext as _

from abonent.accounts.queries import HeldAccount
from abonent.base.months import Month
from abonent.consumption.calculator import CalculatorMeter, CalculatorScale, ReckonedMeter
from abonent.consumption.quoting import Reckoned
from abonent.consumption.typed_readings import ReckonedScale
from abonent.interfaces.resident.pay.choices import Asked, Judged, Share
from abonent.metering.fields import MeterField, ReadingForm, ScaleField
from abonent.metering.rules import OwnRules, rules_of
from abonent.metering.windows import Rules, cut_off, window_state, zone
from abonent.payments.due import AccountDue
from abonent.payments.presets import Presets
from abonent.portal.models import Organisation
from abonent.portal.profile import Method
from abonent.portal.queries import ServiceFacts

SERIAL, PREVIOUS = "12345678", Decimal(1240)


def account() -> HeldAccount:
    return HeldAccount(
        id=0,
        public_id="sample",
        number="000000000",
        payer="",
        address=_("an example, nobody's account"),
        residents=None,
        area=None,
        organisation_id=0,
        opened_on=None,
        closed_on=None,
        link_public_id="",
        linked_at=datetime.min.replace(tzinfo=UTC),
        limited=False,
        limited_until=None,
        data_version=0,
        data_changed_at=None,
        money_version=0,
        announced_until=None,
    )


def service(unit: str = "") -> ServiceFacts:
    return ServiceFacts(0, "", None, _("A meter"), unit, "", 0, 0, 0)


def reading_form(organisation: Organisation | None, *, day: date) -> ReadingForm:
    """The page of readings at noon of a day, by the rules of the organisation (None: the portal's own): a
    meter of which nothing was sent, and one whose verification has run out."""
    own = organisation
    row = (
        OwnRules(own.pk, own.readings_from, own.readings_to, own.time_zone, own.overdue_readings)
        if own
        else (OwnRules(0, None, None, "", ""))
    )
    rules = rules_of(row)
    noon = datetime.combine(day, time(12), zone(rules.time_zone))
    window = window_state(rules, noon)
    return ReadingForm(
        account_id=0,
        account_number=account().number,
        account_public_id=account().public_id,
        organisation_id=0,
        rules=rules,
        window=window,
        cut_off=cut_off(rules, window.now_open, noon) if window.now_open else None,
        meters=(_meter(1, rules, day, overdue=False), _meter(2, rules, day, overdue=True)),
        seen=0,
        kept={},
        kept_on=None,
        today=day,
        closed_on=None,
    )


def _meter(number: int, rules: Rules, day: date, *, overdue: bool) -> MeterField:
    before = Month.of(day) - 1
    scale = ScaleField("total", PREVIOUS, before.last_day, "customer", None, None)
    return MeterField(
        id=number,
        service=service(),
        serial=f"{int(SERIAL) + number - 1}",
        digits=6,
        ratio=Decimal(1),
        next_verification_on=day - timedelta(days=30) if overdue else day + timedelta(days=700),
        planned_replacement_on=None,
        installed_on=None,
        overdue=overdue,
        refused=overdue and rules.refuse_overdue,
        scales=(scale,),
    )


def payment(amount: Decimal, method: Method, *, payee: str) -> Judged:
    """A bill of that amount, to be paid by that way."""
    due = AccountDue(account(), None, Presets(bill=amount), {}, payee)
    share = Share(None, "", payee, amount)
    return Judged((Asked(due, "other", (share,)),), method, "", ())


def reckoned_meter(
    found: Reckoned, volumes: dict[str, Decimal], *, number: int, unit: str, first: date, last: date
) -> ReckonedMeter:
    """A meter that counted these volumes by scale from the first day to the last."""
    before = first - timedelta(days=1)
    meter = CalculatorMeter(
        id=number,
        service=service(unit),
        serial=f"{int(SERIAL) + number - 1}",
        digits=6,
        ratio=Decimal(1),
        scales=tuple(CalculatorScale(scale, PREVIOUS, before) for scale in volumes),
        tariff_code="",
        tariff_name=found.tariff,
        why_not="",
    )
    scales = tuple(
        ReckonedScale(scale, PREVIOUS, before, PREVIOUS + volume, last, Decimal(1), volume, False)
        for scale, volume in volumes.items()
    )
    return ReckonedMeter(meter, unit, first, last, found.days, scales, found.lines, found.total, found.notes)
