"""The town as a bundle: seven CSV files as docs/domain/bundle.md describes them."""

import csv
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

from abonent.base.months import Month
from abonent.demo.town import requisites
from abonent.demo.town.building import Town
from abonent.demo.town.charging import tariff_of
from abonent.demo.town.recipe import PRICE, VOLUME
from abonent.demo.town.usage import Reading
from abonent.demo.town.windows import window

Row = Iterable[str | int]

ORGANISATION_COLUMNS = (
    "code,name_ru,name_kk,tax_number,tax_reason_code,bank_account,bank_name,bank_code,"
    "correspondent_account,phone,address,readings_from,readings_to,overdue_readings"
)
SERVICE_COLUMNS = "code,organisation,parent,position,name_ru,name_kk,name_en,unit_ru,unit_kk,obligation"
ACCOUNT_COLUMNS = (
    "number,organisation,payer,address,flat,residents,area,categories,contact_email,contact_phone,opened_on,"
    "closed_on,owner_since"
)
METER_COLUMNS = (
    "account,service,serial,scales,digits,ratio,installed_on,verified_on,next_verification_on,"
    "planned_replacement_on,removed_on,tariff"
)
READING_COLUMNS = "account,serial,scale,taken_on,source,value"
CHARGE_COLUMNS = (
    "account,month,service,opening,accrued,corrections,paid,closing,volume,tariff,undelivered_days,"
    "undelivered_amount,within_norm"
)
PAYMENT_COLUMNS = "source,id,account,paid_on,amount,bank"


def write(town: Town, directory: Path, *, without: Collection[Reading] = ()) -> None:
    """Write the files into `directory`, which is made if need be; readings `without` are left out."""
    directory.mkdir(parents=True, exist_ok=True)
    hidden = frozenset(without)
    _write(directory / "organisations.csv", ORGANISATION_COLUMNS, _organisations(town))
    _write(directory / "services.csv", SERVICE_COLUMNS, _services(town))
    _write(directory / "accounts.csv", ACCOUNT_COLUMNS, _accounts(town))
    _write(directory / "meters.csv", METER_COLUMNS, _meters(town))
    told = (reading for usage in town.usages for reading in usage.readings if reading not in hidden)
    _write(directory / "readings.csv", READING_COLUMNS, _readings(told))
    _write(directory / "charges.csv", CHARGE_COLUMNS, _charges(town))
    _write(directory / "payments.csv", PAYMENT_COLUMNS, _payments(town))


def write_readings(readings: Iterable[Reading], directory: Path) -> None:
    """A bundle of readings alone, in an existing `directory`."""
    _write(directory / "readings.csv", READING_COLUMNS, _readings(readings))


def _write(path: Path, columns: str, rows: Iterable[Row]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(rows)


def _organisations(town: Town) -> Iterator[Row]:
    for index, organisation in enumerate(town.recipe.organisations, start=1):
        details = _kazakh(index) if town.recipe.country == "KZ" else _russian(index)
        yield (
            organisation.code,
            organisation.name["ru"],
            organisation.name.get("kk", ""),
            *details,
            organisation.phone,
            organisation.address,
            *window(organisation.readings, town.today),
            organisation.overdue,
        )


def _kazakh(index: int) -> tuple[str, ...]:
    bank = requisites.KAZAKH_BANK
    return (
        requisites.bin_number(101 * index),
        "",
        requisites.iban(100_200_300 + 17 * index),
        bank["bank_name"],
        bank["bank_code"],
        "",
    )


def _russian(index: int) -> tuple[str, ...]:
    bank, tax_number = requisites.RUSSIAN_BANK, requisites.inn(101 * index)
    return (
        tax_number,
        f"{tax_number[:2]}0001001",
        requisites.russian_account(1_002_003 + 17 * index),
        bank["bank_name"],
        bank["bank_code"],
        requisites.russian_account(0, balance="30101"),
    )


def _services(town: Town) -> Iterator[Row]:
    for position, service in enumerate(town.recipe.services, start=1):
        yield (
            service.code,
            service.organisation,
            service.parent,
            position,
            service.name["ru"],
            service.name.get("kk", ""),
            service.name.get("en", ""),
            service.unit["ru"],
            service.unit.get("kk", ""),
            "voluntary" if service.voluntary else "due",
        )


def _accounts(town: Town) -> Iterator[Row]:
    for household in town.households:
        yield (
            household.number,
            household.organisation,
            str(household.payer),
            household.address,
            household.flat,
            household.residents,
            _hundredths(household.area),
            " ".join(household.categories),
            household.email,
            household.phone,
            household.opened_on.isoformat(),
            _day(household.closed_on),
            _day(household.owner_since),
        )


def _meters(town: Town) -> Iterator[Row]:
    services = {service.code: service for service in town.recipe.services}
    for household, usage in zip(town.households, town.usages, strict=True):
        for meter in usage.meters:
            tariff = tariff_of(services[meter.service], household)
            yield (
                meter.account,
                meter.service,
                meter.serial,
                meter.scales,
                meter.digits,
                "1",
                meter.installed_on.isoformat(),
                meter.verified_on.isoformat(),
                meter.next_verification_on.isoformat(),
                _day(meter.planned_replacement_on),
                _day(meter.removed_on),
                "" if tariff and town.recipe.tariffs[tariff].default else tariff,
            )


def _readings(readings: Iterable[Reading]) -> Iterator[Row]:
    for reading in readings:
        yield (
            reading.account,
            reading.serial,
            reading.scale,
            reading.taken_on.isoformat(),
            reading.source,
            _decimal(reading.value, VOLUME, 3),
        )


def _charges(town: Town) -> Iterator[Row]:
    names: dict[Month, str] = {}
    for charge in town.charges:
        yield (
            charge.account,
            names.get(charge.month) or names.setdefault(charge.month, str(charge.month)),
            charge.service,
            _hundredths(charge.opening),
            _hundredths(charge.accrued),
            _hundredths(charge.corrections),
            _hundredths(charge.paid),
            _hundredths(charge.closing),
            "" if charge.volume is None else _decimal(charge.volume, VOLUME, 3),
            "" if charge.tariff is None else _decimal(charge.tariff, PRICE, 5),
            "" if charge.undelivered_days is None else _hundredths(charge.undelivered_days),
            "" if charge.undelivered_amount is None else _hundredths(charge.undelivered_amount),
            "" if charge.within_norm is None else _hundredths(charge.within_norm),
        )


def _payments(town: Town) -> Iterator[Row]:
    for payment in sorted(town.payments, key=lambda payment: (payment.paid_on, payment.id)):
        yield (
            "bank",
            payment.id,
            payment.account,
            payment.paid_on.isoformat(),
            _hundredths(payment.amount),
            payment.bank,
        )


def _hundredths(amount: int) -> str:
    whole, rest = divmod(abs(amount), 100)
    return f"{'-' if amount < 0 else ''}{whole}.{rest:02d}"


def _decimal(number: int, scale: int, places: int) -> str:
    whole, rest = divmod(number, scale)
    return f"{whole}.{rest:0{places}d}" if rest else str(whole)


def _day(day: date | None) -> str:
    return day.isoformat() if day else ""
