"""Tariffs in the office: a draft is published as the code's next version. Each is one transaction, audited.

None is safe to repeat as it stands: what the caller saw (the draft's `revision`, the code's `latest` version)
goes along, and a second time it is no longer so (TariffChangedMeanwhile).
"""

from dataclasses import dataclass
from datetime import date, datetime

from django.db import IntegrityError, transaction

from abonent.base.errors import DomainError
from abonent.tariffs.calculator import Tariff, TariffError, parse_tariff
from abonent.tariffs.calculator.comparing import Comparison, compare
from abonent.tariffs.models import TariffDraft
from abonent.tariffs.operations import Loaded, check_tariff, load_tariff
from abonent.tariffs.queries import TariffVersionFacts, loaded
from abonent.users.audit import record
from abonent.users.models import StaffMembership
from abonent.users.rights import Right, may

LONGEST_NOTE = 300
LONGEST_TEXT = 500_000


class TariffChangedMeanwhile(DomainError):  # noqa: N818 - named after what is the matter
    """Somebody else changed the draft, or published, since the page was opened: `by` (may be unknown)."""

    def __init__(self, by: str = "") -> None:
        super().__init__(by)
        self.by = by


class NoSuchTariff(DomainError):  # noqa: N818
    """There is neither a version nor a draft of this code, or it is not this member of the staff's."""


class TariffInThePast(DomainError):  # noqa: N818
    """A version takes effect today at the earliest: what was charged on past days stays what was charged."""


class NoReasonForTariff(DomainError):  # noqa: N818
    """Whoever publishes says why."""


@dataclass(frozen=True)
class OfficeTariff:
    """One code as the office shows it."""

    code: str
    versions: tuple[TariffVersionFacts, ...]
    """In the order of loading."""
    in_force: TariffVersionFacts | None
    draft: TariffDraft | None

    @property
    def newest(self) -> TariffVersionFacts | None:
        return self.versions[-1] if self.versions else None

    @property
    def latest(self) -> int:
        """The number of the newest version; 0: there is none. Whoever publishes says what they saw."""
        return self.newest.number if self.newest else 0

    @property
    def overtaken_by(self) -> TariffVersionFacts | None:
        """What was published after the draft was saved: it was begun from something else."""
        newest, draft = self.newest, self.draft
        return newest if newest and draft and newest.loaded_at > draft.changed_at else None

    @property
    def draft_tariff(self) -> Tariff | None:
        """What the draft says; None when there is none, or when it is no tariff any more (an upgrade)."""
        return _readable(self.draft.text, self.draft.filename) if self.draft else None

    @property
    def tariff(self) -> Tariff | None:
        """What the version in force says; None when there is none, or none that can be read any more."""
        return _readable(self.in_force.text, self.in_force.filename) if self.in_force else None


def _readable(text: str, filename: str) -> Tariff | None:
    """A later release may read files more strictly than the one that took them."""
    try:
        return parse_tariff(text, filename)
    except TariffError:
        return None


def office_tariffs(*, today: date) -> list[OfficeTariff]:
    """Every code that has a version or a draft, by code. Two queries."""
    catalogue = loaded()
    drafts = {one.code: one for one in TariffDraft.objects.all()}
    codes = sorted({one.code for one in catalogue.versions} | drafts.keys())
    return [
        OfficeTariff(
            code,
            tuple(one for one in catalogue.versions if one.code == code),
            catalogue.in_force(code, today),
            drafts.get(code),
        )
        for code in codes
    ]


def office_tariff(*, staff: StaffMembership, code: str, today: date) -> OfficeTariff:
    """One code. Raises NoSuchTariff. Two queries."""
    _check_theirs(staff)
    found = next((one for one in office_tariffs(today=today) if one.code == code), None)
    if found is None:
        raise NoSuchTariff(code)
    return found


def compared(one: OfficeTariff, *, takes_effect_on: date) -> Comparison | None:
    """The draft beside what would be in force on its day without it; None without a readable draft."""
    tariff = one.draft_tariff
    if tariff is None:
        return None
    on = max(takes_effect_on, tariff.periods[-1].begins)
    come = [version for version in one.versions if version.takes_effect_on <= on]
    before = _readable(come[-1].text, come[-1].filename) if come else None
    return compare(before, tariff, takes_effect_on=takes_effect_on)


