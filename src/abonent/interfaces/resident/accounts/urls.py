"""URLs of this screen. Accounts and links go by their public ids; numbers never stand in an address."""

from django.urls import path

from abonent.interfaces.resident.accounts.people import confirm_page, end_page, not_me_page, people_page
from abonent.interfaces.resident.accounts.views import accounts_page, add_page, delete_page

urlpatterns = [
    path("", accounts_page, name="accounts"),
    path("add/", add_page, name="account_add"),
    path("not-me/<str:token>/", not_me_page, name="link_not_me"),
    path("<str:public_id>/delete/", delete_page, name="account_delete"),
    path("<str:public_id>/confirm/", confirm_page, name="account_confirm"),
    path("<str:public_id>/people/", people_page, name="account_people"),
    path("<str:public_id>/people/<str:link>/end/", end_page, name="account_link_end"),
]
