"""The fake gateway with a calendar: its list of a day holds payments and refunds, by the portal's days."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from abonent.payments.gateway import Answer, GatewayState, RefundAnswer, RefundOrder, StatementLine
from tests.payments.conftest import NOW
from tests.payments.fake_gateway import FakeGateway

ZONE = ZoneInfo("Asia/Almaty")


@dataclass
class DatedBank(FakeGateway):
    clock: Callable[[], datetime] = lambda: NOW
    given: list[StatementLine] = field(default_factory=list)
    """Refunds that are done, as its list has them."""
    answered: Callable[[], None] | None = None
    """Called once, after the bank has made up its mind about a question and before its answer is read."""
    names: int = 0
    lists: bool = True
    """It has lists of its days."""

    def net(self, key: str) -> Decimal:
        """What it took of a payment, less what it gave back."""
        book = self.books[key]
        return book.amount - book.refunded if book.state == "succeeded" else Decimal(0)

    def giving(self, key: str) -> Decimal:
        """Refunds of the payment that are under way."""
        orders = [order for order, answer in self.refunds.values() if answer.state == "pending"]
        gateway_id = self.books[key].gateway_id
        return sum((order.amount for order in orders if order.gateway_id == gateway_id), Decimal(0))

    def refund_here(self, key: str, amount: Decimal) -> None:
        super().refund_here(key, amount)
        self.names += 1
        self._list(f"own-{self.names}", "", amount, self.books[key].gateway_id)

    def ask(self, order_key: str, number: int, gateway_id: str) -> Answer | None:
        answer = super().ask(order_key, number, gateway_id)
        meanwhile, self.answered = self.answered, None
        if meanwhile:
            meanwhile()
        return answer

    def refund(self, order: RefundOrder) -> RefundAnswer:
        known = set(self.refunds)
        try:
            return super().refund(order)
        finally:
            for key in set(self.refunds) - known:
                self._list_done(*self.refunds[key])

    def finish_refunds(self, state: GatewayState = "succeeded") -> None:
        waiting = [key for key, (_, answer) in self.refunds.items() if answer.state == "pending"]
        super().finish_refunds(state)
        for key in waiting:
            self._list_done(*self.refunds[key])

    def statement(self, day: date) -> list[StatementLine] | None:
        self._end(self._begin("statement"))
        if not self.lists:
            return None
        taken = [
            StatementLine(book.gateway_id, key, "payment", book.amount, book.paid_at)
            for key, book in self.books.items()
            if book.state == "succeeded" and book.paid_at
        ]
        return [line for line in [*taken, *self.given] if line.at.astimezone(ZONE).date() == day]

    def days(self) -> set[date]:
        paid = [book.paid_at for book in self.books.values() if book.paid_at]
        return {at.astimezone(ZONE).date() for at in [*paid, *(line.at for line in self.given)]}

    def _list_done(self, order: RefundOrder, answer: RefundAnswer) -> None:
        if answer.state == "succeeded":
            self._list(answer.gateway_id, order.key, answer.amount, order.gateway_id)

    def _list(self, gateway_id: str, key: str, amount: Decimal, parent: str) -> None:
        self.given.append(StatementLine(gateway_id, key, "refund", amount, self.clock(), parent=parent))
