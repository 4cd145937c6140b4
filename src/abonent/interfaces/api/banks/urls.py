"""The address that a bank is given: https://<portal>/api/banks/<its code in the profile>/."""

from django.urls import path

from abonent.interfaces.api.banks.views import bank_call

urlpatterns = [path("banks/<slug:code>/", bank_call, name="bank_call")]
