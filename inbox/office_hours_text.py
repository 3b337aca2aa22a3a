"""The text of the automatic answer outside office hours. Pure.

It is written in Cyrillic and derived for those who write in Latin. Its first words cannot be removed: nobody may take
it for a person's answer. It promises only what the calendar of offices says (`municipalities.holidays`).
"""

from datetime import datetime

from inbox.saved_answer_text import convert_script
from municipalities.holidays import BELGRADE
from serbian.glossary import EMPTY, Glossary

FIRST_WORDS = "Аутоматски одговор:"
CLOSED = "Сада није радно време. Неко од нас биће ту {day}, {date}, од {hour} часова."
MOST_OWN = 300
# A municipality's own words to begin with. The numbers are those of the police, the firefighters and the ambulance.
SUGGESTION = "Ако је хитно, позовите полицију (192), ватрогасце (193) или хитну помоћ (194)."
_DAYS = ("у понедељак", "у уторак", "у среду", "у четвртак", "у петак", "у суботу", "у недељу")
_MONTHS = (
    "јануара", "фебруара", "марта", "априла", "маја", "јуна", "јула", "августа", "септембра", "октобра", "новембра",
    "децембра",
)  # fmt: skip


def automatic_answer(opens_at: datetime, own_text: str, script: str, glossary: Glossary = EMPTY) -> str:
    """The whole text in this script. `opens_at`: when offices open next."""
    local = opens_at.astimezone(BELGRADE)
    date = f"{local.day}. {_MONTHS[local.month - 1]}"
    hour = f"{local.hour}:{local.minute:02}" if local.minute else str(local.hour)
    fixed = f"{FIRST_WORDS} {CLOSED.format(day=_DAYS[local.weekday()], date=date, hour=hour)}"
    own = " ".join(own_text.split())
    return " ".join(filter(None, [convert_script(fixed, script), convert_script(own, script, glossary)]))
