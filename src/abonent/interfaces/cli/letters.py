"""`abonent letters bounced`: the mail server hands over what came back."""

import argparse
import sys

#: A report returns the letter with its receipt at most; what is longer is none.
_LONGEST = 10_000_000

_SAID = {
    "mailbox": "nobody reads that mailbox: what was subscribed to there has ended",
    "letter": "refused for good, and not because of the mailbox: written on the letter",
    "moment": "refused for the moment: nothing was changed",
    "not ours": "names no letter of ours: nothing was changed",
    "no report": "is no delivery report: nothing was changed",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    actions = parser.add_subparsers(dest="action", required=True, metavar="bounced")
    summary = "Read a mail that came back from the standard input, and write down what it says."
    actions.add_parser("bounced", help=summary, description=summary, epilog="for the mail server's pipe")


def run(options: argparse.Namespace) -> int:
    """0 whatever the mail is: it must not come back once more. An error of ours is another code, and the mail
    server tries again (docs/operations/deploy.md). Safe to repeat."""
    from django.utils import timezone

    from abonent.notices.bounces import take_report

    taken = take_report(sys.stdin.buffer.read(_LONGEST), now=timezone.now())
    which = f"letter {taken.letter_id}: " if taken.letter_id else ""
    sys.stdout.write(f"{which}{_SAID[taken.outcome]}\n")
    return 0
