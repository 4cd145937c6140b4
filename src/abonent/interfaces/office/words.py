"""What the trail's actions and the outcomes of tries are called; an unnamed action shows its own name."""

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

ACTIONS = {
    "account_linked": _("linked an account"),
    "account_link_confirmed": _("confirmed a link"),
    "account_link_ended": _("ended a link"),
    "readings_submitted": _("submitted readings"),
    "guessable_proofs_shut": _("guessable proofs were switched off"),
    "guessable_proofs_reopened": _("switched guessable proofs on again"),
    "neighbouring_numbers_tried": _("neighbouring numbers were tried one after another"),
    "staff_found_account": _("found an account"),
    "staff_read_account": _("read an account"),
    "staff_printed_code": _("printed a code"),
    "staff_added": _("became staff"),
    "person_added": _("was added"),
    "sign_in": _("signed in"),
    "sign_out": _("signed out"),
    "sign_up": _("signed up"),
    "sign_up_limited": _("sign-up refused: too many"),
    "session_ended": _("ended a session"),
    "sessions_ended": _("ended sessions"),
    "password_changed": _("changed the password"),
    "password_change_refused": _("gave a wrong current password"),
    "password_reset": _("set a forgotten password anew"),
    "email_change_asked": _("asked to change the e-mail"),
    "email_confirmed": _("confirmed the e-mail"),
    "settings_changed": _("changed the settings"),
}
