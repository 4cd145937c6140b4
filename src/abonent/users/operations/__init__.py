"""What is done to people. An operation is one transaction: the change, its audit row and its letter."""

from abonent.users.operations.consents import (
    DocumentsChanged,
    NoSuchConsent,
    agree,
    give_consent,
    withdraw_consent,
)
from abonent.users.operations.emails import (
    AddressTaken,
    SameAddress,
    change_email,
    confirm_email,
    send_confirmation,
)
from abonent.users.operations.passwords import PasswordRefused, WrongPassword, change_password, set_password
from abonent.users.operations.person import update_settings
from abonent.users.operations.sessions import NoSuchSession, end_all_sessions, end_other_sessions, end_session
from abonent.users.operations.sign_up import LoginTaken, sign_up
from abonent.users.operations.staff import add_person, add_staff_member

__all__ = [
    "AddressTaken",
    "DocumentsChanged",
    "LoginTaken",
    "NoSuchConsent",
    "NoSuchSession",
    "PasswordRefused",
    "SameAddress",
    "WrongPassword",
    "add_person",
    "add_staff_member",
    "agree",
    "change_email",
    "change_password",
    "confirm_email",
    "end_all_sessions",
    "end_other_sessions",
    "end_session",
    "give_consent",
    "send_confirmation",
    "set_password",
    "sign_up",
    "update_settings",
    "withdraw_consent",
]
