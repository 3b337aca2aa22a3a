"""Sentences of this network (English msgids)."""

from platforms.translation import gettext_noop

NOT_SWITCHED_ON = gettext_noop(
    "The portal's project at Google may not use the Business Profile APIs. The administrator has to switch all three "
    "of them on there."
)
NOT_APPROVED = gettext_noop(
    "Google has not approved the portal's project for the Business Profile APIs yet. The administrator has to apply "
    "for access there."
)
NO_PERMISSION = gettext_noop(
    "The permission for reviews was not granted. Connect the channel again and leave everything switched on."
)
NO_RIGHT = gettext_noop(
    "Google does not allow this. The account may have lost its role at the place, or the place is not verified. Check "
    "it in Google Business Profile, and connect the channel again."
)
NOT_VERIFIED = gettext_noop(
    "Google has not verified this place, so its reviews cannot be answered. Verify it in Google Business Profile first."
)
NO_PLACE = gettext_noop(
    "This Google account manages no place with a Business Profile. Choose another account, or ask the owner of the "
    "place to add this one as a manager."
)
NO_POSTS = gettext_noop("Google Business Profile takes no posts here; it is for reviews and answers to them.")
OTHER_PLACE = gettext_noop("The review belongs to another place, so the answer was not sent.")
REVIEW_GONE = gettext_noop("This review is not on Google any more, so it cannot be answered.")
ANSWERED_MEANWHILE = gettext_noop(
    "Somebody has answered this review on Google after you sent your answer, and Google keeps one answer only. Theirs "
    "stays. Read it, and send yours again if it is to replace it."
)
NOT_TAKEN = gettext_noop(
    "Google does not show this answer, because it breaks one of Google's rules. Write another one."
)
PLACE_GONE = gettext_noop(
    "Google does not know this place any more, or the account does not manage it. Connect the channel again."
)
