"""Who is paid, with requisites: organisations as the paper has them."""

from collections.abc import Collection, Iterable

from abonent.base.kept import Kept
from abonent.bills.paper import Payee
from abonent.portal.current import portal
from abonent.portal.models import Organisation

_kept: Kept[tuple[Payee, ...]] = Kept(room=5_000)


def payees(keeper: Organisation, suppliers: Iterable[Organisation]) -> tuple[Payee, ...]:
    """With a payment QR, which is one payment, the organisation that keeps the account, when it has bank
    details; else every supplier on the bill that has them, each once."""
    if portal().bill.payment_qr and keeper.bank_account:
        return (_payee(keeper),)
    found = {one.pk: one for one in suppliers if one.bank_account}
    return tuple(_payee(found[pk]) for pk in sorted(found)) or (_payee(keeper),)


def payee_of_qr(organisation_id: int, service_ids: Collection[int], *, version: int) -> Payee | None:
    """To whom the payment QR of a bill pays; None where the portal or the requisites have none. Read once for
    each data version (two queries): organisations come with the bundle."""
    if not portal().bill.payment_qr:
        return None
    key = portal().code, organisation_id, tuple(sorted(service_ids)), version
    known = _kept.get(key, lambda: _read(organisation_id, service_ids))
    return next((one for one in known if one.takes_payment_qr), None)


def _read(organisation_id: int, service_ids: Collection[int]) -> tuple[Payee, ...]:
    suppliers = Organisation.objects.filter(services__in=service_ids).distinct()
    return payees(Organisation.objects.get(pk=organisation_id), suppliers)


def _payee(organisation: Organisation) -> Payee:
    return Payee(
        name={"kk": organisation.name("kk"), "ru": organisation.name("ru"), "en": organisation.name("en")},
        tax_id=organisation.tax_number,
        account=organisation.bank_account,
        bank=organisation.bank_name,
        bic=organisation.bank_code,
        kpp=organisation.tax_reason_code,
        correspondent_account=organisation.correspondent_account,
    )
