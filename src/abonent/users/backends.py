"""Who may sign in."""

from allauth.account.auth_backends import AuthenticationBackend


class PortalBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend."""
