"""What the layouts are told: a page's frame as frozen values, every address ready made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class MenuItem:
    """One line of the menu. `icon` is a lucide name; `current` marks the page being read."""

    url: str
    label: str
    icon: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A linked account as the switch shows it. `url` is this same page for that account."""

    number: str
    address: str
    url: str
    current: bool = False


@dataclass(frozen=True, slots=True)
class Reminder:
    """What the person has yet to do, said on every page until it is done: the words, and where to do it."""

    text: str
    url: str
    label: str


@dataclass(frozen=True, slots=True)
class OutageLine:
    """An outage that concerns the account shown, in the reader's language; `text` may have paragraphs."""

    title: str
    text: str
    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Offline:
    """What lets the cabinet take readings without a network: its scripts, the worker, and words they say."""

    worker: str
    scripts: Sequence[str]
    kept: str
    open: str


@dataclass(frozen=True, slots=True)
class Look:
    """A member of the staff sees the page as its customer does: whose, why, until when, and the way out."""

    number: str
    reason: str
    until: datetime
    end_url: str


@dataclass(frozen=True, slots=True)
class Cabinet:
    """The frame of a customer's page (`ui/cabinet.html`)."""

    full_name: str
    menu: Sequence[MenuItem]
    account: AccountLine | None = None
    accounts: Sequence[AccountLine] = ()
    sign_out_url: str = ""
    receipt_url: str | None = None
    receipt_subscribed: bool = False
    receipt_waiting: bool = False
    """Subscribed, and not confirmed by letter yet."""
    site_map_url: str | None = None
    home_url: str = "/"
    add_account_url: str | None = None
    reminder: Reminder | None = None
    offline: Offline | None = None
    outages: Sequence[OutageLine] = ()
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class MenuGroup:
    """Entries of a long menu that belong together."""

    heading: str
    items: Sequence[MenuItem]


@dataclass(frozen=True, slots=True)
class Office:
    """The frame of a staff page (`ui/office.html`)."""

    full_name: str
    organisation: str
    menu: Sequence[MenuGroup]
    sign_out_url: str = ""
    home_url: str = "/office/"
