"""`DATABASE_URL` read into Django's dictionary: the URL of libpq, PostgreSQL only, standard library only."""

from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

SCHEMES = ("postgresql", "postgres")
ENGINE = "django.db.backends.postgresql"
# libpq lets these parts of an address be given as parameters as well; they win over the authority.
ADDRESS_PARAMETERS = {
    "host": "HOST",
    "port": "PORT",
    "user": "USER",
    "password": "PASSWORD",
    "dbname": "NAME",
}


class DatabaseUrlError(ValueError):
    """The URL cannot be used; the message says why and never holds the password."""


def parse(url: str) -> dict[str, Any]:
    """Turn `postgresql://user:pass@host:port/name?sslmode=require` into ENGINE, NAME, USER, PASSWORD, HOST,
    PORT (strings, empty when not given) and OPTIONS (whatever other libpq parameters the query held).

    A unix socket is `?host=/run/postgresql` or a percent-encoded host. Several hosts are written as libpq has
    them: `host1:5432,host2:5433`. Every part is percent-decoded. Raises DatabaseUrlError.
    Source: PostgreSQL documentation, "Connection URIs".
    """
    parts = _split(url)
    if parts.scheme not in SCHEMES:
        raise DatabaseUrlError("DATABASE_URL must begin with postgresql:// (PostgreSQL is the only database)")
    credentials, _, hosts = parts.netloc.rpartition("@")
    user, _, password = credentials.partition(":")
    host, port = _hosts(hosts)
    address = {
        "NAME": unquote(parts.path.removeprefix("/")),
        "USER": unquote(user),
        "PASSWORD": unquote(password),
        "HOST": host,
        "PORT": port,
    }
    options: dict[str, Any] = {}
    for key, value in _parameters(parts.query):
        if key in ADDRESS_PARAMETERS:
            address[ADDRESS_PARAMETERS[key]] = value
        else:
            options[key] = value
    if not address["NAME"]:
        raise DatabaseUrlError("DATABASE_URL names no database: postgresql://user:password@host:5432/NAME")
    return {"ENGINE": ENGINE, **address, "OPTIONS": options}


def with_database(url: str, name: str) -> str:
    """The same server's URL, naming database `name` instead of the one it named (if any)."""
    parts = urlsplit(url)
    return parts._replace(path="/" + quote(name, safe="")).geturl()


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # raised for the brackets of an IPv6 address, with a text that would hold the password
        raise DatabaseUrlError("DATABASE_URL: an IPv6 address must stand in [brackets]") from None


def _parameters(query: str) -> list[tuple[str, str]]:
    """The parameters as libpq reads them: unlike in a web form, `+` is a plus."""
    pairs = [item.partition("=") for item in query.split("&")] if query else []
    for key, sign, _ in pairs:
        if not (key and sign):
            raise DatabaseUrlError(f"DATABASE_URL: parameter {key!r} must be written as name=value")
    return [(unquote(key), unquote(value)) for key, _, value in pairs]


def _hosts(text: str) -> tuple[str, str]:
    pairs = [_host_and_port(item) for item in text.split(",")]
    hosts, ports = ",".join(host for host, _ in pairs), [port for _, port in pairs]
    for port in ports:
        if port and not (port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise DatabaseUrlError(f"DATABASE_URL: port {port!r} is not a number from 1 to 65535")
    return hosts, ",".join(ports) if any(ports) else ""


def _host_and_port(text: str) -> tuple[str, str]:
    if text.startswith("["):
        host, _, rest = text[1:].partition("]")
        return unquote(host), rest.removeprefix(":")
    host, _, port = text.partition(":")
    return unquote(host), port
