"""YooKassa rings: unsigned, from published networks. Only which payment is read; what happened is asked."""

import json
import re

from yookassa.domain.common.security_helper import SecurityHelper

from abonent.payments.gateway import BadNotice, Notice
from abonent.payments.http import Networks, is_from

PUBLISHED = " ".join(SecurityHelper.YOOKASSA_NETWORKS)
"""Where notices come from."""
ID = re.compile(r"[0-9A-Za-z-]{10,50}")
EVENT = re.compile(r"(payment|refund)\.[a-z_]{1,40}")


def read(raw: bytes, address: str, sources: Networks) -> Notice:
    """Raises BadNotice."""
    if not is_from(address, sources):
        raise BadNotice(f"not from an address of YooKassa: {address}")
    try:
        told = json.loads(raw)
        event, thing = str(told["event"]), told["object"]
        gateway_id = str(thing["payment_id"] if event.startswith("refund.") else thing["id"])
        known = {"gateway_id": gateway_id, "key": str((thing.get("metadata") or {}).get("key", ""))}
        event_id = f"{event}:{thing['id']}"
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise BadNotice(f"not a notice: {type(error).__name__}") from error
    if not (EVENT.fullmatch(event) and ID.fullmatch(gateway_id) and ID.fullmatch(str(thing["id"]))):
        raise BadNotice(f"of something else: {event[:50]!r}")
    return Notice(event_id, **known)
