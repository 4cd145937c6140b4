"""The cabinet's own pages: an account is named by its public id, never by its number."""

from django.urls import include, path

from abonent.interfaces.resident.account.views import account_page
from abonent.interfaces.resident.calculator.views import calculator_page
from abonent.interfaces.resident.calculator.what_if import what_if_page
from abonent.interfaces.resident.consumption.views import consumption_file, consumption_page
from abonent.interfaces.resident.home.views import home
from abonent.interfaces.resident.payments.views import payments_page
from abonent.interfaces.resident.receipts.views import (
    bill_page,
    receipt_back_page,
    receipt_pdf_page,
    receipts_page,
)
from abonent.interfaces.resident.services.statement import statement_page, statement_pdf
from abonent.interfaces.resident.services.views import services_page
from abonent.interfaces.resident.services.why import why_page
from abonent.interfaces.resident.site_map.views import site_map

urlpatterns = [
    path("", home, name="home"),
    path("site-map/", site_map, name="site_map"),
    path("a/<str:public_id>/account/", account_page, name="account"),
    path("a/<str:public_id>/services/", services_page, name="services"),
    path("a/<str:public_id>/services/statement/", statement_page, name="service_statement"),
    path("a/<str:public_id>/services/statement.pdf", statement_pdf, name="service_statement_pdf"),
    path("a/<str:public_id>/services/why/", why_page, name="why"),
    path("a/<str:public_id>/consumption/", consumption_page, name="consumption"),
    path("a/<str:public_id>/consumption/consumption.csv", consumption_file, name="consumption_csv"),
    path("a/<str:public_id>/calculator/", calculator_page, name="calculator"),
    path("a/<str:public_id>/calculator/what-if/", what_if_page, name="what_if"),
    path("a/<str:public_id>/payments/", payments_page, name="payments"),
    path("a/<str:public_id>/receipts/", receipts_page, name="receipts"),
    path("a/<str:public_id>/receipts/<str:month>.pdf", receipt_pdf_page, name="receipt_pdf"),
    path("a/<str:public_id>/receipts/<str:month>/back.pdf", receipt_back_page, name="receipt_back_pdf"),
    path("", include("abonent.interfaces.resident.receipts.urls")),
    path("a/<str:public_id>/receipts/<str:month>/", bill_page, name="bill"),
]
