"""The interface alone: what these tests serve."""

from django.urls import include, path

urlpatterns = [path("", include("abonent.interfaces.ui.urls")), path("captcha/", include("captcha.urls"))]
