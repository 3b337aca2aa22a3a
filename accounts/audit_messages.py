"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "account.add_email": _("Added an e-mail address to the account"),
    "account.add_second_factor": _("Added a second factor: %(factor)s"),
    "account.change_email": _("Changed the e-mail address of the account"),
    "account.change_password": _("Changed the password"),
    "account.choose_language": _("Chose the language of the interface"),
    "account.deactivate": _("Deactivated the account of %(target)s"),
    "account.end_administrator": _("Took the administrator's rights from %(target)s"),
    "account.end_session": _("Ended a session on another device"),
    "account.make_administrator": _("Made %(target)s an administrator"),
    "account.reactivate": _("Activated the account of %(target)s again"),
    "account.remove_email": _("Removed an e-mail address from the account"),
    "account.remove_second_factor": _("Removed a second factor: %(factor)s"),
    "account.rename": _("Changed the name shown to others to %(target)s"),
    "account.renew_recovery_codes": _("Generated new recovery codes"),
    "account.reset_password": _("Set a new password through the e-mail link"),
    "account.second_factor_failed": _("A wrong code was entered for the account of %(target)s"),
    "account.sign_in": _("Signed in"),
    "account.sign_in_failed": _("Failed sign-in attempt as %(target)s"),
    "account.sign_out": _("Signed out"),
    "account.warn_of_guessing": _(
        "Repeated attempts to guess the password of %(target)s; the user was notified by e-mail"
    ),
    "invitation.accept": _("Accepted the invitation"),
    "invitation.invite": _("Invited %(target)s"),
    "invitation.revoke": _("Revoked the invitation of %(target)s"),
    "invitation.stop": _("Stopped the invitation of %(target)s: %(person)s may no longer give this right"),
}
