"""URLs of requests. The account and the request are named by their public ids, a kind by its code."""

from django.urls import path

from abonent.interfaces.resident.requests.acts import cancel_page, rate_page, reopen_page
from abonent.interfaces.resident.requests.files import draft_page, file_page
from abonent.interfaces.resident.requests.filing import check_page, filed_page, kinds_page, new_page
from abonent.interfaces.resident.requests.views import request_page, requests_page

_ALL = "a/<str:public_id>/requests/"
_ONE = f"{_ALL}<str:request_id>/"

urlpatterns = [
    path(_ALL, requests_page, name="requests"),
    path(f"{_ALL}new/", kinds_page, name="service_request_kinds"),
    path(f"{_ALL}new/files/<str:file_id>/", draft_page, name="service_request_draft"),
    path(f"{_ALL}new/<slug:kind>/", new_page, name="service_request_new"),
    path(f"{_ALL}new/<slug:kind>/check/", check_page, name="service_request_check"),
    path(_ONE, request_page, name="service_request"),
    path(f"{_ONE}filed/", filed_page, name="service_request_filed"),
    path(f"{_ONE}cancel/", cancel_page, name="service_request_cancel"),
    path(f"{_ONE}reopen/", reopen_page, name="service_request_reopen"),
    path(f"{_ONE}rate/", rate_page, name="service_request_rate"),
    path(f"{_ONE}files/<str:file_id>/", file_page, name="service_request_file"),
]
