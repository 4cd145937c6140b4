"""ePay rings at `post_link` and `failure_post_link`: a secret that we made for the invoice comes back in it.

Only which invoice is read; what happened is asked.
"""

import hmac
import json
import re
from dataclasses import dataclass
from hashlib import sha256

from abonent.payments import http
from abonent.payments.gateway import BadNotice, Connection, GatewayMisconfigured, Notice

NUMBER = re.compile(r"\d{6,15}")
ID = re.compile(r"[\w-]{1,50}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Ear:
    secret: str
    needs_secret: bool
    sources: http.Networks

    def secret_hash(self, invoice: str) -> str:
        """What is given to the bank with the invoice: it says nothing of the secret or of other invoices."""
        return hmac.new(self.secret.encode(), f"notice:{invoice}".encode(), sha256).hexdigest()[:32]

    def read(self, raw: bytes, address: str) -> Notice:
        """Raises BadNotice."""
        if self.sources and not http.is_from(address, self.sources):
            raise BadNotice(f"not from an address of the bank: {address}")
        try:
            told = json.loads(raw)
            invoice, code = str(told["invoiceId"]), str(told["code"])
            transaction, given = str(told.get("id") or "none"), str(told.get("secret_hash") or "")
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise BadNotice(f"not a notice: {type(error).__name__}") from error
        if not (NUMBER.fullmatch(invoice) and ID.fullmatch(transaction) and ID.fullmatch(code)):
            raise BadNotice("of something else")
        right = hmac.compare_digest(given.encode(), self.secret_hash(invoice).encode())
        if self.needs_secret and not right:
            raise BadNotice("secret_hash is not ours")
        return Notice(f"{invoice}:{transaction}:{code[:20]}", gateway_id=invoice)


def ear(connection: Connection) -> Ear:
    sources = http.networks(connection, "notice_addresses")
    given = connection.option("notice_secret", "on")
    if given not in {"on", "off"}:
        raise GatewayMisconfigured(f"options.notice_secret is on or off, not {given!r}")
    if given == "off" and not sources:
        raise GatewayMisconfigured("options.notice_addresses is missing: notice_secret is off")
    return Ear(connection.secret, given == "on", sources)
