"""Texts about connecting and maintaining a channel. Stored in English, translated when shown.

A worker does not know the reader's language, so rows (`ConnectAttempt.problem`, `Channel.problem`) hold one of these
texts and the page translates it. `CONNECTOR_TEXTS` are the connectors' own sentences: connectors do not use gettext, so
they are marked here; a test checks that none is missing. Problems of a post are marked in `platforms/checks.py`.
"""

from django.utils.translation import gettext_noop

from platforms.checks import NOT_FOR_FEW
from platforms.errors import NeedsConsent, NotReached, OutcomeUnknown, PlatformError, RateLimited, Rejected
from platforms.google_business import texts as google_texts
from platforms.mail import texts as mail_texts
from platforms.reply_windows import ATTACHMENT_EXPIRED, ATTACHMENT_TOO_BIG, CLOSED, OTHER_PERSON, RECIPIENT_GONE

# ---- problems of a post
TAKES_NO_POSTS = gettext_noop("This channel takes no posts; it is for conversations with citizens.")
NO_COMMENT_RIGHT = gettext_noop(
    "This channel was connected without the permission for comments, so the first comment will be left out here. "
    "Connect it again and allow everything to have it published."
)

# ---- attempts to connect
EXPIRED = gettext_noop("Ten minutes passed and the connection was not finished, so it was dropped. Start it again.")
MAY_NOT_ANY_MORE = gettext_noop(
    "The person who started this may no longer connect channels, so nothing was connected. Someone with the right to "
    "connect channels has to start again."
)
DENIED = gettext_noop(
    "The network reports that permission was refused. Nothing was connected. Start again and choose “Authorize” there."
)
NO_CODE = gettext_noop("The network sent you back without a permission. Nothing was connected. Start again.")
NOT_EXCHANGED = gettext_noop("The network did not accept its own permission. Nothing was connected. Start again.")
NO_RIGHT = gettext_noop(
    "The network granted fewer permissions than requested. The portal needs to read the account and to publish. Start "
    "again and allow both."
)
SIGN_IN_WRONG = gettext_noop(
    "The network does not recognise this handle with this app password. Check the handle, create a new app password "
    "and try again."
)
MAIN_PASSWORD = gettext_noop(
    "This is the account's main password. The portal needs an app password, which you can revoke at any time. Create "
    "one in the network's settings and try again."
)
TOKEN_WRONG = gettext_noop(
    "The network does not recognise this token. Copy the complete token again, without blanks before or after it, and "
    "make sure that it has not been renewed since."
)
ACCOUNT_UNKNOWN = gettext_noop(
    "The bot finds no channel of this name. Enter its name with an @ in front, or copy the link of any of its posts. "
    "A private channel is found only after the bot has been made an administrator there."
)
NOT_A_CHANNEL = gettext_noop(
    "This name belongs to a group or a person. Write the name of the municipality's channel, in which only "
    "administrators post."
)
BOT_NOT_ADMIN = gettext_noop(
    "The bot may not post to this channel. Open the channel's administrators, add the bot, leave “Post messages” "
    "switched on, and start again."
)
TOO_OLD = gettext_noop(
    "The network does not let the portal take this back any more. Delete it in the network's own app."
)
PORTAL_UNREACHABLE = gettext_noop(
    "The network tried to call the portal and got no answer, and without that it takes no posts. The portal has to be "
    "reachable from the internet at an https address with a certificate of a known authority: ask its administrator."
)
TAKEN = gettext_noop(
    "This account is already connected to another municipality. An account belongs to one municipality at a time: ask "
    "the administrator of the portal if you think that this is wrong."
)
OTHER_ACCOUNT = gettext_noop(
    "You signed in to another account than the one of this channel. The channel was left as it was. Sign out on the "
    "network, sign in to the right account and try again."
)
PRACTICE_BESIDE_REAL = gettext_noop(
    "This municipality has real channels. Practice channels and real ones cannot be combined, so that an exercise "
    "cannot reach the public. Disconnect the real ones first, or practise in another municipality."
)
REAL_BESIDE_PRACTICE = gettext_noop(
    "This municipality practises: it has channels on the practice network. Practice channels and real ones cannot be "
    "combined. Disconnect the practice channels first."
)
PRACTICE_ONLY = gettext_noop(
    "This workspace is for practice only, so that an exercise cannot reach the public. Connect a channel of the "
    "practice network."
)
TOO_OFTEN = gettext_noop("You started many connections within an hour. Wait an hour and try again.")

