"""The cabinet's addresses; pages that nobody asks for here answer with nothing."""

from django.http import HttpResponse
from django.urls import path

from benchmarks.plain import views


def elsewhere(request, **_):  # type: ignore[no-untyped-def]
    return HttpResponse()


urlpatterns = [
    path("", elsewhere, name="home"),
    path("a/<str:public_id>/account/", views.account, name="account"),
    path("a/<str:public_id>/services/", views.services, name="services"),
    path("a/<str:public_id>/payments/", elsewhere, name="payments"),
    path("a/<str:public_id>/receipts/", elsewhere, name="receipts"),
    path("a/<str:public_id>/services/statement/", elsewhere, name="service_statement"),
    path("a/<str:public_id>/e-receipt/", elsewhere, name="receipt_subscription"),
    *[
        path(f"{name}/", elsewhere, name=name)
        for name in (
            "accounts",
            "account_add",
            "password",
            "email",
            "settings",
            "site_map",
            "account_logout",
            "language",
            "display",
        )
    ],
]
