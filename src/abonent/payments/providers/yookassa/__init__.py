"""YooKassa, through its official SDK (`yookassa`), by https://yookassa.ru/developers (read 2026-11-21):

- using-api/interaction-format: Basic authentication; `Idempotence-Key` (64 characters at most): the same
  request with the same key gives the same payment for 24 hours; a 500 says nothing about what was done.
- using-api/response-handling: 400, 401, 403, 404 are final, 429 and 500 are asked again.
- using-api/webhooks: notices are not signed; their sources are published (`SecurityHelper` of the SDK), and
  the state is to be asked of the API. Delivered again for 24 hours until answered 200.
- using-api/lists: newest first, a hundred at a time, `next_cursor`.
- payment-acceptance/receipts/54fz: the receipt's data with the payment, and with a refund of a part of it.

Options: `shop` (shopId), `notice_addresses` (networks notices come from; default: the published ones),
`api_url`. The secret is the shop's secret key. Roubles.
"""

from abonent.payments.gateway import Connection, Gateway
from abonent.payments.providers.yookassa.shop import Shop

__all__ = ["connect"]


def connect(connection: Connection) -> Gateway:
    """The shop, not called yet. Raises GatewayMisconfigured."""
    return Shop(connection)
