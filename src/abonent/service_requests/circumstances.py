"""What a form of one account is measured by, and why a kind may not be asked for at all."""

from datetime import date, datetime

from abonent.accounts.queries import HeldAccount
from abonent.metering.models import Meter
from abonent.portal.current import portal
from abonent.portal.models import Organisation
from abonent.portal.profile_requests import RequestKind
from abonent.portal.queries import services
from abonent.service_requests.forms import Circumstances
from abonent.service_requests.organisation_days import day_of
from abonent.service_requests.typed import Option
from abonent.service_requests.working_days import calendar


def refusal_of(kind: RequestKind | None, account: HeldAccount, today: date) -> str | None:
    """Why this account may not file it (`problems.REFUSALS`); None when it may."""
    if kind is None or not kind.offered:
        return "kind"
    if kind.leads_to:
        return "section"
    if account.closed_on and account.closed_on <= today:
        return "closed"
    return "limited" if account.limited and kind.changes_account else None


def circumstances(account: HeldAccount, kind: RequestKind, *, now: datetime) -> Circumstances:
    """Two queries at most: the organisation, and the meters where the kind asks for one."""
    organisation = Organisation.objects.get(pk=account.organisation_id)
    asks_meter = any(field.type == "meter" for field in kind.fields)
    return Circumstances(
        languages=portal().languages,
        meters=meters_of(account) if asks_meter else (),
        days=calendar(),
        today=day_of(now, organisation),
    )


def meters_of(account: HeldAccount) -> tuple[Option, ...]:
    """The account's meters in use: `Электроэнергия, № A-1`."""
    rows = Meter.objects.filter(account_id=account.id, removed_on=None).order_by("service_id", "serial")
    named = {
        language: services(language=language, version=account.data_version) for language in portal().languages
    }
    return tuple(
        Option(
            str(pk),
            {language: f"{known[service].name}, № {serial}" for language, known in named.items()},
        )
        for pk, service, serial in rows.values_list("pk", "service_id", "serial")
    )
