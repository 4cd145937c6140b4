"""Drafts of the office on the customer's own pages."""

from django.urls import path

from abonent.interfaces.resident.drafts.views import draft_page, draft_tariff_page

urlpatterns = [
    path("tariff/<str:tariff>/", draft_tariff_page, name="draft_tariff"),
    path("<slug:setting>/", draft_page, name="draft"),
]
