"""Words that keep the Latin script inside Serbian Cyrillic although all their letters have Cyrillic counterparts.

Words with q, w, x or y need no entry (`transliteration` leaves them alone). A municipality adds its own words in its
settings; they are passed as `glossary=` and treated as the ones here. An entry in capitals is matched as written, all
others in any case; both also with a case ending (Facebooku, SMS-om).
"""

LATIN_WORDS: tuple[str, ...] = (
    "Adobe", "Android", "Bluetooth", "CD", "Chrome", "ConsentID", "COVID-19", "COVID", "Discord", "DVD", "e-mail",
    "email", "Facebook", "Gmail", "Google", "GPS", "HTML", "HTTPS", "ID", "Instagram", "iOS", "iPad", "iPhone", "ISO",
    "LED", "LinkedIn", "Mastodon", "Messenger", "Microsoft", "MMS", "offline", "online", "PDF", "PIN", "Pinterest",
    "PVC", "QR", "Reddit", "Reels", "RSS", "SMS", "Stories", "Swiss PRO", "Threads", "TikTok", "URL", "USB", "UTM",
    "Viber", "YouTube",
)  # fmt: skip
