from django.apps import AppConfig


class ServiceRequestsConfig(AppConfig):
    name = "abonent.service_requests"
    label = "service_requests"
