"""What the interface serves itself: assets, the manifest, two switches, and the gallery where it is on."""

from django.conf import settings
from django.urls import path

from abonent.interfaces.ui import assets, brand, display, gallery, language, too_large

app_name = "ui"
urlpatterns = [
    path("assets/<slug:digest>/<str:name>", assets.serve_asset, name="asset"),
    path("manifest.webmanifest", brand.manifest, name="manifest"),
    path("language/", language.change_language, name="language"),
    path("display/", display.change_display, name="display"),
    path("too-large/", too_large.form, name="too_large"),
    path("too-large/bundle/", too_large.bundle, name="bundle_too_large"),
]
if settings.DEBUG or getattr(settings, "UI_GALLERY", False):
    urlpatterns.append(path("ui/", gallery.gallery, name="gallery"))
    urlpatterns.append(path("ui/<slug:name>/", gallery.layout, name="gallery_layout"))