KEYS_NOT_ENTERED = gettext_noop(
    "The administrator of the portal has not entered the keys of this network yet. Nothing can be connected before "
    "that."
)
NO_ACCOUNTS = gettext_noop(
    "The network returned no page that you manage. Sign in there with an account that has a role on the "
    "municipality's page, choose the page when you are asked which ones the portal may see, and start again."
)
NOT_ON_THE_LIST = gettext_noop("This page is not among those that the network named. Choose one from the list.")
SCOPES_MISSING = gettext_noop(
    "Permissions that publishing needs were not given. Start again and leave everything that the network requests "
    "switched on."
)

# ---- the address of a server
SERVER_MISSING = gettext_noop("Write the address of the server, for example mastodon.social.")
SERVER_BAD = gettext_noop("This is not the address of a server. Write its name only, for example mastodon.social.")
SERVER_PORT = gettext_noop("Write the address without a port. Only servers at the usual port of https are called.")
SERVER_NUMBER = gettext_noop("Write the name of the server, not its number on the network.")
SERVER_PRIVATE = gettext_noop("This name belongs to a private network. Only servers on the open internet are called.")
NOT_MASTODON = gettext_noop("No Mastodon server answers at this address. Check how it is spelled.")
NOT_BLUESKY = gettext_noop("No Bluesky server answers at this address. Check how it is spelled.")
SITE_MISSING = gettext_noop("The address of the site is missing. Write it as in the browser.")
NOT_WORDPRESS = gettext_noop(
    "No WordPress site answers at this address. Check how it is spelled, and whether the site lies in a directory."
)
API_CLOSED = gettext_noop(
    "The site is made with WordPress, and something blocks its REST API: a security plugin, or the hosting company's "
    "firewall. Ask whoever maintains the site to allow it for the portal."
)
MAIL_SERVER_MISSING = gettext_noop("Write the address of the mail server, for example mail.opstina.rs.")
MAIL_SERVER_BAD = gettext_noop(
    "This is not the address of a mail server. Write its name, with a port if it is not the usual one, for example "
    "mail.opstina.rs:993."
)
MAIL_PORT = gettext_noop(
    "Mail servers are called at their usual encrypted ports only: 993 or 143 for incoming mail, 587 or 465 for "
    "outgoing mail."
)
MAIL_ADDRESS = gettext_noop("Write the complete address of the mailbox, for example gradjani@opstina.rs.")
MAIL_SIGN_IN = gettext_noop(
    "The mail server does not accept this address with this password. If the account has a second factor, or is one of "
    "Google, it needs an app password. Mailboxes of Microsoft 365 and Outlook.com accept no passwords from programs "
    "and cannot be connected."
)
NO_APP_PASSWORDS = gettext_noop(
    "The site has no application passwords. It needs WordPress 5.6 or newer, https, and no plugin that switches them "
    "off. Ask whoever maintains the site."
)
SITE_SIGN_IN_WRONG = gettext_noop(
    "The site does not recognise this user name with this application password. Check the user name, make a new "
    "application password and try again."
)

# ---- whatever a network does
UNREACHABLE = gettext_noop(
    "The server does not answer. The address may be misspelled, or the server may be down. Check the address and try "
    "again later."
)
ASKED_TO_WAIT = gettext_noop("The network requires a pause before the next try. Try again in a quarter of an hour.")
REFUSED = gettext_noop("The server refused this. Nothing was connected. Try again, or ask the server's administrators.")
NOT_CLEAR = gettext_noop("The server gave no clear answer. Nothing was connected. Try again.")
GONE = gettext_noop("The message that is answered is no longer there.")
UNSUPPORTED = gettext_noop("This server cannot do that.")

# ---- a channel
BASE_IS_PRIVATE = gettext_noop(
    "This network fetches pictures and videos from the portal by itself, and the portal is not reachable from the "
    "internet. Send a text alone, or ask the administrator to give the portal a public https address."
)
NEEDS_PUBLIC_BASE = gettext_noop(
    "This network takes posts only from a portal that it can call itself, and the portal is not reachable from the "
    "internet. Ask its administrator to give it a public https address."
)
CONSENT_LOST = gettext_noop(
    "The network no longer accepts the portal's access. What is scheduled waits. Connect the channel again."
)
TAKEN_BACK = gettext_noop(
    "The person who connected this channel took the permission back on the network. What is scheduled waits. Connect "
    "the channel again."
)
SERVER_SILENT = gettext_noop("The server did not answer at the last check. The portal goes on trying.")
KEY_MISSING = gettext_noop(
    "The access to this account is stored, but its key is missing in this installation. Nothing can be published until "
    "the administrator puts the key back."
)

