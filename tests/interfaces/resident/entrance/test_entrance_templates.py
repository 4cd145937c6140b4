"""Every page of allauth's that can be reached is drawn by a template of ours."""

from collections.abc import Iterator

import pytest
from django.template import TemplateDoesNotExist, engines
from django.template.backends.jinja2 import Jinja2
from django.urls import URLPattern, URLResolver, get_resolver


def _views(resolver: URLResolver) -> Iterator[tuple[str, type]]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from _views(one)
        elif isinstance(one, URLPattern) and hasattr(one.callback, "view_class"):
            yield str(one.name), one.callback.view_class


ALLAUTH = {
    name: view
    for name, view in _views(get_resolver())
    if any(base.__module__.startswith("allauth.") for base in view.__mro__)
}


def test_there_are_such_pages() -> None:
    assert {"account_login", "account_reauthenticate", "mfa_authenticate", "mfa_add_webauthn"} <= set(ALLAUTH)


@pytest.mark.parametrize("name", sorted(ALLAUTH))
def test_its_template_is_ours(name: str) -> None:
    template = getattr(ALLAUTH[name], "template_name", None)
    if template is None:
        assert name == "mfa_login_webauthn", "it answers with JSON, or sends on"
        return
    ours = engines["jinja2"]
    assert isinstance(ours, Jinja2)
    try:
        ours.get_template(template)
    except TemplateDoesNotExist:
        pytest.fail(f"{name} is drawn by {template} of allauth's own")
