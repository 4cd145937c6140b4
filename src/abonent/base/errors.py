"""The root of every error that a person is meant to read."""


class DomainError(Exception):
    """A rule of the house says no. Subclasses stand beside the operation that raises them."""
