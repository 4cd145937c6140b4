"""URLs of finding customers and seeing what they see, of the staff, and of the trail."""

from django.urls import path

from abonent.interfaces.office.accounts import account_page, code_page, confirm_link, end_page, sessions_page
from abonent.interfaces.office.audit import audit_csv, audit_page
from abonent.interfaces.office.finding import find_page
from abonent.interfaces.office.looking import end_page as end_look_page
from abonent.interfaces.office.looking import look_page
from abonent.interfaces.office.staff import add_page, member_page, remove_page, revoke_page, staff_page
from abonent.interfaces.office.staff import sessions_page as staff_sessions_page

customer_urls = [
    path("find/", find_page, name="office_find"),
    path("accounts/<slug:public_id>/", account_page, name="office_account"),
    path("accounts/<slug:public_id>/look/", look_page, name="office_look"),
    path("accounts/<slug:public_id>/code/", code_page, name="office_code"),
    path("accounts/<slug:public_id>/links/<slug:link>/end/", end_page, name="office_link_end"),
    path("accounts/<slug:public_id>/links/<slug:link>/sessions/", sessions_page, name="office_sessions_end"),
    path("links/<slug:link>/confirm/", confirm_link, name="office_link_confirm"),
    path("look/end/", end_look_page, name="office_look_end"),
    path("staff/", staff_page, name="office_staff"),
    path("staff/add/", add_page, name="office_staff_add"),
    path("staff/invitations/<int:invitation>/revoke/", revoke_page, name="office_staff_invitation_revoke"),
    path("staff/<int:member>/", member_page, name="office_staff_member"),
    path("staff/<int:member>/remove/", remove_page, name="office_staff_remove"),
    path("staff/<int:member>/sessions/", staff_sessions_page, name="office_staff_sessions"),
    path("audit/", audit_page, name="office_audit"),
    path("audit/audit.csv", audit_csv, name="office_audit_csv"),
]
