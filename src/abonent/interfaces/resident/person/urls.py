"""URLs of the screens about oneself."""

from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as codes
from allauth.mfa.webauthn import views as webauthn
from django.urls import path

from abonent.interfaces.resident.person import agreeing, my_data, security, views

urlpatterns = [
    path("password/", views.password_page, name="password"),
    path("email/", views.email_page, name="email"),
    path("email/resend/", views.resend_page, name="email_resend"),
    path("settings/", views.settings_page, name="settings"),
    path("contact-details/", views.contact_details_page, name="contact_details"),
    path("sessions/", views.sessions_page, name="sessions"),
    path("sessions/end/", views.end_session_page, name="session_end"),
    path("sessions/end-others/", views.end_other_sessions_page, name="sessions_end_others"),
    path("agree/", agreeing.agree_page, name="agree"),
    path("my-data/", my_data.my_data_page, name="my_data"),
    path("my-data/consents/<int:number>/withdraw/", my_data.withdraw_page, name="consent_withdraw"),
    path("my-data/export/", my_data.ask_export_page, name="export_ask"),
    path("my-data/export/<slug:public_id>.json", my_data.fetch_page, {"kind": "json"}, name="export_json"),
    path("my-data/export/<slug:public_id>.pdf", my_data.fetch_page, {"kind": "pdf"}, name="export_pdf"),
    path("my-data/deletion/", my_data.deletion_page, name="deletion"),
    path("my-data/deletion/cancel/", my_data.cancel_page, name="deletion_cancel"),
    path("security/", security.SecurityView.as_view(), name="mfa_index"),
    path("security/totp/", security.ActivateTotpView.as_view(), name="mfa_activate_totp"),
    path("security/totp/off/", security.DeactivateTotpView.as_view(), name="mfa_deactivate_totp"),
    path("security/codes/", security.ViewCodesView.as_view(), name="mfa_view_recovery_codes"),
    path("security/codes/new/", security.GenerateCodesView.as_view(), name="mfa_generate_recovery_codes"),
    path("security/codes/download/", codes.download_recovery_codes, name="mfa_download_recovery_codes"),
    path("security/passkeys/", security.PasskeysView.as_view(), name="mfa_list_webauthn"),
    path("security/passkeys/add/", security.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "security/passkeys/<int:pk>/remove/", security.RemovePasskeyView.as_view(), name="mfa_remove_webauthn"
    ),
    path("login/second-step/", mfa.authenticate, name="mfa_authenticate"),
    path("login/passkey/", webauthn.login_webauthn, name="mfa_login_webauthn"),
    path("reauthenticate/code/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("reauthenticate/passkey/", webauthn.reauthenticate_webauthn, name="mfa_reauthenticate_webauthn"),
]
