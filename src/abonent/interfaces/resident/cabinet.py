"""The frame of every customer's page: menu, name, account, the switch between them; and who may see which.

Two queries a request: the accounts (shared by the view and the frame) and the e-receipt subscriptions.
"""

from functools import lru_cache
from typing import Any, cast

from django.conf import settings
from django.http import HttpRequest
from django.templatetags.static import static
from django.urls import get_script_prefix, get_urlconf, reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from abonent.accounts.queries import HeldAccount, held_accounts
from abonent.announcements.queries import Outage, outages_of
from abonent.bills.queries import Subscription, subscriptions
from abonent.bills.subscription_states import State
from abonent.interfaces.resident.labels import label
from abonent.interfaces.resident.looking import look_banner, looked_at_or_404, pages_of_a_look
from abonent.interfaces.ui.environment import language
from abonent.interfaces.ui.formatting import date
from abonent.interfaces.ui.frames import AccountLine, Cabinet, MenuItem, Offline, OutageLine, Reminder
from abonent.portal.current import portal

#: The manuals' words; a profile may have its own (`menu_labels`). Icons are lucide's.
SECTIONS = {
    "accounts": (gettext_noop("Available accounts"), "list"),
    "account": (gettext_noop("Account information"), "house"),
    "readings": (gettext_noop("Meters"), "gauge"),
    "services": (gettext_noop("Services information"), "chart-column"),
    "pay": (gettext_noop("Paying"), "credit-card"),
    "payments": (gettext_noop("Payments"), "wallet"),
    "consumption": (gettext_noop("Consumption"), "chart-no-axes-column"),
    "calculator": (gettext_noop("Payment calculator"), "calculator"),
    "receipts": (gettext_noop("Receipts"), "receipt-text"),
    "requests": (gettext_noop("Requests"), "clipboard-list"),
    "password": (gettext_noop("Change password"), "key-round"),
    "email": (gettext_noop("Change e-mail"), "mail"),
    "settings": (gettext_noop("Personal settings"), "settings"),
}
#: Sections of one account: /a/<public_id>/<section>/. Without an account they are not in the menu.
OF_AN_ACCOUNT = frozenset(
    {"account", "services", "payments", "readings", "consumption", "calculator", "receipts", "requests"}
)
#: Without an account there is nothing to pay, though the page is not of one account.
FOR_AN_ACCOUNT = OF_AN_ACCOUNT | {"pay"}
#: Sections whose pages show an unconfirmed address with what to do about it.
SAY_IT_THEMSELVES = frozenset({"settings", "email"})
#: And those that show what is under way with the deletion.
SHOW_THE_DELETION = frozenset({"my_data"})
_PLACEHOLDER = "PUBLIC-ID"
_LAST_USED = "account"


@lru_cache(maxsize=256)
def _pattern(name: str, of_an_account: bool, *where: str) -> str:
    return reverse(name, args=[_PLACEHOLDER] if of_an_account else None)


def address(name: str, account: HeldAccount | None = None) -> str:
    """The address of a named page, of `account` where it is an account's; reversed once."""
    where = (get_script_prefix(), str(get_urlconf() or settings.ROOT_URLCONF))
    if account is None:
        return _pattern(name, False, *where)
    return _pattern(name, True, *where).replace(_PLACEHOLDER, account.public_id)


def pay_address(account: HeldAccount, what: str = "bill") -> str:
    """«Оплатить» of an account: its form with the choice made."""
    return f"{address('pay')}?account={account.public_id}&what={what}"


def pay_url(account: HeldAccount) -> str | None:
    """Where «Оплатить» of an account leads; None where nobody can pay it online."""
    if not portal().paying.methods or account.closed_on is not None or account.looking:
        return None
    return pay_address(account)


def pay_word() -> str:
    """What this portal calls the button."""
    return str(label("pay", _("Pay")))


def accounts_of(request: HttpRequest) -> tuple[HeldAccount, ...]:
    """The signed-in person's accounts, read once a request; nothing for a visitor."""
    known: tuple[HeldAccount, ...] | None = getattr(request, "_held_accounts", None)
    if known is None:
        person = request.user.pk if request.user.is_authenticated else None
        known = () if person is None else held_accounts(person, now=timezone.now())
        request._held_accounts = known  # type: ignore[attr-defined]
    return known


def account_or_404(request: HttpRequest, public_id: str) -> HeldAccount:
    """The account of this address, if the person holds it. Remembered as the one used last.

    Or the one that a member of the staff looks at: its pages that show and take nothing (looking.py).
    """
    found = next((one for one in accounts_of(request) if one.public_id == public_id), None)
    if found is None:
        return looked_at_or_404(request, public_id)
    if len(accounts_of(request)) > 1 and request.session.get(_LAST_USED) != public_id:
        request.session[_LAST_USED] = public_id
    return found


def current_account(request: HttpRequest) -> HeldAccount | None:
    """The account used last in this session, or the one linked first; None without any."""
    held = accounts_of(request)
    if not held:
        return None
    last = request.session.get(_LAST_USED) if len(held) > 1 else None
    return next((one for one in held if one.public_id == last), held[0])


def section_label(section: str) -> str:
    """What this portal calls a section, in the current language."""
    own = portal().menu_labels.get(section)  # type: ignore[call-overload]
    return (own.get(language()) if own else None) or _(SECTIONS[section][0])


def _menu(
    section: str, account: HeldAccount | None, only: frozenset[str] = frozenset(SECTIONS)
) -> list[MenuItem]:
    items = []
    for name in portal().menu:
        if name not in only:
            continue
        if name in FOR_AN_ACCOUNT and account is None:
            continue
        url = address(name, account if name in OF_AN_ACCOUNT else None)
        items.append(MenuItem(url, section_label(name), SECTIONS[name][1], current=name == section))
    return items


