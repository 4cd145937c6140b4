"""URLs of the electronic receipt: the wish in the cabinet, and the links of its letters."""

from django.urls import path

from abonent.interfaces.resident.receipts.subscription import (
    confirm_page,
    subscription_page,
    unsubscribe_page,
)

urlpatterns = [
    path("a/<str:public_id>/receipts/subscription/", subscription_page, name="receipt_subscription"),
    path("receipts/confirm/<str:token>/", confirm_page, name="receipt_confirm"),
    path("receipts/unsubscribe/<str:token>/", unsubscribe_page, name="receipt_unsubscribe"),
]
