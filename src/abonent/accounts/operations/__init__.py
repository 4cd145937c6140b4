"""Writes of accounts: linking, ending links, codes by staff, and what billing tells."""

from abonent.accounts.operations.alarms import reopen_guessable_proofs
from abonent.accounts.operations.errors import AlreadyLinked, DoesNotMatch, NoSuchAccount, NoSuchLink
from abonent.accounts.operations.last_payments import relearn_last_payments, remember_last_payments
from abonent.accounts.operations.linking import Proof, link_account, link_proven, prove_account
from abonent.accounts.operations.links import (
    confirm_limited_link,
    end_link,
    object_to_link,
    owners_changed,
    unlink_account,
)
from abonent.accounts.operations.staff import (
    AccountFile,
    IssuedCode,
    confirm_link,
    end_link_by_staff,
    end_sessions_of_linked,
    find_account,
    issue_printed_code,
    read_account,
)
from abonent.accounts.strength import measure_strength

__all__ = [
    "AccountFile",
    "AlreadyLinked",
    "DoesNotMatch",
    "IssuedCode",
    "NoSuchAccount",
    "NoSuchLink",
    "Proof",
    "confirm_limited_link",
    "confirm_link",
    "end_link",
    "end_link_by_staff",
    "end_sessions_of_linked",
    "find_account",
    "issue_printed_code",
    "link_account",
    "link_proven",
    "measure_strength",
    "object_to_link",
    "owners_changed",
    "prove_account",
    "read_account",
    "relearn_last_payments",
    "remember_last_payments",
    "reopen_guessable_proofs",
    "unlink_account",
]
