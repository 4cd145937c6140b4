"""What the outcomes of tries and the states of retention are called."""

from django.utils.translation import gettext_lazy as _

#: What became of a try: `LinkAttempt.Outcome`, or the `Limit` that refused it.
OUTCOMES = {
    "trying": _("not finished"),
    "linked": _("linked"),
    "proven": _("proven at sign-up"),
    "already": _("was linked already"),
    "mismatch": _("did not match"),
    "person": _("refused: too many tries by one person"),
    "number": _("refused: too many tries of one number"),
    "numbers": _("refused: too many different numbers by one person"),
    "captcha": _("refused: no captcha"),
    "address": _("refused: too many tries from one address"),
    "network": _("refused: too many tries from one network"),
    "organisation": _("refused: guessable proofs are switched off"),
    "neighbours": _("refused: neighbouring numbers one after another"),
    "objected": _("refused: somebody objected to this person"),
    "strength": _("refused: the code is required here"),
}

#: How the forgetting of one kind of old data went last: `personal_data.queries.RuleState.state`.
RETENTION = {
    "never": _("has not run yet"),
    "running": _("under way"),
    "done": _("done"),
    "failed": _("failed"),
    "late": _("has not run for two days"),
}

#: How readings came (`metering.Submission.way`).
WAYS = {
    "cabinet": _("in the cabinet"),
    "link": _("by the link of a letter"),
    "offline": _("typed without a network"),
}
