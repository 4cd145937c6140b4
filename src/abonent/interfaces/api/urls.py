"""URLs for machines. No session, no cookie: whoever calls is known by address and secret."""

from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = []
