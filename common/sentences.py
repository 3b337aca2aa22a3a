"""What an audit event says to people: one sentence per verb. The actor stands beside it, so that no sentence has to
agree with a person's gender. A test holds that every verb written anywhere has a sentence here.
"""

from collections.abc import Mapping
from typing import Any, NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.models import AuditEvent

SENTENCES: dict[str, Promise] = {
    "account.add_second_factor": _("Added a second factor: %(factor)s"),
    "account.change_email": _("Changed the e-mail address of the account"),
    "account.change_password": _("Changed the password"),
    "account.choose_language": _("Chose the language of the interface"),
    "account.choose_notifications": _("Chose what comes by mail, and when"),
    "account.deactivate": _("Deactivated the account of %(target)s"),
    "account.end_administrator": _("Took the administrator's rights from %(target)s"),
    "account.end_session": _("Ended a session on another device"),
    "account.make_administrator": _("Made %(target)s an administrator"),
    "account.reactivate": _("Activated the account of %(target)s again"),
    "account.remove_second_factor": _("Removed a second factor: %(factor)s"),
    "account.rename": _("Changed the name shown to others to %(target)s"),
    "account.renew_recovery_codes": _("Made new recovery codes"),
    "account.reset_password": _("Set a new password through the e-mail link"),
    "account.second_factor_failed": _("A wrong code was entered for the account of %(target)s"),
    "account.resume_mail": _("Asked for mail again about: %(kinds)s"),
    "account.sign_in": _("Signed in"),
    "account.sign_in_failed": _("Somebody failed to sign in as %(target)s"),
    "account.sign_out": _("Signed out"),
    "account.stop_mail": _("Stopped mail about: %(kinds)s"),
    "account.void_mail_links": _("Made the links to stop mail in older mails void"),
    "campaign.begin": _("Began the campaign “%(target)s”"),
    "campaign.change": _("Changed the campaign “%(target)s”"),
    "campaign.end": _("Ended the campaign “%(target)s”"),
    "campaign.open": _("Opened the campaign “%(target)s” again"),
    "channel.arrange": _("Changed languages and scripts of the channel %(target)s"),
    "channel.choose_account": _("Chose the page %(target)s to connect"),
    "channel.connect": _("Connected the channel %(target)s"),
    "channel.connect_start": _("Began to connect an account on %(target)s"),
    "channel.disconnect": _("Disconnected the channel %(target)s"),
    "channel.ending": _("The network's permission for the channel %(target)s runs out soon"),
    "channel.forget_person": _("Deleted the access of a person who asked the network for that: %(target)s"),
    "channel.left_behind": _("Who connected the channel %(target)s is no longer with the municipality"),
    "channel.needs_consent": _("The network no longer accepts our access to %(target)s: connect it again"),
    "network.enter_keys": _("Entered the portal's keys at %(target)s"),
    "network.remove_keys": _("Removed the portal's keys at %(target)s"),
    "channel.pause": _("Paused the channel %(target)s: %(reason)s"),
    "channel.pause_ended": _("The pause of the channel %(target)s ended at its time"),
    "channel.resume": _("Resumed the channel %(target)s"),
    "channel.set_slots": _("Set the usual times of the channel %(target)s"),
    "consent.erase": _("Erased the names in a consent for %(target)s"),
    "consent.give_again": _("Put back a consent for %(target)s that was withdrawn"),
    "consent.record": _("Recorded a consent for %(target)s"),
    "consent.withdraw": _("Recorded that a consent for %(target)s was withdrawn"),
    "delivery.cancelled": _("Cancelled: %(target)s"),
    "delivery.changed": _("Was found changed on the network: %(target)s"),
    "delivery.changed_back": _("Was found as it was sent again: %(target)s"),
    "delivery.edited": _("Was changed on the network by us: %(target)s"),
    "delivery.noted": _("Saw what happened on the network to: %(target)s"),
    "delivery.enqueue": _("Planned for sending: %(target)s"),
    "delivery.expired": _("The time passed before it could go out: %(target)s"),
    "delivery.failed": _("Was not published: %(target)s"),
    "delivery.missing": _("Is gone from the network: %(target)s"),
    "delivery.processing": _("The network is preparing: %(target)s"),
    "delivery.published": _("Was published: %(target)s"),
    "delivery.reschedule": _("Moved to another time: %(target)s"),
    "delivery.scheduled": _("Will be sent: %(target)s"),
    "delivery.sending": _("Is being sent: %(target)s"),
    "delivery.unconfirmed": _("Was sent, but the network did not confirm it: %(target)s"),
    "delivery.waiting": _("Waits before it can be sent: %(target)s"),
    "delivery.withdraw": _("Asked the network to take down: %(target)s"),
    "delivery.withdrawn": _("Was taken down: %(target)s"),
    "facts.rebuild": _("Made the numbers by day and month again from all readings, %(first)s–%(last)s"),
    "feed.make": _("Made a secret link to the calendar"),
    "feed.revoke": _("Switched the secret link to the calendar off"),
    "feedback.change": _("Changed the feedback by the rubric on “%(target)s”"),
    "feedback.give": _("Gave feedback by the rubric on “%(target)s”"),
    "feedback.tell_performance": _("Told the mentor %(person)s how “%(target)s” did"),
    "folder.change": _("Changed the folder %(before)s to %(target)s"),
    "folder.create": _("Made the folder %(target)s"),
    "folder.delete": _("Deleted the folder %(target)s"),
    "glossary.add": _("Added a word to the list: %(target)s"),
    "glossary.change": _("Changed a word of the list: %(target)s"),
    "glossary.remove": _("Removed a word from the list: %(target)s"),
    "indicator.change": _("Changed the indicator “%(target)s”"),
    "indicator.choose": _("Chose the indicators of %(target)s. Added: %(begun)s. Ended: %(ended)s"),
    "indicator.define": _("Defined the indicator “%(target)s”"),
    "indicator.end": _("Ended the indicator “%(target)s”"),
    "indicator.end_target": _("Ended the target %(value)s by %(due_on)s of “%(target)s”: %(reason)s"),
    "indicator.enter_value": _("Entered %(value)s for “%(target)s” on %(on)s, source: %(source)s"),
    "indicator.freeze": _("Froze the baseline of “%(target)s” from %(since)s to %(until)s. Reason: %(reason)s"),
    "indicator.set_target": _("Set the target %(value)s by %(due_on)s for “%(target)s”: %(reason)s"),
    "indicator.take_up": _("Took up the indicator “%(target)s” again"),
    "installation.begin": _("Began the set-up of the installation"),
    "installation.complete_step": _("Finished a step of the set-up: %(step)s"),
    "installation.finish": _("Finished the set-up of the installation"),
    "installation.issue_code": _("Made a code for the first set-up; older ones stopped working"),
    "installation.refuse_code": _("Somebody came with a wrong code for the first set-up, from %(address)s"),
    "installation.send_test_mail": _("Asked for a test mail"),
    "installation.write_facts": _("Changed who runs the installation: %(changed)s"),
    "invitation.accept": _("Accepted the invitation"),
    "invitation.invite": _("Invited %(target)s"),
    "invitation.revoke": _("Revoked the invitation of %(target)s"),
    "installation.pause": _("Paused publishing in all municipalities of the portal: %(reason)s"),
    "installation.pause_ended": _("The pause of all municipalities of the portal ended at its time"),
    "installation.resume": _("Resumed publishing in all municipalities of the portal"),
    "kit.adopt": _("Adopted the campaign kit “%(target)s”; drafts made: %(drafts)s"),
    "kit.change": _("Changed the campaign kit “%(target)s”"),
    "kit.close": _("Closed the campaign kit “%(target)s”"),
    "kit.create": _("Began to write the campaign kit “%(target)s”"),
    "kit.delete": _("Deleted the draft of the campaign kit “%(target)s”"),
    "kit.open": _("Opened the campaign kit “%(target)s” again"),
    "kit.publish": _("Published the campaign kit “%(target)s” for the municipalities of %(programme)s"),
    "kit.remove_post": _("Removed “%(post)s” from the campaign kit “%(target)s”"),
    "kit.restore_post": _("Put “%(post)s” back into the campaign kit “%(target)s”"),
    "kit.write_post": _("Wrote “%(post)s” for the campaign kit “%(target)s”"),
    "media.add": _("Added a picture: %(target)s"),
    "member.allow_emergency": _("Put %(person)s on the emergency list"),
    "member.delegate": _("Let %(person)s stand in for %(approver)s, %(since)s–%(until)s"),
    "member.end_delegation": _("Ended that %(person)s stands in for %(approver)s"),
    "member.end_emergency": _("Took %(person)s off the emergency list"),
    "media.add_video": _("Added a video: %(target)s"),
    "media.archive": _("Put away a picture: %(target)s"),
    "media.caption": _("Added captions to a video: %(target)s"),
    "media.delete": _("Deleted a picture: %(target)s"),
    "media.describe": _("Described a picture: %(target)s"),
    "media.move": _("Moved pictures into the folder %(target)s: %(count)s"),
    "media.unarchive": _("Brought back a picture: %(target)s"),
    "media.uncaption": _("Removed the captions of a video: %(target)s"),
    "member.change_role": _("Changed the role of %(person)s to: %(role)s"),
    "member.end": _("Ended the membership of %(person)s (%(role)s)"),
    "member.join": _("%(person)s joined as: %(role)s"),
    "mentor.announce_absence": _("Announced days of absence as a mentor"),
    "mentor.withdraw_absence": _("Ended or withdrew the days of absence as a mentor"),
    "municipality.ask_export": _("Asked for everything of the municipality in one file"),
    "municipality.bring_step_back": _("Wants to be reminded again of the first step: %(step)s"),
    "municipality.discard_export": _("Deleted the file with everything of the municipality"),
    "municipality.download_export": _("Fetched everything of the municipality in one file"),
    "municipality.edit_profile": _("Changed the profile: %(changed)s"),
    "municipality.edit_rules": _("Changed the house rules: %(changed)s"),
    "municipality.enter_population": _("Entered the population: %(population)s (%(year)s)"),
    "municipality.make_export": _(
        "Put everything of the municipality together: %(posts)s posts, %(pictures)s pictures"
    ),
    "municipality.open_workspace": _("Opened the workspace"),
    "municipality.pause": _("Paused all publishing: %(reason)s"),
    "municipality.pause_ended": _("The pause of all publishing ended at its time"),
    "municipality.put_step_away": _("Put a first step away: %(step)s"),
    "municipality.resume": _("Resumed publishing"),
    "municipality.share_figures": _("Shares the municipality's figures with others of its size who share theirs"),
    "municipality.stop_sharing_figures": _("No longer shares the municipality's figures with others of its size"),
    "past.begin": _("Had the older posts of %(target)s fetched, back to %(since)s"),
    "past.fail": _("Fetching the older posts of %(target)s stopped"),
    "past.import": _("Imported numbers from before the portal, %(target)s: %(made)s"),
    "past.undo": _("Took back the imported numbers, %(target)s: %(made)s"),
    "past.upload": _("Uploaded “%(target)s” with numbers from before the portal, to look at it"),
    "numbers.change_contact": _("Changed whom one may ask on the public page of the numbers"),
    "numbers.close": _("Switched the public page of the numbers off"),
    "numbers.open": _("Switched the public page of the numbers on: everybody may see it"),
    "plan.import": _("Imported the plan “%(target)s”: %(made)s drafts"),
    "plan.upload": _("Uploaded the plan “%(target)s” to look at it"),
    "post.accept": _("Accepted suggestions for “%(target)s” into version %(version)s"),
    "post.approve": _("Approved version %(version)s of “%(target)s”"),
    "post.comment": _("Commented on “%(target)s”"),
    "post.campaign": _("Chose the campaign of “%(target)s”"),
    "post.close": _("Reported what became of the answers to “%(target)s”"),
    "post.emergency": _("Published version %(version)s of “%(target)s” in an emergency: %(reason)s"),
    "post.endorse": _("Read version %(version)s of “%(target)s” as its mentor"),
    "post.remind_review": _("Reminded of the review of the emergency post “%(target)s”"),
    "post.recategorise": _("Corrected what “%(target)s” counts as in the numbers"),
    "post.restore_version": _("Put version %(version)s of “%(target)s” back into the draft"),
    "post.review_emergency": _("Reviewed the emergency post “%(target)s”"),
    "post.carry_out": _("Agreed to the correction of “%(target)s” by version %(version)s"),
    "post.carried_out": _("Corrected or took down “%(target)s” on its networks"),
    "post.choose_ways": _("Chose how each network gets the correction of “%(target)s”"),
    "post.correct": _("Began to correct “%(target)s”, which is public: %(reason)s"),
    "post.decline_removal": _("Declined to take down “%(target)s”"),
    "post.drop_correction": _("Dropped the correction of “%(target)s”"),
    "post.drop_removal": _("Took back the wish to take down “%(target)s”"),
    "post.remove": _("Took down “%(target)s”: %(reason)s"),
    "post.ask_removal": _("Asked to take down “%(target)s”: %(reason)s"),
    "post.create": _("Began to write “%(target)s”"),
    "post.decline": _("Declined a suggestion for “%(target)s”"),
    "post.delete": _("Deleted “%(target)s”"),
    "post.duplicate": _("Made a copy: “%(target)s”"),
    "post.edit": _("Edited “%(target)s”"),
    "post.move": _("Moved “%(target)s” to another time"),
    "post.keep_wall_time": _("Kept “%(target)s” at its time on the clock when the rules of the time zone changed"),
    "post.publish_now": _("Sent “%(target)s” out at once"),
    "post.reopen": _("Opened a conversation on “%(target)s” again"),
    "post.reply": _("Answered in a conversation on “%(target)s”"),
    "post.resolve": _("Marked a conversation on “%(target)s” as resolved"),
    "post.restore": _("Brought “%(target)s” back"),
    "post.return": _("Sent version %(version)s of “%(target)s” back with a note"),
    "post.schedule": _("Scheduled “%(target)s”"),
    "post.submit": _("Submitted version %(version)s of “%(target)s” for approval"),
    "post.suggest": _("Suggested other words for “%(target)s”"),
    "post.take_back": _("Took “%(target)s” back from approval"),
    "post.unschedule": _("Took “%(target)s” off the schedule"),
    "programme.add_cohort": _("Added the cohort %(target)s"),
    "programme.add_staff": _("%(person)s joined the staff of %(target)s"),
    "programme.end_enrolment": _("Ended the part in the cohort %(cohort)s"),
    "programme.end_pairing": _("Ended the pairing with the mentor %(person)s"),
    "programme.enrol": _("Enrolled the municipality in the cohort %(cohort)s"),
    "programme.hand_over": _("Passed the municipality from the mentor %(person)s to %(successor)s"),
    "programme.pause": _("Paused publishing in all municipalities of %(target)s: %(reason)s"),
    "programme.pause_ended": _("The pause of all municipalities of %(target)s ended at its time"),
    "programme.resume": _("Resumed publishing in all municipalities of %(target)s"),
    "programme.pair": _("Paired the municipality with the mentor %(person)s"),
    "programme.set_comparison": _("Changed whether the municipality is compared with the others"),
    "programme.start": _("Started the programme %(target)s"),
    "recurrence.begin": _("Began to repeat “%(target)s”"),
    "recurrence.end": _("Ended the repetition of “%(target)s”"),
    "recurrence.keep": _("Took a day of the repetition of “%(target)s” in again: %(on)s"),
    "recurrence.skip": _("Left out a day of the repetition of “%(target)s”: %(on)s"),
    "service.add": _("Added the eService %(target)s to the catalogue"),
    "service.edit": _("Changed the eService %(target)s in the catalogue"),
    "service.keep": _("Changed what is known here of the eService %(target)s"),
    "service.verify": _("Looked at the eService %(target)s and confirmed it"),
    "report.ask": _("Asked for the report of %(month)s"),
    "report.ask_programme": _("Asked for the report of the programme %(target)s: %(month)s"),
    "report.download": _("Fetched the report %(target)s (%(format)s)"),
    "report.end_schedule": _("Ended the report of each month by mail"),
    "report.make": _("Put the report of %(month)s together"),
    "report.make_programme": _("Put the report of the programme %(target)s together"),
    "report.pause_schedule": _("Paused the report of each month by mail"),
    "report.resume_schedule": _("Resumed the report of each month by mail"),
    "report.schedule": _("The report of each month goes out on day %(day)s to: %(people)s"),
    "report.send": _("Sent the report of %(month)s to those on its list"),
    "rubric.add": _("Added the criterion “%(target)s” to the rubric"),
    "rubric.leave_out": _("Took the criterion “%(target)s” out of the rubric"),
    "rubric.move": _("Moved the criterion “%(target)s” to another place"),
    "rubric.reword": _("Gave the criterion “%(target)s” other words"),
    "rubric.use": _("Put the criterion “%(target)s” back into the rubric"),
    "snippet.create": _("Added the snippet %(target)s"),
    "snippet.edit": _("Changed the snippet %(target)s"),
    "snippet.remove": _("Removed the snippet %(target)s"),
    "snippet.restore": _("Brought back the snippet %(target)s"),
    "template.create": _("Added the template %(target)s"),
    "template.edit": _("Changed the template %(target)s"),
    "template.remove": _("Removed the template %(target)s"),
    "template.restore": _("Brought back the template %(target)s"),
    "template.use": _("Began a post from the template %(target)s"),
    "keys.rotate": _("Encrypted the stored secrets with the newest key"),
}


