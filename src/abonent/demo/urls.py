"""URLs of this room; outside the demo every one of them answers 404."""

from django.urls import URLPattern, URLResolver, path

from abonent.demo import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.index, name="demo"),
    path("mail/", views.mail, name="demo_mail"),
    path("mail/<int:number>/", views.read, name="demo_letter"),
    path("mail/<int:number>/attachment/", views.attachment, name="demo_attachment"),
]
