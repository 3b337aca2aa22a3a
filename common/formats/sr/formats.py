"""Serbian, both scripts: numeric dates only, so that no month has the wrong grammatical case."""

DATE_FORMAT = "j. n. Y."
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j. n. Y. H:i"
YEAR_MONTH_FORMAT = "n. Y."
MONTH_DAY_FORMAT = "j. n."
SHORT_DATE_FORMAT = "j. n. Y."
SHORT_DATETIME_FORMAT = "j. n. Y. H:i"
FIRST_DAY_OF_WEEK = 1
DECIMAL_SEPARATOR = ","
THOUSAND_SEPARATOR = "."
NUMBER_GROUPING = 3
DATE_INPUT_FORMATS = ["%d. %m. %Y.", "%d. %m. %Y", "%d.%m.%Y.", "%d.%m.%Y", "%d/%m/%Y", "%d-%m-%Y", "%Y-%m-%d"]
TIME_INPUT_FORMATS = ["%H:%M", "%H.%M", "%H:%M:%S"]
DATETIME_INPUT_FORMATS = [
    *(f"{day} {clock}" for day in DATE_INPUT_FORMATS for clock in TIME_INPUT_FORMATS),
    "%Y-%m-%dT%H:%M",
    "%Y-%m-%dT%H:%M:%S",
]
