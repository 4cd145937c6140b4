"""The sandbox: a bank of our own for the demo and tests (abonent.demo.bank). Its money is made up.

Options: `shop` (one for each method), `payee` (who is paid, as the bank's page says it), `address` (default:
ABONENT_SANDBOX_BANK). HTTP with JSON; every call carries our key and may be repeated.
"""

from abonent.payments.gateway import Connection, Gateway
from abonent.payments.providers.sandbox.client import Sandbox

__all__ = ["connect"]


def connect(connection: Connection) -> Gateway:
    """The bank, not called yet. Raises GatewayMisconfigured."""
    return Sandbox(connection)
