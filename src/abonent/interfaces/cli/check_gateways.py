"""Can customers pay? The gateways' part of `abonent check`: options, secrets, fiscal data. Calls nobody."""

from collections.abc import Iterator

from django.conf import settings

from abonent.interfaces.cli.finding import FAIL, OK, WARN, Finding
from abonent.payments import connections
from abonent.payments.gateway import GatewayMisconfigured
from abonent.portal.current import portal
from abonent.portal.profile import Method

GUIDE = "docs/operations/payments.md"


def findings() -> Iterator[Finding]:
    """One for each method of payment, and one for each that lacks its fiscal data, or has them in vain."""
    methods = portal().paying.methods
    if not methods:
        yield Finding(OK, "paying", "online: no method is in the profile")
    for method in methods:
        yield _opens(method)
        yield from _fiscal(method)


def _opens(method: Method) -> Finding:
    subject = f"pay: {method.code}"
    try:
        connections.gateway(method.code)
    except GatewayMisconfigured as error:
        return Finding(FAIL, subject, str(error), _remedy(method, str(error)))
    if method.provider == "sandbox":
        return Finding(WARN, subject, "a play bank: no money moves", "the demo only")
    return Finding(OK, subject, f"{method.provider}, its options and its secret are there")


def _remedy(method: Method, error: str) -> str:
    if error.startswith("options."):
        return f"correct paying.methods.options of {method.code!r} in the profile ({GUIDE})"
    if method.provider == "sandbox" and not settings.DEMO:
        return f"take the method out of the profile, or choose yookassa or halyk ({GUIDE})"
    name = connections.secret_name(method.code)
    if name in error:
        return f"name a file that holds it, readable by abonent alone, in {name}_FILE"
    return f"choose a provider of the portal's country ({GUIDE})"


def _fiscal(method: Method) -> Iterator[Finding]:
    """54-FZ: whoever takes money from people in Russia hands out a fiscal receipt."""
    subject = f"pay: {method.code}"
    if method.provider == "yookassa" and method.fiscal is None:
        remedy = "set paying.methods.fiscal, unless a cash register of your own makes the receipts"
        yield Finding(WARN, subject, "no data of the fiscal receipt (54-FZ) are sent", remedy)
    if method.provider == "halyk" and method.fiscal is not None:
        yield Finding(WARN, subject, "Halyk makes no fiscal receipts", "remove paying.methods.fiscal")
