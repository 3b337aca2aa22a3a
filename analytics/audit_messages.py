"""The sentences of the audit events that this package records."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

MESSAGES: dict[str, Promise] = {
    "annotation.add": _("Marked “%(target)s” on the charts, %(first)s – %(last)s"),
    "annotation.change": _("Changed the event “%(target)s” on the charts, %(first)s – %(last)s"),
    "annotation.remove": _("Removed the event “%(target)s” from the charts, %(first)s – %(last)s"),
    "facts.rebuild": _("Recalculated daily and monthly metrics from all snapshots, %(first)s–%(last)s"),
    "indicator.change": _("Changed the indicator “%(target)s”"),
    "indicator.choose": _("Chose the indicators of %(target)s. Added: %(begun)s. Ended: %(ended)s"),
    "indicator.define": _("Defined the indicator “%(target)s”"),
    "indicator.end": _("Ended the indicator “%(target)s”"),
    "indicator.end_target": _("Ended the target %(value)s by %(due_on)s of “%(target)s”: %(reason)s"),
    "indicator.enter_value": _("Entered %(value)s for “%(target)s” on %(on)s, source: %(source)s"),
    "indicator.freeze": _("Froze the baseline of “%(target)s” from %(since)s to %(until)s. Reason: %(reason)s"),
    "indicator.freeze_few": _(
        "Froze a baseline of too little data of “%(target)s” for %(place)s (%(n)s of %(needed)s): %(reason)s"
    ),
    "indicator.set_target": _("Set the target %(value)s by %(due_on)s for “%(target)s”: %(reason)s"),
    "indicator.set_worse_target": _("Set the target %(value)s for “%(target)s”, worse than its baseline: %(reason)s"),
    "indicator.take_up": _("Took up the indicator “%(target)s” again"),
    "municipality.share_figures": _("Shares the municipality's figures with others of its size who share theirs"),
    "municipality.stop_sharing_figures": _("No longer shares the municipality's figures with others of its size"),
    "past.begin": _("Had the older posts of %(target)s fetched, back to %(since)s"),
    "past.fail": _("Fetching the older posts of %(target)s stopped"),
    "past.import": _("Imported metrics from before the portal, %(target)s: %(made)s"),
    "past.undo": _("Reverted the import of metrics, %(target)s: %(made)s"),
    "past.upload": _("Uploaded “%(target)s” with metrics from before the portal, for preview"),
    "post.recategorise": _("Corrected the classification of “%(target)s” in the metrics"),
}
