"""One process of benchmarks/office.py: asks every page of the office of one database, as two of its staff.

    python -m benchmarks.office_pages ROUNDS [WHAT A PAGE'S NAME BEGINS WITH]

Prints a line of JSON: {"pages": {name: {"queries": …, "ms": […]}}, "left_out": {name: status}}. A page is a
name of the URL map that answers a GET with 200; what else a page may be asked is in `FACES` and `POSTED`.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "abonent.settings")
django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import URLPattern, URLResolver, get_resolver, reverse  # noqa: E402
from django.utils import timezone  # noqa: E402

from abonent.base.numbering import number_of  # noqa: E402
from abonent.configuration.operations import save_draft  # noqa: E402
from abonent.portal.current import portal  # noqa: E402
from abonent.portal.overlay import Place, value_of  # noqa: E402
from abonent.tariffs.drafts import save_tariff_draft  # noqa: E402
from abonent.tariffs.operations import load_tariff  # noqa: E402
from abonent.users.models import StaffMembership, User  # noqa: E402

ROLES = {"administrator": "staff0", "operator": "staff1"}
#: Name of a page -> what is asked of it besides, after the question mark.
FACES = {
    "office_requests": (
        "state=closed",
        "state=closed&page=100",
        "state=closed&team=billing",
        "state=closed&kind=tariff",
        "state=closed&team=contracts&kind=tariff",  # nothing is
        "state=closed&mine=yes",
        "state=open",
        "state=waiting",
        "overdue=yes",
        "unanswered=yes",
        "mine=yes",
        "team=billing&kind=tariff",
        "page=100",
    ),
    "office_payments": (
        "page=100",
        "kind=review",
        "kind=waiting",
        "kind=booked",
        "kind=failed",
        "kind=refunded",
    ),
    "office_figures": ("month=2026-06",),
    "office_readings": ("page=3",),
    "office_unmatched": ("page=2",),
    "office_publish": ("month=2026-10",),
}
#: What is posted to a page that looks for something, by what is looked for.
POSTED: Mapping[str, Mapping[str, Mapping[str, str]]] = {
    "office_find": {
        "number": {"words": "100000777"},
        "number, its beginning": {"words": "10000"},
        "name": {"words": "Иванов Айгүл"},
        "commonest surname": {"words": "Иванов"},
        "surname, one mistake": {"words": "Ивнаов"},
        "street, house and flat": {"words": "Абая 12 кв 7"},
        "phone": {"words": "+7 701 0104729"},
        "e-mail": {"words": "payer7919@mail.kz"},
        "serial number": {"words": "10000777"},
        "nothing like it": {"words": "Ъъюыщ Цчжфхъ"},
    },
    "office_requests": {
        "a request's number": {"find": "{request}"},
        "an account's number": {"find": "{account}"},
    },
    "office_audit": {
        "who": {"who": "staff7"},
        "action": {"action": "account_read"},
        "account": {"number": "100000777"},
        "reason": {"reason": "звонит"},
        "who, action and days": {
            "who": "staff7",
            "action": "sign_in",
            "since": "2026-08-01",
            "until": "2026-09-01",
        },
    },
    "office_payments": {"a payment's number": {"number": "nosuchpayment"}},
}
_TARIFF = """
code = "town"
service = "power"
currency = "KZT"
default = true
name = { ru = "Тариф", kk = "Тариф", en = "Tariff" }
unit = { ru = "кВт·ч", kk = "кВт·сағ", en = "kWh" }
categories = []

