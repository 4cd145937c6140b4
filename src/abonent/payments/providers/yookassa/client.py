"""The SDK's client for one shop, with what the SDK lacks: time limits, and errors that say what is known.

The SDK keeps keys in a global `Configuration`, waits for ever, and loses the cause of a broken connection
(`e.response` of an exception that has none). Here each shop has a client of its own, safe in several threads:
it keeps nothing between calls.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, TypeVar

from yookassa import Payment, Refund
from yookassa.client import ApiClient
from yookassa.domain.common import RequestObject, UserAgent

from abonent.payments import http
from abonent.payments.gateway import Connection, GatewayRefused, GatewayUnavailable

T = TypeVar("T")
API = "https://api.yookassa.ru/v3"
NOT_FOUND = 404
WRONG_KEYS, FORBIDDEN = 401, 403
"""The first is our own fault whatever was asked: nobody's payment is declined for it."""


class NoSuchThing(Exception):  # noqa: N818 - named after what is the matter
    """404: the shop has no such payment or refund."""


class Client(ApiClient):  # type: ignore[misc]  # the SDK is not typed
    def __init__(self, connection: Connection) -> None:
        # Not the SDK's own: it reads the global configuration.
        self.endpoint = http.address(connection, "api_url", API)
        self.shop_id = connection.option("shop")
        self.shop_password = connection.secret
        self.auth_token = None
        self.user_agent = UserAgent()
        self._timeout = connection.timeout

    def request(
        self,
        method: str = "",
        path: str = "",
        query_params: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        body: RequestObject | None = None,
    ) -> dict[str, Any]:
        """Raises GatewayUnavailable, GatewayRefused, NoSuchThing."""
        reply = http.call(
            str(method),
            self.endpoint + path,
            timeout=self._timeout,
            headers=self.prepare_request_headers(headers),
            query=query_params,
            values=None if body is None else {name: one for name, one in dict(body).items() if one != []},
        )
        if reply.status == NOT_FOUND:
            raise NoSuchThing
        if reply.status >= 400:
            raise _refusal(reply, asking=body is None)
        return reply.values()


def _refusal(reply: http.Reply, *, asking: bool) -> GatewayUnavailable | GatewayRefused:
    """A key that was used with other data ("Idempotence key duplicated") names something that exists."""
    why = reply.reason("description", "code")
    unsure = (
        reply.status == WRONG_KEYS or (asking and reply.status == FORBIDDEN) or "idempotence" in why.lower()
    )
    return GatewayUnavailable(why) if unsure else GatewayRefused(why)


def of_this_shop(resource: type[T], client: Client) -> type[T]:
    """`Payment` or `Refund` of the SDK, spoken to by this client: each of their calls makes itself anew."""

    def with_client(self: Any) -> None:
        self.client = client

    return type(f"{resource.__name__}OfShop", (resource,), {"__init__": with_client})


@contextmanager
def understanding() -> Iterator[None]:
    """An answer that the SDK or we cannot read is no answer."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, ArithmeticError) as error:
        raise GatewayUnavailable(f"the answer cannot be read: {type(error).__name__}") from error


__all__ = ["Client", "NoSuchThing", "Payment", "Refund", "of_this_shop", "understanding"]
