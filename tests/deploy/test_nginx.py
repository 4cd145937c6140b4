"""deploy/nginx.conf as a real nginx takes it, a stand-in for the portal behind it: who may send how much."""

import http.client
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from abonent.base.uploads import MOST_BYTES

ROOT = Path(__file__).resolve().parents[2]
CONF = (ROOT / "deploy" / "nginx.conf").read_text("utf-8")
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin:/usr/local/bin")
HOST = "lk.example.kz"
UPLOAD = "/office/imports/upload/"
MEGABYTE = 1024 * 1024
REAL = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


def test_nginx_and_the_portal_agree_on_the_largest_form() -> None:
    assert f"client_max_body_size {MOST_BYTES // MEGABYTE}m;" in CONF
    assert "client_max_body_size 1025m;" in CONF, (
        "ABONENT_LARGEST_UPLOAD's default, and a little for the form"
    )


@dataclass
class Portal:
    """What came to the portal: method, path, length of the body; and how it answers `/office/imports/`."""

    opens: int = 200
    asked: list[tuple[str, str, int]] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)


@dataclass
class Door:
    port: int
    portal: Portal
    backend: ThreadingHTTPServer
    kept: Path

    def send(self, path: str, body: bytes = b"", *, announced: int | None = None) -> tuple[int, str, str]:
        """POST with a length that may be a lie; status, Location, body of the answer."""
        connection = self._connection()
        connection.putrequest("POST", path, skip_host=True)
        for name, value in {"Host": HOST, "X-Forwarded-For": "6.6.6.6"}.items():
            connection.putheader(name, value)
        connection.putheader("Content-Length", str(len(body) if announced is None else announced))
        connection.endheaders(body)
        return self._read(connection)

    def send_in_chunks(self, path: str, megabytes: int) -> tuple[int, str, str]:
        connection = self._connection()
        connection.putrequest("POST", path, skip_host=True)
        connection.putheader("Host", HOST)
        connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders()
        try:
            for _ in range(megabytes):
                connection.send(b"%x\r\n%s\r\n" % (MEGABYTE, b"\0" * MEGABYTE))
            connection.send(b"0\r\n\r\n")
        except OSError:
            pass  # nginx has closed: its answer waits to be read
        return self._read(connection)

    def _connection(self) -> http.client.HTTPSConnection:
        trusting = ssl.create_default_context()
        trusting.check_hostname, trusting.verify_mode = False, ssl.CERT_NONE
        connection = http.client.HTTPSConnection(HOST, self.port, timeout=20, context=trusting)
        raw = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        connection.sock = trusting.wrap_socket(raw, server_hostname=HOST)
        return connection

    @staticmethod
    def _read(connection: http.client.HTTPSConnection) -> tuple[int, str, str]:
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        return answer.status, answer.getheader("Location", ""), text


