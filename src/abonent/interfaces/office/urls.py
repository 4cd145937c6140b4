"""URLs of the office. Accounts and links go by their public ids; numbers are posted."""

from django.urls import path

from abonent.interfaces.office.announcements import (
    announcement_page,
    announcements_page,
    cancel_page,
    edit_page,
    new_page,
    schedule_page,
)
from abonent.interfaces.office.announcements import (
    end_page as announcement_end_page,
)
from abonent.interfaces.office.customer_urls import customer_urls
from abonent.interfaces.office.exports import export_now_page, exports_page
from abonent.interfaces.office.figures import figures_csv, figures_page
from abonent.interfaces.office.import_upload import upload_page
from abonent.interfaces.office.imports import (
    again_page,
    apply_page,
    discard_page,
    import_page,
    imports_page,
    report_page,
    undo_page,
)
from abonent.interfaces.office.linking import linking_page, measure, reopen
from abonent.interfaces.office.payments import ask_page, payment_page, payments_page, refund_page
from abonent.interfaces.office.personal_data import (
    person_deletion,
    person_deletion_cancel,
    person_export,
    person_page,
    retention_page,
)
from abonent.interfaces.office.publishing import publish_page
from abonent.interfaces.office.queue_urls import queue_urls
from abonent.interfaces.office.reconciliation import difference_page, reconcile_page, reconciliation_page
from abonent.interfaces.office.registries import registries_page, registry_page, resolve_page
from abonent.interfaces.office.requests import request_act, request_file, request_page, requests_page
from abonent.interfaces.office.setting_urls import urlpatterns as setting_urls
from abonent.interfaces.office.tasks import dismiss_page, retry_page, tasks_page

urlpatterns = [
    *setting_urls,
    *queue_urls,
    *customer_urls,
    path("payments/", payments_page, name="office_payments"),
    path("payments/<slug:public_id>/", payment_page, name="office_payment"),
    path("payments/<slug:public_id>/ask/", ask_page, name="office_payment_ask"),
    path("payments/<slug:public_id>/refund/", refund_page, name="office_payment_refund"),
    path("requests/", requests_page, name="office_requests"),
    path("requests/<slug:request_id>/", request_page, name="office_request"),
    path("requests/<slug:request_id>/files/<slug:file_id>/", request_file, name="office_request_file"),
    path("requests/<slug:request_id>/<slug:action>/", request_act, name="office_request_act"),
    path("registries/", registries_page, name="office_registries"),
    path("registries/<int:number>/", registry_page, name="office_registry"),
    path("registries/<int:number>/resolve/", resolve_page, name="office_registry_resolve"),
    path("reconciliation/", reconciliation_page, name="office_reconciliation"),
    path("reconciliation/compare/", reconcile_page, name="office_reconcile"),
    path("reconciliation/<int:number>/", difference_page, name="office_difference"),
    path("announcements/", announcements_page, name="office_announcements"),
    path("announcements/new/", new_page, name="office_announcement_new"),
    path("announcements/<int:number>/", announcement_page, name="office_announcement"),
    path("announcements/<int:number>/edit/", edit_page, name="office_announcement_edit"),
    path("announcements/<int:number>/schedule/", schedule_page, name="office_announcement_schedule"),
    path("announcements/<int:number>/cancel/", cancel_page, name="office_announcement_cancel"),
    path("announcements/<int:number>/end/", announcement_end_page, name="office_announcement_end"),
    path("people/<slug:public_id>/<slug:link>/", person_page, name="office_person"),
    path("people/<slug:public_id>/<slug:link>/export/", person_export, name="office_person_export"),
    path("people/<slug:public_id>/<slug:link>/deletion/", person_deletion, name="office_person_deletion"),
    path(
        "people/<slug:public_id>/<slug:link>/deletion/cancel/",
        person_deletion_cancel,
        name="office_person_deletion_cancel",
    ),
    path("retention/", retention_page, name="office_retention"),
    path("publishing/", publish_page, name="office_publish"),
    path("linking/", linking_page, name="office_linking"),
    path("linking/measure/", measure, name="office_measure"),
    path("linking/<int:organisation>/reopen/", reopen, name="office_reopen"),
    path("figures/", figures_page, name="office_figures"),
    path("figures/<slug:sheet>.csv", figures_csv, name="office_figures_csv"),
    path("imports/", imports_page, name="office_imports"),
    path("imports/upload/", upload_page, name="office_import_upload"),
    path("imports/<int:number>/", import_page, name="office_import"),
    path("imports/<int:number>/problems.csv", report_page, name="office_import_report"),
    path("imports/<int:number>/apply/", apply_page, name="office_import_apply"),
    path("imports/<int:number>/again/", again_page, name="office_import_again"),
    path("imports/<int:number>/discard/", discard_page, name="office_import_discard"),
    path("imports/<int:number>/undo/", undo_page, name="office_import_undo"),
    path("exports/", exports_page, name="office_exports"),
    path("exports/now/", export_now_page, name="office_export_now"),
    path("tasks/", tasks_page, name="office_tasks"),
    path("tasks/<int:number>/retry/", retry_page, name="office_task_retry"),
    path("tasks/<int:number>/dismiss/", dismiss_page, name="office_task_dismiss"),
]
