"""allauth speaks to the portal through this adapter."""

from allauth.account.adapter import DefaultAccountAdapter


class PortalAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """allauth's flows with the portal's letters, limits and words."""
