"""URLs of settings, windows and tariffs."""

from django.urls import path

from abonent.interfaces.office import setting_edit, settings, tariffs

urlpatterns = [
    path("settings/", settings.settings_page, name="office_settings"),
    path("settings/<slug:setting>/", settings.setting_page, name="office_setting"),
    path("settings/<slug:setting>/edit/", setting_edit.setting_edit_page, name="office_setting_edit"),
    path(
        "settings/<slug:setting>/kinds/<slug:code>/",
        setting_edit.setting_kind_page,
        name="office_setting_kind",
    ),
    path("settings/<slug:setting>/preview/", settings.setting_preview_page, name="office_setting_preview"),
    path("settings/<slug:setting>/discard/", settings.setting_discard, name="office_setting_discard"),
    path(
        "settings/<slug:setting>/revert/<int:to>/", settings.setting_revert_page, name="office_setting_revert"
    ),
    path(
        "settings/<slug:setting>/withdraw/<int:version>/",
        settings.setting_withdraw,
        name="office_setting_withdraw",
    ),
    path("windows/", settings.windows_page, name="office_windows"),
    path("windows/<int:organisation>/", settings.window_page, name="office_window"),
    path("windows/<int:organisation>/edit/", setting_edit.window_edit_page, name="office_window_edit"),
    path("windows/<int:organisation>/preview/", settings.window_preview_page, name="office_window_preview"),
    path("windows/<int:organisation>/discard/", settings.window_discard, name="office_window_discard"),
    path(
        "windows/<int:organisation>/revert/<int:to>/",
        settings.window_revert_page,
        name="office_window_revert",
    ),
    path(
        "windows/<int:organisation>/withdraw/<int:version>/",
        settings.window_withdraw,
        name="office_window_withdraw",
    ),
    path("tariffs/", tariffs.tariffs_page, name="office_tariffs"),
    path("tariffs/text/", tariffs.tariff_text_page, name="office_tariff_text"),
    path("tariffs/of/<str:tariff>/", tariffs.tariff_page, name="office_tariff"),
    path("tariffs/of/<str:tariff>/rates/", tariffs.tariff_rates_page, name="office_tariff_rates"),
    path("tariffs/of/<str:tariff>/preview/", tariffs.tariff_preview_page, name="office_tariff_preview"),
    path("tariffs/of/<str:tariff>/discard/", tariffs.tariff_discard, name="office_tariff_discard"),
    path("tariffs/of/<str:tariff>/revert/<int:to>/", tariffs.tariff_revert_page, name="office_tariff_revert"),
]
