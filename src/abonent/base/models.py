"""The base of models, and small field types."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.db import models

from abonent.base.money import LARGEST
from abonent.base.months import Month

if TYPE_CHECKING:
    _DateField = models.DateField[Any, Any]
    _DecimalField = models.DecimalField[Any, Any]
else:
    _DateField, _DecimalField = models.DateField, models.DecimalField


class MonthField(_DateField):
    """A `Month`, kept as the date of its first day."""

    description = "A calendar month"

    def from_db_value(self, value: date | None, *_: object) -> Month | None:
        return None if value is None else Month.of(value)

    def to_python(self, value: Any) -> Any:
        if value is None or isinstance(value, Month):
            return value
        return Month.of(value) if isinstance(value, date) else Month.parse(str(value))

    def get_prep_value(self, value: Any) -> Any:
        month = self.to_python(value)
        return None if month is None else month.first_day

    def value_to_string(self, obj: models.Model) -> str:
        return str(self.value_from_object(obj))


class MoneyField(_DecimalField):
    """numeric(14, 2): up to `money.LARGEST` either way."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("max_digits", len(LARGEST.as_tuple().digits))
        kwargs.setdefault("decimal_places", 2)
        super().__init__(*args, **kwargs)
