from django.apps import AppConfig


class BillsConfig(AppConfig):
    name = "abonent.bills"
    label = "bills"

    def ready(self) -> None:
        from abonent.bills import kept_recipients, operations, receipt_letters
        from abonent.notices import attachments, mailboxes
        from abonent.portal import counts

        attachments.make_with(receipt_letters.MAKER, receipt_letters.make_receipt)
        mailboxes.tell_of_refusal(operations.end_for_mailbox)
        counts.count_with(kept_recipients.WHAT, kept_recipients.count)