def _line(one: HeldAccount, section: str, current: HeldAccount | None) -> AccountLine:
    page = section if section in OF_AN_ACCOUNT else "account"
    url = pay_address(one) if section == "pay" else address(page, one)
    is_current = current is not None and one.id == current.id
    return AccountLine(one.number, one.address, url, current=is_current)


def _reminder(request: HttpRequest, account: HeldAccount | None) -> Reminder | None:
    if getattr(request.user, "email_confirmed", True):
        return _came_back(request, account)
    return Reminder(_("Your e-mail address is not confirmed!"), address("settings"), _("Confirm the address"))


def _deletion(request: HttpRequest, section: str) -> Reminder | None:
    """Before everything else: the cabinet will be deleted, and can still be kept."""
    due = getattr(request.user, "deletion_due_at", None)
    if due is None or section in SHOW_THE_DELETION:
        return None
    text = _("Your cabinet will be deleted on %(day)s, as was asked.") % {
        "day": date(timezone.localtime(due))
    }
    return Reminder(text, address("deletion"), _("Take it back"))


def subscriptions_of(request: HttpRequest) -> dict[int, Subscription]:
    """The signed-in person's subscriptions to receipts, by account; read once a request."""
    known: dict[int, Subscription] | None = getattr(request, "_subscriptions", None)
    if known is None:
        known = subscriptions(cast(int, request.user.pk), now=timezone.now())
        request._subscriptions = known  # type: ignore[attr-defined]
    return known


def _subscription(request: HttpRequest, account: HeldAccount | None) -> dict[str, Any]:
    if account is None or not portal().electronic_receipt:
        return {}
    held = subscriptions_of(request).get(account.id)
    return {
        "receipt_url": address("receipt_subscription", account),
        "receipt_subscribed": held is not None and held.wanted,
        "receipt_waiting": held is not None and held.state == State.WAITING,
    }


def _came_back(request: HttpRequest, account: HeldAccount | None) -> Reminder | None:
    """A mailbox that the mail server refused: the person is told wherever he is, until he does something."""
    if account is None or not portal().electronic_receipt:
        return None
    held = subscriptions_of(request).get(account.id)
    if held is None or held.state != State.REFUSED:
        return None
    text = _("Receipts do not reach %(email)s: letters come back.") % {"email": held.email}
    return Reminder(text, address("receipt_subscription", account), _("What to do"))


def outages(request: HttpRequest, *shown: HeldAccount) -> dict[int, list[Outage]]:
    """The outages that stand now on the person's accounts, and on those shown to staff, by account; asked
    once a request, and only where an account says that there may be one."""
    known: dict[int, list[Outage]] | None = getattr(request, "_outages", None)
    if known is None:
        now, held = timezone.now(), {*accounts_of(request), *shown}
        told = [one.id for one in held if one.announced_until and one.announced_until > now]
        known = outages_of(told, language=language(), now=now) if told else {}
        request._outages = known  # type: ignore[attr-defined]
    return known


def _outages(request: HttpRequest, account: HeldAccount | None) -> list[OutageLine]:
    found = outages(request, account).get(account.id, []) if account else []
    return [OutageLine(one.title, one.text, one.starts_at, one.ends_at) for one in found]


def _offline() -> Offline | None:
    if "readings" not in portal().menu:
        return None
    return Offline(
        worker=address("service_worker"),
        scripts=(static("resident/offline-store.js"), static("resident/offline.js")),
        kept=_(
            "There is no network. The readings are kept on this device and will be sent by themselves "
            "when it is back."
        ),
        open=_("Open"),
    )


def frame(request: HttpRequest, *, section: str, account: HeldAccount | None = None) -> Cabinet:
    """What `ui/cabinet.html` needs. `section` marks the menu; `account` is the page's own, if it has one."""
    if account is not None and account.looking:
        return _frame_of_a_look(request, section, account)
    current = account or current_account(request)
    lines = [_line(one, section, current) for one in accounts_of(request)]
    return Cabinet(
        full_name=getattr(request.user, "shown_name", ""),
        menu=_menu(section, current),
        account=next((line for line in lines if line.current), None),
        accounts=lines,
        sign_out_url=address("account_logout"),
        **_subscription(request, current),
        site_map_url=address("site_map"),
        home_url=address("home"),
        add_account_url=address("account_add"),
        reminder=_deletion(request, section)
        or (None if section in SAY_IT_THEMSELVES else _reminder(request, current)),
        offline=_offline(),
        outages=_outages(request, current),
    )


def _frame_of_a_look(request: HttpRequest, section: str, account: HeldAccount) -> Cabinet:
    """The account's pages and the way out; nothing of the member's own, who may be a customer as well."""
    line = _line(account, section, account)
    return Cabinet(
        full_name=getattr(request.user, "shown_name", ""),
        menu=_menu(section, account, only=pages_of_a_look(request)),
        account=line,
        accounts=[line],
        sign_out_url=address("account_logout"),
        home_url=reverse("office_home"),
        look=look_banner(request, account),
        outages=_outages(request, account),
    )


def context(
    request: HttpRequest, *, section: str, account: HeldAccount | None = None, **extra: Any
) -> dict[str, Any]:
    """A cabinet page's template context: `cabinet` (the frame), `section_title`, and whatever else is given.

    >>> render(request, "resident/….html", context(request, section="payments", account=account, rows=rows))
    """
    title = section_label(section) if section in SECTIONS else ""
    return {"cabinet": frame(request, section=section, account=account), "section_title": title, **extra}
