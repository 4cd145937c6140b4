"""HTTP as it stands on the wire: requests that no library would send, and answers as they came."""

import re
import socket
from dataclasses import dataclass
from urllib.parse import urlencode

HOST = "lk.example.kz"
VISITOR = "203.0.113.7"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str

    def __getitem__(self, name: str) -> str:
        return ", ".join(value for key, value in self.headers if key == name.lower())

    def cookies(self) -> dict[str, str]:
        """Name -> the whole line of each cookie that is set."""
        return {value.partition("=")[0]: value for key, value in self.headers if key == "set-cookie"}


def send(port: int, request: bytes, *, patience: float = 20) -> bytes:
    """All that comes until the connection is closed, or nothing more comes for `patience` seconds."""
    parts = []
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        try:
            connection.sendall(request)
            while part := connection.recv(65536):
                parts.append(part)
        except (TimeoutError, ConnectionError):
            pass
    return b"".join(parts)


def ask(port: int, method: str, path: str, *, body: str = "", **headers: str) -> Answer:
    """One request as nginx passes it on: over https, from VISITOR, to HOST, or as `headers` say."""
    given = {
        "Host": HOST,
        "X-Forwarded-Proto": "https",
        "X-Forwarded-For": VISITOR,
        "Connection": "close",
    } | {name.replace("_", "-"): value for name, value in headers.items()}
    if body:
        given |= {
            "Content-Length": str(len(body.encode())),
            "Content-Type": "application/x-www-form-urlencoded",
        }
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in given.items()), "", body]
    return read(send(port, "\r\n".join(lines).encode()))


def read(answer: bytes) -> Answer:
    head, _, body = answer.partition(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    headers = tuple(
        (name.lower(), value.strip()) for name, _, value in (line.partition(":") for line in lines)
    )
    return Answer(int(first.split()[1]), headers, body.decode("utf-8", "replace"))


def post_form(port: int, path: str, fields: dict[str, str], **headers: str) -> Answer:
    """Open the page at `path`, and post its form with its token, as a browser does."""
    page = ask(port, "GET", path)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.body)
    assert token, page.body
    cookies = "; ".join(line.partition(";")[0] for line in page.cookies().values())
    body = urlencode({"csrfmiddlewaretoken": token[1], **fields})
    return ask(port, "POST", path, body=body, **{"Cookie": cookies, "Origin": f"https://{HOST}", **headers})