@pytest.fixture(scope="module")
def nginx(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    folder = tmp_path_factory.mktemp("nginx")
    portal = Portal()
    backend = ThreadingHTTPServer(("127.0.0.1", 0), _answering(portal))
    threading.Thread(target=backend.serve_forever, daemon=True).start()
    port, unused = _free_ports(2)
    (folder / "site.conf").write_text(_moved(port, unused, backend.server_address[1], folder), "utf-8")
    (folder / "nginx.conf").write_text(_frame(folder), "utf-8")
    _certificate(folder)
    assert NGINX
    command = [NGINX, "-p", str(folder), "-c", "nginx.conf", "-e", str(folder / "error.log")]
    subprocess.run([*command, "-t"], check=True, capture_output=True)
    process = subprocess.Popen(command)
    try:
        _wait(port)
        yield Door(port, portal, backend, folder / "body")
    finally:
        process.terminate()
        process.wait(timeout=20)
        backend.shutdown()
        backend.server_close()


@pytest.fixture
def door(nginx: Door) -> Door:
    nginx.portal.opens = 200
    nginx.portal.asked.clear()
    nginx.portal.headers.clear()
    return nginx


@REAL
@pytest.mark.parametrize(("path", "page"), [("/login/", "/too-large/"), (UPLOAD, "/too-large/bundle/")])
def test_what_says_that_it_is_too_large_is_answered_by_the_portals_own_page(
    door: Door, path: str, page: str
) -> None:
    status, _, text = door.send(path, b"begins", announced=5 * 1024 * MEGABYTE)
    assert (status, text) == (413, f"the portal's {page}")
    assert door.portal.asked == [("GET", page, 0)]


@REAL
def test_what_turns_out_to_be_too_large_is_answered_so_too(door: Door) -> None:
    status, _, text = door.send_in_chunks("/login/", 66)
    assert (status, text) == (413, "the portal's /too-large/")
    assert door.portal.asked == [("GET", "/too-large/", 0)]
    assert _kept(door) == 0


@REAL
@pytest.mark.parametrize("refusal", [302, 403, 404, 500])
def test_a_bundle_of_nobody_is_led_away_before_it_is_read(door: Door, refusal: int) -> None:
    """A stranger's gigabytes would fill the disk that the database lies on."""
    door.portal.opens = refusal
    status, location, _ = door.send(UPLOAD, b"begins", announced=900 * MEGABYTE)
    assert (status, location) == (303, f"https://{HOST}/office/imports/")
    assert door.portal.asked == [("HEAD", "/office/imports/", 0)]
    assert _kept(door) == 0


@REAL
def test_a_bundle_of_the_staff_comes_whole_also_above_the_bound_of_other_forms(door: Door) -> None:
    status, _, _ = door.send(UPLOAD, b"x" * 66 * MEGABYTE)
    assert status == 200
    assert door.portal.asked == [("HEAD", "/office/imports/", 0), ("POST", UPLOAD, 66 * MEGABYTE)]
    for heard in door.portal.headers:  # every location inherits what replaces a visitor's word
        assert (heard["host"], heard["x-forwarded-for"]) == (HOST, "127.0.0.1")
        assert heard["x-forwarded-proto"] == "https"


@REAL
@pytest.mark.parametrize("page", ["/too-large/", "/too-large/bundle/", "/unavailable.html", "/may-upload"])
def test_nobody_is_let_into_the_inner_rooms(door: Door, page: str) -> None:
    assert door.send(page)[0] == 404
    assert door.portal.asked == []


@REAL
def test_while_the_portal_is_away_a_page_says_so_in_three_languages(nginx: Door) -> None:
    """Last: the portal does not come back."""
    nginx.backend.shutdown()
    nginx.backend.server_close()
    status, _, text = nginx.send("/login/")
    assert status == 502
    assert text == (ROOT / "deploy" / "unavailable.html").read_text("utf-8")
    for word in ("недоступен", "қолжетімсіз", "unavailable"):
        assert word in text


def _kept(door: Door) -> int:
    """Bytes of bodies that nginx keeps."""
    return sum(file.stat().st_size for file in door.kept.rglob("*") if file.is_file())


def _answering(portal: Portal) -> type[BaseHTTPRequestHandler]:
    class Answering(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            portal.asked.append((self.command, self.path, len(body)))
            portal.headers.append({name.lower(): value for name, value in self.headers.items()})
            self._answer()

        def _answer(self) -> None:
            text = f"the portal's {self.path}".encode()
            status = portal.opens if self.path == "/office/imports/" else 200
            self.send_response(413 if self.path.startswith("/too-large/") else status)
            self.send_header("Content-Length", str(len(text)))
            self.send_header("Connection", "close")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(text)

        do_HEAD = do_POST = do_GET  # noqa: N815 - http.server's names

        def log_message(self, *_: object) -> None:
            return None

    return Answering


def _moved(port: int, unused: int, backend: int, folder: Path) -> str:
    """The site on ports, files and a portal of the test's own."""
    text = CONF.replace("listen 443", f"listen {port}").replace("listen [::]:443", f"listen [::]:{port}")
    text = text.replace("listen 80", f"listen {unused}").replace("listen [::]:80", f"listen [::]:{unused}")
    text = "\n".join(line for line in text.splitlines() if "listen [::]" not in line)
    text = text.replace("127.0.0.1:8000", f"127.0.0.1:{backend}")
    text = text.replace("/etc/abonent/tls/", f"{folder}/").replace("/var/log/nginx/", f"{folder}/")
    return text.replace("root /opt/abonent/deploy;", f"root {ROOT / 'deploy'};")


def _frame(folder: Path) -> str:
    kept = "".join(f"{name}_temp_path {folder}/{name};" for name in ("proxy", "fastcgi", "uwsgi", "scgi"))
    return (
        f"daemon off; master_process off; worker_processes 1; pid {folder}/pid; error_log {folder}/error.log;"
        f"events {{ worker_connections 64; }}"
        f"http {{ client_body_temp_path {folder}/body; {kept} include {folder}/site.conf; }}\n"
    )


def _certificate(folder: Path) -> None:
    command = (
        "openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 "
        f"-subj /CN={HOST} -keyout {folder}/privkey.pem -out {folder}/fullchain.pem"
    )
    subprocess.run(command.split(), check=True, capture_output=True)


def _free_ports(number: int) -> list[int]:
    listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(number)]
    ports = [int(one.getsockname()[1]) for one in listeners]
    for one in listeners:
        one.close()
    return ports


def _wait(port: int) -> None:
    for _ in range(200):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            threading.Event().wait(0.02)
        else:
            return
    raise AssertionError("nginx does not listen")
