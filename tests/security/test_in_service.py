"""What a portal in service answers on the wire: production's settings, behind one proxy."""

import json
import re

import psycopg
import pytest

from tests.security.conftest import PASSWORD, STAFF, Service
from tests.security.raw import VISITOR, Answer, ask, post_form, read, send


def static_file(service: Service) -> str:
    """The address of a collected file, as pages name it."""
    names = json.loads((service.home / "static" / "staticfiles.json").read_text())["paths"]
    return "/static/" + next(named for name, named in names.items() if name.endswith(".js"))


def every_kind(service: Service) -> dict[str, Answer]:
    """An answer of every kind: a page, a redirect, files, each error."""
    port = service.port
    style = re.search(r'href="(/assets/[^"]+\.css)"', ask(port, "GET", "/login/").body)
    assert style
    return {
        "page": ask(port, "GET", "/login/"),
        "sent to sign in": ask(port, "GET", "/settings/"),
        "static file": ask(port, "GET", static_file(service)),
        "style": ask(port, "GET", style[1]),
        "manifest": ask(port, "GET", "/manifest.webmanifest"),
        "no captcha": ask(port, "GET", "/captcha/image/none/"),
        "not found": ask(port, "GET", "/no-such-page/"),
        "forged form": ask(port, "POST", "/login/", body="login=alice"),
        "wrong verb": ask(port, "DELETE", "/settings/"),
        "foreign host": ask(port, "GET", "/login/", Host="evil.example"),
        "too large": ask(port, "POST", "/login/", body="login=" + "a" * 1_100_000),
        "nonsense": ask(port, "GET", "/a/%00/account/"),
    }


def test_every_answer_of_every_kind_carries_the_headers(service: Service) -> None:
    for kind, answer in every_kind(service).items():
        policy = answer["content-security-policy"]
        for rule in ("default-src 'none'", "object-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"):
            assert rule in policy, kind
        assert "unsafe" not in policy, kind
        assert answer["x-content-type-options"] == "nosniff", kind
        assert answer["referrer-policy"] == "same-origin", kind
        assert answer["strict-transport-security"] == "max-age=31536000; includeSubDomains", kind
        assert answer["access-control-allow-origin"] == "", kind


def test_the_kinds_are_what_they_are_called(service: Service) -> None:
    """Or the test above would look at twelve pages of one kind."""
    statuses = {kind: answer.status for kind, answer in every_kind(service).items()}
    assert statuses == {
        "page": 200,
        "sent to sign in": 302,
        "static file": 200,
        "style": 200,
        "manifest": 200,
        "no captcha": 410,
        "not found": 404,
        "forged form": 403,
        "wrong verb": 403,
        "foreign host": 400,
        "too large": 413,
        "nonsense": 404,
    }


def test_text_says_its_charset(service: Service) -> None:
    for kind, answer in every_kind(service).items():
        if answer["content-type"].startswith("text/") and kind != "static file":
            assert answer["content-type"].endswith("; charset=utf-8"), kind


def test_no_error_shows_what_is_inside(service: Service) -> None:
    for kind, answer in every_kind(service).items():
        for word in ("Traceback", "Django", "psycopg", "abonent.", "DEBUG", "/src/"):
            assert word not in answer.body or kind == "static file", (kind, word)


def test_a_foreign_page_may_read_nothing(service: Service) -> None:
    asked = {"Origin": "https://evil.example", "Access_Control_Request_Method": "POST"}
    for method in ("OPTIONS", "GET"):
        answer = ask(service.port, method, "/login/", **asked)
        assert not [name for name, _ in answer.headers if name.startswith("access-control-")]


def test_plain_http_is_sent_to_https_and_sets_no_cookie(service: Service) -> None:
    answer = ask(service.port, "GET", "/login/?next=/settings/", X_Forwarded_Proto="http")
    assert (answer.status, answer["location"]) == (301, "https://lk.example.kz/login/?next=/settings/")
    assert answer.cookies() == {}


@pytest.mark.parametrize("method", ["TRACE", "TRACK", "PUT", "PATCH", "DELETE", "CONNECT"])
@pytest.mark.parametrize("path", ["/login/", "/manifest.webmanifest", "/no-such-page/"])
def test_no_verb_but_the_pages_own(service: Service, method: str, path: str) -> None:
    answer = ask(service.port, method, path, Cookie="secret=echo")
    assert answer.status in {400, 403, 404, 405, 501}
    assert "echo" not in answer.body


