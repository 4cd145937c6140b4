from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "abonent.payments"
    label = "payments"

    def ready(self) -> None:
        from abonent.notices import attachments
        from abonent.payments import receipt_letter, receipts

        attachments.make_with(receipts.MAKER, receipt_letter.make_receipt)