[[periods]]
from = 2025-07-01
source = "made up"
rates = [{ total = "35.67" }]
"""
#: Whose names stand in the addresses, all of the largest organisation.
_KNOWN = """
WITH request AS (SELECT * FROM service_requests_servicerequest WHERE organisation_id = %(organisation)s
                  AND EXISTS (SELECT FROM service_requests_requestfile AS file
                                JOIN service_requests_requestevent AS event ON event.id = file.event_id
                               WHERE event.request_id = service_requests_servicerequest.id)
                  ORDER BY id DESC LIMIT 1),
     link AS (SELECT link.*, account.public_id AS account FROM accounts_accountlink AS link
                JOIN accounts_account AS account ON account.id = link.account_id
               WHERE organisation_id = %(organisation)s ORDER BY link.id DESC LIMIT 1),
     photo AS (SELECT submission_id, meter_id FROM metering_photo
                JOIN metering_meter AS meter ON meter.id = meter_id
                JOIN accounts_account AS account ON account.id = account_id
               WHERE organisation_id = %(organisation)s LIMIT 1),
     paid AS (SELECT payment.public_id FROM payments_payment AS payment
                JOIN payments_paymentpart AS part ON part.payment_id = payment.id
                JOIN accounts_account AS account ON account.id = part.account_id
               WHERE organisation_id = %(organisation)s AND state = 'booked' ORDER BY payment.id DESC LIMIT 1)
SELECT (SELECT account FROM link) AS public_id, (SELECT public_id FROM link) AS link,
       (SELECT public_id FROM request) AS request_id, (SELECT id FROM request) AS request,
       (SELECT number FROM accounts_account WHERE id = (SELECT account_id FROM request)) AS account,
       (SELECT file.public_id FROM service_requests_requestfile AS file
          JOIN service_requests_requestevent AS event ON event.id = file.event_id
         WHERE event.request_id = (SELECT id FROM request) LIMIT 1) AS file_id,
       (SELECT submission_id FROM photo) AS submission, (SELECT meter_id FROM photo) AS meter,
       (SELECT public_id FROM paid) AS payment,
       (SELECT min(id) FROM payments_registry) AS registry,
       (SELECT max(id) FROM exchange_run) AS run,
       (SELECT max(id) FROM exchange_run WHERE undoable) AS undoable,
       (SELECT max(id) FROM announcements_announcement) AS announcement,
       (SELECT array_agg(id ORDER BY id) FROM announcements_announcement WHERE state = 'draft') AS drafts,
       (SELECT max(id) FROM users_staffmembership WHERE organisation_id = %(organisation)s) AS member
