"""«Безопасность входа»: allauth's pages of second factors in the cabinet's frame."""

from typing import Any

from allauth.mfa.base import views as base
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.totp import views as totp
from allauth.mfa.webauthn import views as webauthn
from django.conf import settings
from django.http import HttpRequest

from abonent.interfaces.resident.cabinet import context
from abonent.users.permissions import staff_of


class InCabinet:
    """Adds the frame to whatever the page shows."""

    request: HttpRequest

    def get_context_data(self, **extra: Any) -> dict[str, Any]:
        shown = super().get_context_data(**extra)  # type: ignore[misc]
        return {**shown, **context(self.request, section="settings")}


class SecurityView(InCabinet, base.IndexView):  # type: ignore[misc]
    def get_context_data(self, **extra: Any) -> dict[str, Any]:
        shown = super().get_context_data(**extra)
        kept = shown["authenticators"]
        shown["authenticators"] = {one: kept.get(one) for one in ("totp", "webauthn", "recovery_codes")}
        needed = settings.STAFF_SECOND_FACTOR and staff_of(self.request.user) is not None
        shown["must_have"] = needed and not (kept.get("totp") or kept.get("webauthn"))
        return shown


class ActivateTotpView(InCabinet, totp.ActivateTOTPView):  # type: ignore[misc]
    pass


class DeactivateTotpView(InCabinet, totp.DeactivateTOTPView):  # type: ignore[misc]
    pass


class ViewCodesView(InCabinet, codes.ViewRecoveryCodesView):  # type: ignore[misc]
    pass


class GenerateCodesView(InCabinet, codes.GenerateRecoveryCodesView):  # type: ignore[misc]
    pass


class PasskeysView(InCabinet, webauthn.ListWebAuthnView):  # type: ignore[misc]
    pass


class AddPasskeyView(InCabinet, webauthn.AddWebAuthnView):  # type: ignore[misc]
    pass


class RemovePasskeyView(InCabinet, webauthn.RemoveWebAuthnView):  # type: ignore[misc]
    pass
