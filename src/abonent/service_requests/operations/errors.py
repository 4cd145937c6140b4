"""What an operation on requests says no with."""

from collections.abc import Mapping

from abonent.base.errors import DomainError
from abonent.service_requests.problems import REFUSALS, Problem


class NotFiled(DomainError):  # noqa: N818 - named after what the form says
    """Some fields are wrong; nothing was stored. By `answer-<code>`, `text`, `phone` or `files`."""

    def __init__(self, problems: Mapping[str, Problem]) -> None:
        super().__init__(", ".join(problems))
        self.problems = dict(problems)


class MayNotFile(DomainError):  # noqa: N818
    """The request may not be filed at all; `reason` is one of `problems.REFUSALS`."""

    def __init__(self, reason: str, **facts: object) -> None:
        super().__init__(reason)
        self.reason, self.facts = reason, facts

    @property
    def message(self) -> str:
        """In the active language."""
        return str(REFUSALS[self.reason]) % self.facts


class NotPossible(DomainError):  # noqa: N818
    """The request's state does not allow it: somebody was faster, or the page is old."""

    def __init__(self, action: str, state: str) -> None:
        super().__init__(f"{action}: {state}")
        self.action, self.state = action, state


class NothingSaid(DomainError):  # noqa: N818
    """Neither a word nor a file."""


class TooLong(DomainError):  # noqa: N818
    """The text is longer than `most` characters."""

    def __init__(self, most: int) -> None:
        super().__init__(str(most))
        self.most = most


class Often(DomainError):  # noqa: N818
    """This person has written as many messages today as are taken."""


class BadRating(DomainError):  # noqa: N818
    """Not one of 1 to 5."""


class TakenBy(DomainError):  # noqa: N818
    """Somebody else of the staff has it; `name` says who."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class NoSuchPerson(DomainError):  # noqa: N818
    """Nobody of the staff in reach of this request."""


class NoSuchTeam(DomainError):  # noqa: N818
    """The profile has no such team."""


class BadDeadline(DomainError):  # noqa: N818
    """Not a working day from today to a year from now."""