CODES: dict[str, str] = {
    "answered_meanwhile": google_texts.ANSWERED_MEANWHILE,
    "api_not_approved": google_texts.NOT_APPROVED,
    "api_off": google_texts.NOT_SWITCHED_ON,
    "bad_address": SERVER_BAD,
    "bot_not_admin": BOT_NOT_ADMIN,
    "not_a_channel": NOT_A_CHANNEL,
    "too_old": TOO_OLD,
    "not_mastodon": NOT_MASTODON,
    "not_bluesky": NOT_BLUESKY,
    "not_wordpress": NOT_WORDPRESS,
    "rest_blocked": API_CLOSED,
    "mail_address": MAIL_ADDRESS,
    "mail_refused": mail_texts.REFUSED,
    "mail_sign_in": MAIL_SIGN_IN,
    "no_place": google_texts.NO_PLACE,
    "no_app_passwords": NO_APP_PASSWORDS,
    "site_sign_in": SITE_SIGN_IN_WRONG,
    "account_unknown": ACCOUNT_UNKNOWN,
    "expired": ATTACHMENT_EXPIRED,
    "too_big": ATTACHMENT_TOO_BIG,
    "recipient_gone": RECIPIENT_GONE,
    "recipient": OTHER_PERSON,
    "window_closed": CLOSED,
    "AuthFactorTokenRequired": MAIN_PASSWORD,
    "AuthenticationRequired": SIGN_IN_WRONG,
    "parent_missing": GONE,
    "portal_unreachable": PORTAL_UNREACHABLE,
    "token_wrong": TOKEN_WRONG,
    "unsupported": UNSUPPORTED,
    "visibility": NOT_FOR_FEW,
}
KINDS: dict[type[PlatformError], str] = {
    Rejected: REFUSED,
    NeedsConsent: NO_RIGHT,
    RateLimited: ASKED_TO_WAIT,
    NotReached: UNREACHABLE,
    OutcomeUnknown: NOT_CLEAR,
}


def problem_text(error: PlatformError) -> str:
    """The text for a failed attempt to connect: the problem and what to do (English msgid)."""
    code = getattr(error, "code", None) or ""
    return CODES.get(code) or KINDS[next(kind for kind in KINDS if isinstance(error, kind))]


# What connectors (and `channels.connector_factory`) say in their errors. Delivery shows it beside a publication that
# did not go out.
CONNECTOR_TEXTS = (
    gettext_noop("No Bluesky server answers at this address."),
    gettext_noop("No Mastodon server answers at this address."),
    gettext_noop("The channel has no access to its account any more."),
    gettext_noop("The channel is not connected."),
    gettext_noop("The handle or the app password is not right."),
    GONE,
    gettext_noop("The network asks us to wait."),
    gettext_noop("The permission to publish was not given."),
    gettext_noop("The server did not register our application."),
    gettext_noop("The server did not take the document."),
    gettext_noop("The server did not take the picture."),
    gettext_noop("The server did not tell whose access this is."),
    gettext_noop("The server does not answer properly at the moment."),
    gettext_noop("The server failed and did not say whether it published."),
    gettext_noop("The server gave no access token."),
    gettext_noop("The server needs too long to work on the picture."),
    gettext_noop("The server no longer accepts our access."),
    gettext_noop("The server refused this."),
    gettext_noop("The server's answer could not be read."),
    gettext_noop("The server's answer is not a post."),
    gettext_noop("The server's answer is not a session."),
    gettext_noop("The server's answer names no message."),
    gettext_noop("The server's answer names no post."),
    gettext_noop("The session has ended."),
    gettext_noop("There is no session."),
    gettext_noop("This is not the address of a server."),
    gettext_noop("This is the account's main password. Make an app password and use that."),
    gettext_noop("This network cannot change a post that is out."),
    gettext_noop("This network cannot hide other people's answers."),
    gettext_noop("This network deletes nobody else's answers for us."),
    gettext_noop("This network publishes at once; there is nothing to wait for."),
    gettext_noop("This network tells no older posts with their numbers."),
    gettext_noop("This server cannot delete posts for us."),
)
