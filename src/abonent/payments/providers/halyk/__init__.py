"""Halyk ePay, server to server, by https://epayment.kz/en-US/docs (read 2026-11-21):

- "invoice link API": a token by client_credentials with scope `payment`; POST /invoice with shop_id,
  account_id, invoice_id, amount, language, description, expire_period, currency and four links gives back
  `invoice_url`. The contacts of its recipient are left out: the bank would mail the link besides.
- "platezhnaya-stranica": an invoice's number has 6 to 15 digits and differs from others in the last six; its
  description has 125 characters at most; `secret_hash`, given with the token, comes back in the notice.
- "check-status-payment": GET /check-status/payment/transaction/:invoiceid, resultCode, transaction.
- "vozvrat-chastichnyi-vozvrat": POST /operation/:id/refund?amount=&externalID=, of a charged transaction,
  10 tenge at least.

There are no idempotency keys: before making anything the bank is asked whether it is made already. There is
no list of a day: reconciliation takes the bank's registry.

Options: `client_id`, `terminal`, `shop` as the bank gives them; `oauth_url`, `api_url` (default: production;
the documents name several addresses of the test), `scope`, `expire_period` (how long a link lives, `1d`),
`number_from` (added to our numbers, where the terminal has used low ones), `notice_secret` (`off`: notices
without secret_hash are taken, from `notice_addresses` only), `notice_addresses`. The secret is client_secret.
Tenge.
"""

from abonent.payments.gateway import Connection, Gateway
from abonent.payments.providers.halyk.terminal import Terminal

__all__ = ["connect"]


def connect(connection: Connection) -> Gateway:
    """The terminal, not called yet. Raises GatewayMisconfigured."""
    return Terminal(connection)
