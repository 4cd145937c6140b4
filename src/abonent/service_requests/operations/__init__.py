"""Writes of requests: what customers do (filing, customer, drafts), and the staff (staff, moving)."""

from abonent.service_requests.files import BadFile
from abonent.service_requests.operations.customer import add_message, cancel, rate, reopen, seen
from abonent.service_requests.operations.drafts import (
    drop_draft_file,
    forget_drafts,
    forget_old_drafts,
    keep_draft_file,
)
from abonent.service_requests.operations.errors import (
    BadDeadline,
    BadRating,
    MayNotFile,
    NoSuchPerson,
    NoSuchTeam,
    NotFiled,
    NothingSaid,
    NotPossible,
    Often,
    TakenBy,
    TooLong,
)
from abonent.service_requests.operations.filing import file_request
from abonent.service_requests.operations.moving import move
from abonent.service_requests.operations.staff import (
    answer,
    ask,
    finish,
    give,
    note,
    read_request,
    read_request_file,
    take,
)
from abonent.service_requests.queries import NoSuchKind
from abonent.service_requests.reach import MayNot, NoSuchRequest

__all__ = [
    "BadDeadline",
    "BadFile",
    "BadRating",
    "MayNot",
    "MayNotFile",
    "NoSuchKind",
    "NoSuchPerson",
    "NoSuchRequest",
    "NoSuchTeam",
    "NotFiled",
    "NotPossible",
    "NothingSaid",
    "Often",
    "TakenBy",
    "TooLong",
    "add_message",
    "answer",
    "ask",
    "cancel",
    "drop_draft_file",
    "file_request",
    "finish",
    "forget_drafts",
    "forget_old_drafts",
    "give",
    "keep_draft_file",
    "move",
    "note",
    "rate",
    "read_request",
    "read_request_file",
    "reopen",
    "seen",
    "take",
]
