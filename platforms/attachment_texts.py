"""Why the content of an attachment is not there. Apart from `attachment_content`, which calls networks."""

from platforms.translation import gettext_noop

TOO_BIG = gettext_noop("This attachment is too big.")
EXPIRED = gettext_noop("The network no longer has this attachment.")
