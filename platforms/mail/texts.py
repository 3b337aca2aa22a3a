"""What people read of a mailbox that could not be used. English msgids."""

from platforms.translation import gettext_noop

UNREACHED = gettext_noop("The mail server could not be reached.")
UNANSWERED = gettext_noop("The mail server did not confirm that it took the answer.")
NOT_TLS = gettext_noop("The mail server offers no encrypted connection, so the portal does not sign in there.")
SIGN_IN = gettext_noop("The mail server does not accept this address with this password.")
SIGN_IN_SENDING = gettext_noop("The server for outgoing mail does not accept this address with this password.")
REFUSED = gettext_noop("The mail server refused the answer.")
RECIPIENT_GONE = gettext_noop("The mail server says that the recipient's address does not exist.")
NO_POSTS = gettext_noop("A mailbox takes answers to e-mails only.")
NOT_ANSWERABLE = gettext_noop("This is not an e-mail address that the portal can write to.")
NOT_ADDRESS = gettext_noop("Write the complete address of the mailbox, for example gradjani@opstina.rs.")
GONE = gettext_noop("The e-mail is no longer in the mailbox.")
MANUAL_STEPS = gettext_noop("Open the mailbox in a mail program and delete the e-mail there.")
