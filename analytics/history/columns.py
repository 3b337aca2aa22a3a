"""Columns of an imported table: the headings that are recognised, in both scripts and in English.

Headings are folded, so "Свиђања", "Sviđanja" and "svidjanja" are the same word.
"""

from django.utils.translation import gettext_noop

from planning.file_parsing import Shape

COUNTS: dict[str, tuple[str, ...]] = {
    "likes": ("svidanja", "svida mi se", "lajkovi", "lajkova", "reakcije", "broj reakcija", "likes", "reactions"),
    "reposts": ("deljenja", "dijeljenja", "podele", "broj deljenja", "seruje", "shares", "reposts", "retweets"),
    "replies": ("komentari", "broj komentara", "odgovori", "comments", "replies"),
    "quotes": ("citati", "navodi", "quotes"),
    "clicks": ("klikovi", "klikovi na vezu", "klikovi na link", "clicks", "link clicks"),
    "views": ("pregledi", "prikazi", "impresije", "broj prikaza", "views", "impressions"),
    "paid_views": ("placeni pregledi", "placeni prikazi", "placene impresije", "paid views", "paid impressions"),
    "reach": ("doseg", "dohvat", "reach"),
}
COLUMNS: dict[str, tuple[str, ...]] = {
    "day": (
        "datum", "dan", "datum objave", "datum i vreme", "date", "day", "published", "publish date", "publish time",
    ),
    "time": ("vreme", "vrijeme", "vreme objave", "sat", "cas", "time"),
    "channel": (
        "kanal", "mreza", "drustvena mreza", "stranica", "nalog", "platforma", "channel", "network", "page", "account",
        "platform",
    ),
    "title": ("naslov", "objava", "tekst", "tekst objave", "opis", "title", "post", "text", "message", "caption"),
    "link": ("veza", "link", "adresa", "url", "web adresa", "permalink", "trajna veza"),
    **COUNTS,
    "followers": ("pratioci", "pratilaca", "broj pratilaca", "followers", "fans"),
    "category": ("vrsta sadrzaja", "kategorija", "vrsta", "category", "kind of content"),
}  # fmt: skip

PAST = Shape(
    COLUMNS,
    "day",
    2000,
    gettext_noop(
        "One of the first rows must name the columns, and “Date” is in none. Download the sample and fill it in."
    ),
    gettext_noop("There are more than %(most)s rows. Split the file by years."),
)
