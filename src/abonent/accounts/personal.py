"""What this room knows of a person, and how it forgets: called by personal_data alone."""

from collections.abc import Mapping
from datetime import datetime

from django.db import connection
from django.db.models import Exists, OuterRef
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from abonent.accounts.models import Account, AccountLink, LinkAttempt, StaffLook, UsedCode
from abonent.accounts.operations.links import end_now
from abonent.base.facts import Facts, told
from abonent.users.models import User

TOLD: Mapping[str, str] = {
    "accounts.AccountLink.user": "links",
    "accounts.LinkAttempt.user": "tries",
    "accounts.UsedCode.used_by": "codes",
}
LEFT_OUT: Mapping[str, str | Promise] = {
    "accounts.PrintedCode.issued_by": "work of the staff, told by the trail",
    "accounts.HandledTries.user": "a mark of the staff's queue; the tries themselves are told",
    "accounts.HandledTries.handled_by": "work of the staff, told by the trail",
    "accounts.ProofsReopened.by": "work of the staff, told by the trail",
    "accounts.StaffLook.staff": "work of the staff, told by the trail",
}
WORDS: Mapping[str, str | Promise] = {
    "links": _("Accounts you linked"),
    "tries": _("Tries to link an account"),
    "codes": _("Codes used"),
    "accounts": _("Accounts you see"),
    "account": _("Account"),
    "number": _("Number"),
    "organisation": _("Organisation"),
    "address": _("Address"),
    "flat": _("Flat"),
    "residents": _("Residents"),
    "area": _("Area, m²"),
    "opened_on": _("Opened"),
    "closed_on": _("Closed"),
    "since": _("Since"),
    "limited_until": _("Limited until"),
    "ended_at": _("Ended"),
    "end_reason": _("Why it ended"),
    "end_reason=self": _("your own wish"),
    "end_reason=staff": _("by the staff"),
    "end_reason=resident": _("by another resident"),
    "end_reason=owner_changed": _("another owner"),
    "end_reason=objected": _("somebody objected"),
    "end_reason=deleted": _("deleted"),
    "method": _("Proved by"),
    "method=payment": _("last payment"),
    "method=name_and_flat": _("surname and flat"),
    "method=code": _("code"),
    "method=staff": _("staff"),
    "outcome": _("Outcome"),
    "outcome=trying": _("not finished"),
    "outcome=linked": _("linked"),
    "outcome=proven": _("proven at sign-up"),
    "outcome=already": _("was linked already"),
    "outcome=mismatch": _("did not match"),
    "outcome=limited": _("refused: too many"),
    "at": _("Time"),
    "from_address": _("Address of the network"),
    "used_at": _("Used on"),
}
_LINK = {
    "account": "account__number",
    "organisation": "account__organisation__name_ru",
    "since": "created_at",
    "method": "method",
    "limited_until": "limited_until",
    "ended_at": "ended_at",
    "end_reason": "end_reason",
}
_ACCOUNT = {
    "number": "number",
    "organisation": "organisation__name_ru",
    "address": "address",
    "flat": "flat",
    "residents": "residents",
    "area": "area",
    "opened_on": "opened_on",
    "closed_on": "closed_on",
}


def facts_about(user_id: int) -> Facts:
    """Links, tries (their hashes are nobody's business), codes used, and what the portal knows of the
    accounts that the person sees now. Who pays, and how billing reaches them, may be somebody else's. Four
    queries."""
    seen = Account.objects.filter(links__user_id=user_id, links__ended_at=None)
    tries = LinkAttempt.objects.filter(user_id=user_id).order_by("at", "pk")
    return {
        "links": told(AccountLink.objects.filter(user_id=user_id).order_by("created_at", "pk"), _LINK),
        "accounts": told(seen.order_by("number"), _ACCOUNT),
        "tries": told(
            tries, {"at": "at", "method": "method", "outcome": "outcome", "from_address": "address"}
        ),
        "codes": told(
            UsedCode.objects.filter(used_by_id=user_id).order_by("used_at"),
            {"account": "account__number", "used_at": "used_at"},
        ),
    }


def forget(user_id: int, now: datetime) -> dict[str, int]:
    """Links end; that they were, and tries, stay without a name. In the caller's transaction, safe to
    repeat."""
    person = User.objects.get(pk=user_id)
    links = AccountLink.objects.select_related("account", "user").filter(user_id=user_id, ended_at=None)
    live = list(links.select_for_update(of=("self",)))
    for link in live:
        end_now(link, reason="deleted", by=person, address=None, now=now)
    return {"links": len(live)}


def unconfirmed_without_account(*, before: datetime, limit: int) -> list[int]:
    """People who signed up before, never confirmed an address, are signed in nowhere and see no account: the
    oldest, at most `limit`. A sign-up that is used is no dead one."""
    seen = AccountLink.objects.filter(user=OuterRef("pk"), ended_at=None)
    old = User.objects.filter(
        ~Exists(seen),
        email_confirmed=False,
        is_active=True,
        created_at__lt=before,
        staff_membership=None,
        sessions=None,
    )
    return list(old.order_by("created_at").values_list("pk", flat=True)[:limit])


def forget_looks(*, before: datetime, limit: int) -> int:
    """Delete the oldest looks of the staff, at most `limit`: that they looked stands in the trail."""
    old = StaffLook.objects.filter(opened_at__lt=before).order_by("opened_at").values_list("pk", flat=True)
    return StaffLook.objects.filter(pk__in=list(old[:limit])).delete()[0]


def forget_tries(*, before: datetime, limit: int) -> int:
    """Delete the oldest tries to link, at most `limit`: by the database's own function, because the role that
    serves pages may not. Tries younger than 24 months stay, whatever `before` says (migration 0011)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounts_forget_old_tries(%s, %s)", [before, limit])
        return int(cursor.fetchone()[0])