@transaction.atomic
def save_tariff_draft(
    *,
    staff: StaffMembership,
    text: str,
    filename: str,
    revision: int | None,
    latest: int | None = None,
    now: datetime,
) -> TariffDraft:
    """Keep the text as its code's one draft. `revision`: of the draft that was edited, None: there was none.
    `latest`: the number of the code's newest version that it was begun from; None is not compared.

    Raises what `check_tariff` does (file, key and reason), NoSuchTariff, TariffChangedMeanwhile.
    """
    _check_theirs(staff)
    tariff = check_tariff(text=text, filename=filename)
    draft = TariffDraft.objects.select_for_update().filter(code=tariff.code).first()
    if (draft.revision if draft else None) != revision:
        raise TariffChangedMeanwhile(draft.changed_by if draft else _last_loader(tariff.code))
    if latest is not None and _newest_number(tariff.code) != latest:
        raise TariffChangedMeanwhile(_last_loader(tariff.code))
    draft = draft or TariffDraft(code=tariff.code, revision=0)
    draft.text, draft.filename, draft.revision = text, filename[-200:], draft.revision + 1
    draft.changed_by, draft.changed_at = _named(staff), now
    try:
        with transaction.atomic():
            draft.save()
    except IntegrityError as error:  # two began at once: the unique code let one through
        raise TariffChangedMeanwhile from error
    _record("tariff_draft_saved", staff, draft.code, draft.revision, now)
    return draft


@transaction.atomic
def discard_tariff_draft(*, staff: StaffMembership, code: str, revision: int, now: datetime) -> None:
    """Raises NoSuchTariff, TariffChangedMeanwhile."""
    draft = _draft(staff, code, revision)
    _record("tariff_draft_discarded", staff, code, revision, now)
    draft.delete()


@transaction.atomic
def publish_tariff(
    *,
    staff: StaffMembership,
    code: str,
    revision: int,
    latest: int,
    takes_effect_on: date,
    note: str,
    today: date,
    now: datetime,
) -> Loaded:
    """The draft becomes the code's next version, in force from its day. Errors: those of `load_tariff`,
    NoSuchTariff, TariffChangedMeanwhile, TariffInThePast, NoReasonForTariff."""
    draft = _draft(staff, code, revision)
    done = _load(staff, code, draft.text, draft.filename, latest, takes_effect_on, note, today=today, now=now)
    draft.delete()
    return done


@transaction.atomic
def revert_tariff(
    *,
    staff: StaffMembership,
    code: str,
    to: int,
    latest: int,
    takes_effect_on: date,
    note: str,
    today: date,
    now: datetime,
) -> Loaded:
    """Version `to` again, as a version of its own: none is ever deleted. Errors as `publish_tariff`."""
    one = office_tariff(staff=staff, code=code, today=today)
    version = next((row for row in one.versions if row.number == to), None)
    if version is None:
        raise NoSuchTariff(f"{code} {to}")
    return _load(
        staff, code, version.text, version.filename, latest, takes_effect_on, note, today=today, now=now
    )


def _load(
    staff: StaffMembership,
    code: str,
    text: str,
    filename: str,
    latest: int,
    takes_effect_on: date,
    note: str,
    *,
    today: date,
    now: datetime,
) -> Loaded:
    note = " ".join(note.split())[:LONGEST_NOTE]
    if not note:
        raise NoReasonForTariff
    if takes_effect_on < today:
        raise TariffInThePast
    done = load_tariff(
        text=text,
        filename=filename,
        by=staff.user.login or staff.user.email,
        takes_effect_on=takes_effect_on,
        now=now,
        actor=staff.user,
        reason=note,
    )
    if done.version.number != latest + 1:  # behind load_tariff's lock; the transaction takes it back
        raise TariffChangedMeanwhile
    return done


def _draft(staff: StaffMembership, code: str, revision: int) -> TariffDraft:
    _check_theirs(staff)
    draft = TariffDraft.objects.select_for_update().filter(code=code).first()
    if draft is None or draft.revision != revision:
        raise TariffChangedMeanwhile(draft.changed_by if draft else "")
    return draft


def _newest_number(code: str) -> int:
    return max((one.number for one in loaded().versions if one.code == code), default=0)


def _last_loader(code: str) -> str:
    return next((one.loaded_by for one in reversed(loaded().versions) if one.code == code), "")


def _check_theirs(staff: StaffMembership) -> None:
    if not may(staff, Right.SETTINGS):
        raise NoSuchTariff


def _named(staff: StaffMembership) -> str:
    return staff.user.full_name or staff.user.login


def _record(action: str, staff: StaffMembership, code: str, revision: int, now: datetime) -> None:
    record(action=action, actor=staff.user, subject=f"tariff:{code}", revision=revision, now=now)