@pytest.mark.parametrize(
    "path",
    [
        "/.git/config",
        "/.git/HEAD",
        "/.env",
        "/portal.env",
        "/secret_key",
        "/static/",
        "/static/../secret_key",
        "/static/..%2fsecret_key",
        "/static/%2e%2e/secret_key",
        "//static/../../secret_key",
        "/assets/",
        "/assets/0/..%2f..%2fbrand.py",
        "/src/abonent/urls.py",
        "/pyproject.toml",
        "/metrics",
        "/admin/",
        "/api/openapi.json",
        "/ui/",
        "/demo/",
        "/demo/mail/",
        "/__debug__/",
    ],
)
def test_what_lies_on_the_machine_is_not_served(service: Service, path: str) -> None:
    assert ask(service.port, "GET", path).status in {400, 404}


def test_cookies_are_the_hosts_own_and_shut_to_scripts(service: Service) -> None:
    answer = post_form(service.port, "/login/", {"login": STAFF, "password": PASSWORD})
    assert answer.status == 302
    cookies = answer.cookies()
    assert set(cookies) == {"__Host-session", "__Host-csrf"}
    for line in cookies.values():
        assert {"secure", "httponly", "samesite=lax", "path=/"} <= set(line.lower().split("; "))
        assert "domain=" not in line.lower()
    assert len(cookies["__Host-session"].partition(";")[0].partition("=")[2]) >= 22  # 128 bits and more


def test_staff_without_a_second_factor_may_only_set_one_up(service: Service) -> None:
    signed_in = post_form(service.port, "/login/", {"login": STAFF, "password": PASSWORD})
    session = signed_in.cookies()["__Host-session"].partition(";")[0]
    answer = ask(service.port, "GET", "/office/", Cookie=session)
    assert (answer.status, answer["location"]) == (302, "/security/")


def test_the_address_is_what_our_proxy_saw_not_what_the_visitor_wrote(service: Service) -> None:
    """A proxy that adds to the header instead of replacing it: the last entry is the proxy's."""
    forged = {"X_Forwarded_For": f"198.51.100.66, {VISITOR}", "Forwarded": "for=198.51.100.66"}
    answer = post_form(service.port, "/login/", {"login": "nobody", "password": "wrong"}, **forged)
    assert answer.status == 200
    with psycopg.connect(service.database_url) as connection:
        addresses = connection.execute(
            "SELECT host(address) FROM users_auditevent WHERE action = 'sign_in_refused'"
        ).fetchall()
    assert addresses == [(VISITOR,)]


@pytest.mark.parametrize(
    "header", ["X_Forwarded_Host", "X_Host", "X_Original_URL", "X_Rewrite_URL", "Forwarded"]
)
def test_headers_of_other_proxies_change_nothing(service: Service, header: str) -> None:
    value = "host=evil.example" if header == "Forwarded" else "evil.example"
    answer = ask(service.port, "GET", "/login/", **{header: value})
    assert answer.status == 200
    assert "evil.example" not in answer.body + str(answer.headers)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://lk.example.kz", "https://lk.example.kz.evil"]
)
def test_a_form_from_elsewhere_is_refused(service: Service, origin: str) -> None:
    answer = post_form(service.port, "/login/", {"login": STAFF, "password": PASSWORD}, Origin=origin)
    assert answer.status == 403
    assert "__Host-session" not in answer.cookies()


@pytest.mark.parametrize(
    "ambiguity",
    [
        "Content-Length: 4\r\nTransfer-Encoding: chunked",
        "Content-Length: 4\r\nContent-Length: 40",
        "Content-Length: +4",
        "Transfer-Encoding: xchunked",
        "Content-Length : 4",
    ],
)
def test_a_request_of_two_lengths_is_never_two_requests(service: Service, ambiguity: str) -> None:
    """What follows must not be taken for another visitor's request (smuggling)."""
    common = "Host: lk.example.kz\r\nX-Forwarded-Proto: https\r\n"
    hidden = f"0\r\n\r\nGET /manifest.webmanifest HTTP/1.1\r\n{common}\r\n"
    head = f"POST /login/ HTTP/1.1\r\n{common}{ambiguity}\r\n\r\n"
    came = send(service.port, (head + hidden).encode(), patience=3)
    assert b"application/manifest+json" not in came
    assert came == b"" or read(came).status in {400, 403, 501}


def test_the_log_holds_no_password(service: Service) -> None:
    post_form(service.port, "/login/", {"login": STAFF, "password": "a-very-wrong-password"})
    assert "a-very-wrong-password" not in service.log.read_text()
