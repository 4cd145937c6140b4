from django.apps import AppConfig


class BillsConfig(AppConfig):
    name = "abonent.bills"
    label = "bills"

    def ready(self) -> None:
        from abonent.bills import operations, receipt_letters
        from abonent.notices import attachments, mailboxes

        attachments.make_with(receipt_letters.MAKER, receipt_letters.make_receipt)
        mailboxes.tell_of_refusal(operations.end_for_mailbox)
