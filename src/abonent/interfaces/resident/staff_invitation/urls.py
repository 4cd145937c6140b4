"""URL of an invitation's letter."""

from django.urls import path

from abonent.interfaces.resident.staff_invitation.views import invitation_page

urlpatterns = [path("staff-invitation/<str:token>/", invitation_page, name="staff_invitation")]