"""


def known() -> dict[str, Any]:
    """What the addresses are about."""
    organisation = StaffMembership.objects.get(user__login=ROLES["operator"]).organisation_id
    with connection.cursor() as cursor:
        cursor.execute(_KNOWN, {"organisation": organisation})
        names = [column.name for column in cursor.description or ()]
        found = dict(zip(names, cursor.fetchone(), strict=True))
    fixed = {"setting": "offices", "to": 0, "tariff": "town", "code": "sealing", "organisation": organisation}
    fixed |= {"version": 1, "action": "take", "invitation": 1}  # of addresses that are only posted to
    return found | fixed | {"sheet": "links", "submission": number_of(found["submission"])}


def prepare() -> None:
    """Drafts, so that pages of drafts have something to show; once a database."""
    staff, now = StaffMembership.objects.get(user__login=ROLES["administrator"]), timezone.now()
    member = StaffMembership.objects.get(user__login=ROLES["operator"])
    drafts = {place: value_of(portal(), place) for place in (Place("offices"), Place("requests"))}
    drafts[Place("window", member.organisation_id)] = {"first_day": 1, "last_day": 25}
    for place, value in drafts.items():
        save_draft(staff=staff, place=place, value=value, revision=None, now=now)
    text = {"text": _TARIFF, "filename": "town.toml", "now": now}
    load_tariff(by="staff0", takes_effect_on=None, **text)
    save_tariff_draft(staff=staff, revision=None, **text)


def _patterns(resolver: URLResolver) -> Iterator[URLPattern]:
    for part in resolver.url_patterns:
        if isinstance(part, URLResolver):
            yield from _patterns(part)
        elif str(part.name).startswith("office_"):
            yield part


def addresses(about: dict[str, Any]) -> Iterator[tuple[str, str, str]]:
    """(name, what is asked of it, address) of every page of the office."""
    for pattern in _patterns(get_resolver()):
        name = str(pattern.name)
        values = about | {"number": about.get(_NUMBERED.get(name.split("_")[1], ""), 1)}
        if name.startswith("office_payment"):
            values["public_id"] = about["payment"]
        values |= _OTHERWISE.get(name, {})
        if name == "office_import_undo":
            values["number"] = about["undoable"]
        address = reverse(
            name, kwargs={key: values[key] for key in pattern.pattern.regex.groupindex if key in values}
        )
        if name != "office_announcement_edit":  # of the one that was sent
            yield name, "", address
        for face in FACES.get(name, ()):
            yield name, face, f"{address}?{face}"
        if name in _OF_DRAFTS:
            for audience, number in zip(
                ("all", "organisation", "service", "street"), about["drafts"], strict=True
            ):
                yield name, f"draft to {audience}", reverse(name, args=[number])


_OTHERWISE = {"office_setting_kind": {"setting": "requests"}, "office_tariff_revert": {"to": 1}}
_NUMBERED = {"registry": "registry", "import": "run", "announcement": "announcement"}
_OF_DRAFTS = ("office_announcement", "office_announcement_edit")


def _posted(name: str, about: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, str]]]:
    for face, words in POSTED.get(name, {}).items():
        meant = {"{request}": number_of(about["request"]), "{account}": about["account"]}
        yield face, {key: meant.get(typed, typed) for key, typed in words.items()}


class Asker:
    """Asks as one member of the staff."""

    def __init__(self, role: str) -> None:
        self.role, self.client = role, Client(HTTP_ACCEPT_LANGUAGE="ru")
        self.client.force_login(User.objects.get(login=ROLES[role]))

    def ask(self, address: str, posted: Mapping[str, str] | None) -> int:
        answer = self.client.get(address) if posted is None else self.client.post(address, posted)
        if answer.streaming:
            for _ in answer.streaming_content:  # type: ignore[attr-defined]
                pass
        return int(answer.status_code)

    def queries(self, address: str, posted: Mapping[str, str] | None) -> list[str]:
        sent: list[str] = []

        def note(execute: Any, sql: str, *rest: Any) -> Any:
            sent.append(sql)
            return execute(sql, *rest)

        with connection.execute_wrapper(note):
            self.ask(address, posted)
        return sent

    def milliseconds(self, address: str, posted: Mapping[str, str] | None) -> float:
        started = time.perf_counter()
        self.ask(address, posted)
        return (time.perf_counter() - started) * 1000


def measured(asker: Asker, address: str, posted: Mapping[str, str] | None, rounds: int) -> dict[str, Any]:
    """What is slow is not asked as often."""
    first = asker.milliseconds(address, posted)
    sent = asker.queries(address, posted)
    times = [asker.milliseconds(address, posted) for _ in range(rounds if first < 1000 else 3)]
    return {"queries": len(sent), "ms": times}


def main() -> None:
    logging.disable(logging.WARNING)
    settings.STAFF_SECOND_FACTOR = False
    settings.ALLOWED_HOSTS = ["testserver"]
    rounds, begins = int(sys.argv[1]), sys.argv[2] if len(sys.argv) > 2 else ""
    if not StaffMembership.objects.filter(user__login=ROLES["administrator"]).exists():
        raise SystemExit("benchmarks.office_town makes the town")
    from abonent.tariffs.models import TariffDraft

    if not TariffDraft.objects.exists():
        prepare()
    about = known()
    pages: dict[str, Any] = {}
    left_out: dict[str, int] = {}
    for role in ROLES:
        asker = Asker(role)
        asked = [
            (name, face, address, posted)
            for name, face, address in addresses(about)
            for face, posted in [(face, None), *(_posted(name, about) if not face else ())]
            if name.startswith(begins)
        ]
        for name, face, address, posted in asked:
            said = f"{role} {name.removeprefix('office_')}{': ' if face else ''}{face}"
            status = asker.ask(address, posted)
            if status == 200 or (posted is not None and status == 302):
                pages[said] = measured(asker, address, posted, rounds)
            elif status != 405 and not (role == "operator" and status == 404):
                left_out[said] = status
    print(json.dumps({"pages": pages, "left_out": left_out}, ensure_ascii=False))


if __name__ == "__main__":
    main()
