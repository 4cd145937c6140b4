"""URLs of paying. A payment is named by its public id."""

from django.urls import path

from abonent.interfaces.resident.pay.result import go_page, payment_page, payment_pdf_page
from abonent.interfaces.resident.pay.views import check_page, pay_page

urlpatterns = [
    path("pay/", pay_page, name="pay"),
    path("pay/check/", check_page, name="pay_check"),
    path("pay/<slug:public_id>/", payment_page, name="payment"),
    path("pay/<slug:public_id>/go/", go_page, name="payment_go"),
    path("pay/<slug:public_id>/receipt.pdf", payment_pdf_page, name="payment_pdf"),
]
