"""URLs for machines. No session, no cookie: whoever calls is known by address and secret."""

from django.urls import URLPattern, URLResolver, include, path

from abonent.interfaces.api.gateways import gateway_notice

urlpatterns: list[URLPattern | URLResolver] = [
    path("gateways/<slug:method>/notice/", gateway_notice, name="gateway_notice"),
    path("", include("abonent.interfaces.api.banks.urls")),
]
