"""Who asks."""

from django.contrib.auth.middleware import AuthenticationMiddleware


class PersonMiddleware(AuthenticationMiddleware):
    """`request.user`, its language, and no-store on personal pages."""