class Area(NamedTuple):
    label: Promise
    icon: str
    prefixes: tuple[str, ...]


AREAS: dict[str, Area] = {
    "posts": Area(_("Posts"), "file-text", ("post.", "media.", "feedback.")),
    "library": Area(_("Library"), "library", ("template.", "snippet.", "folder.", "consent.", "kit.")),
    "planning": Area(_("Planning"), "flag", ("campaign.", "recurrence.", "plan.", "feed.")),
    "indicators": Area(_("Indicators"), "target", ("indicator.",)),
    "publishing": Area(_("Publishing"), "send", ("delivery.",)),
    "channels": Area(_("Channels"), "plug", ("channel.", "past.")),
    "people": Area(_("People"), "users", ("member.", "invitation.", "programme.", "mentor.")),
    "settings": Area(_("Settings"), "settings", ("municipality.", "service.", "report.", "numbers.")),
}


def mark_of(verb: str) -> str:
    """The icon of an event."""
    return next((area.icon for area in AREAS.values() if verb.startswith(area.prefixes)), "history")


WORDS: dict[str, dict[str, Promise | str]] = {}


def words(detail: str, labels: Mapping[str, Promise | str]) -> None:
    """Labels for the codes that events keep under this name: `words("role", dict(Role.choices))`."""
    WORDS.setdefault(detail, {}).update(labels)


class _Details(dict[str, str]):
    def __missing__(self, name: str) -> str:
        return "–"  # an older event may lack a detail that the sentence of today names


def sentence(event: AuditEvent) -> str:
    """The event in the language of the moment; the bare verb when nobody wrote its sentence."""
    text = SENTENCES.get(event.verb)
    if text is None:
        return event.verb
    details = {name: _shown(name, value) for name, value in event.detail.items()}
    return str(text) % _Details({"target": event.target_label or "–"} | details)


def _shown(name: str, value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_shown(name, each) for each in value)
    return str(WORDS.get(name, {}).get(str(value), value))
