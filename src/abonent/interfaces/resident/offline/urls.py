"""The worker, the page that stands in when there is no network, and where kept readings are sent."""

from django.urls import path

from abonent.interfaces.resident.offline.views import door, offline_page, send, service_worker

urlpatterns = [
    path("service-worker.js", service_worker, name="service_worker"),
    path("offline/", offline_page, name="offline"),
    path("offline/door/", door, name="offline_door"),
    path("a/<str:public_id>/readings/offline/", send, name="readings_offline"),
]
