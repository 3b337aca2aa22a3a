"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "glossary.add": _("Added a word to the list: %(target)s"),
    "glossary.change": _("Changed a word of the list: %(target)s"),
    "glossary.remove": _("Removed a word from the list: %(target)s"),
    "member.allow_emergency": _("Put %(person)s on the emergency list"),
    "member.confirm_right": _("Agreed to a new right of %(person)s: %(right)s"),
    "member.delegate": _("Let %(person)s stand in for %(approver)s, %(since)s–%(until)s"),
    "member.drop_right": _(
        "A new right of %(person)s did not take effect: %(right)s. The person who gave it may no longer give it"
    ),
    "member.end_delegation": _("Ended that %(person)s stands in for %(approver)s"),
    "member.end_emergency": _("Took %(person)s off the emergency list"),
    "member.change_role": _("Changed the role of %(person)s to: %(role)s"),
    "member.end": _("Ended the membership of %(person)s (%(role)s)"),
    "member.end_private_reader": _("%(person)s no longer reads private messages"),
    "member.name_private_reader": _("Named %(person)s as a reader of private messages"),
    "member.join": _("%(person)s joined as: %(role)s"),
    "member.stop_right": _("Stopped a new right of %(person)s: %(right)s"),
    "member.right_holds": _("After the delay a new right of %(person)s holds: %(right)s"),
    "municipality.apply_rules": _(
        "Relaxed house rules took effect after the delay: %(changed)s. Requested by %(person)s"
    ),
    "municipality.ask_rules": _("Requested to relax the house rules: %(changed)s. Reason: %(reason)s"),
    "municipality.confirm_rules": _("Agreed to relaxed house rules: %(changed)s. Requested by %(person)s"),
    "municipality.drop_rules": _("House rules were not relaxed: %(changed)s. %(person)s may no longer ask for it"),
    "municipality.edit_profile": _("Changed the profile: %(changed)s"),
    "municipality.edit_rules": _("Changed the house rules: %(changed)s"),
    "municipality.enter_population": _("Entered the population: %(population)s (%(year)s)"),
    "municipality.open_workspace": _("Opened the workspace"),
    "municipality.reduce_rules": _("These house rules are no longer to be relaxed: %(changed)s"),
    "municipality.stop_rules": _("Stopped relaxed house rules: %(changed)s. Requested by %(person)s"),
    "municipality.withdraw_rules": _("Withdrew the request to relax the house rules: %(changed)s"),
    "programme.add_cohort": _("Added the cohort %(target)s"),
    "programme.add_staff": _("%(person)s joined the staff of %(target)s"),
    "programme.add_trainer": _("%(person)s became a trainer of %(target)s"),
    "programme.end_enrolment": _("Ended the part in the cohort %(cohort)s"),
    "programme.end_pairing": _("Ended the pairing with the mentor %(person)s"),
    "programme.end_staff": _("%(person)s left the staff of %(target)s"),
    "programme.end_trainer": _("%(person)s is no trainer of %(target)s any more"),
    "programme.enrol": _("Enrolled the municipality in the cohort %(cohort)s"),
    "programme.hand_over": _("Passed the municipality from the mentor %(person)s to %(successor)s"),
    "programme.pair": _("Paired the municipality with the mentor %(person)s"),
    "programme.set_comparison": _("Changed whether the municipality is compared with the others"),
    "programme.start": _("Started the programme %(target)s"),
    "service.add": _("Added the eService %(target)s to the catalogue"),
    "service.edit": _("Changed the eService %(target)s in the catalogue"),
    "service.keep": _("Changed what is known here of the eService %(target)s"),
    "service.verify": _("Reviewed the eService %(target)s and confirmed it"),
}
