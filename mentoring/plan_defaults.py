"""The activities of a programme's library until its staff change one.

Written in Serbian Cyrillic and in English; Latin is derived where it is shown. They follow the topics of the training:
calls to action, interactive formats, eServices, answers to citizens, accessible posts, metrics.
"""

from typing import Any, NamedTuple

from mentoring.enums import Proof


class DefaultActivity(NamedTuple):
    """`usual_days` after the first day of the plan; `fits` narrows the posts that are suggested as evidence."""

    key: str
    name: str
    description: str
    evidence: str
    name_en: str
    description_en: str
    evidence_en: str
    usual_days: int
    proof: Proof = Proof.POSTS
    wanted: int = 1
    code: str = ""
    threshold: float | None = None
    fits: dict[str, Any] = {}

    @property
    def texts(self) -> dict[str, Any]:
        return activity_texts(
            (self.name, self.description, self.evidence), (self.name_en, self.description_en, self.evidence_en)
        )


def activity_texts(serbian: tuple[str, str, str], english: tuple[str, str, str] = ("", "", "")) -> dict[str, Any]:
    """Words as an `ActivityKind` keeps them: name, description, evidence. Without an English name no English."""
    names = ("name", "description", "evidence")
    texts: dict[str, Any] = {"sr": dict(zip(names, serbian, strict=True))}
    if english[0]:
        texts["en"] = dict(zip(names, english, strict=True))
    return texts


ACTIVITIES = (
    DefaultActivity(
        "calls", "Три објаве са јасним позивом на акцију",
        "Један глагол, једна радња, једна веза и рок. Позив стоји у првој реченици.",
        "Три објављене објаве у којима је позив на акцију означен.",
        "Three posts with a clear call to action",
        "One verb, one act, one link and a deadline. The call stands in the first sentence.",
        "Three published posts whose call to action is marked.",
        21, wanted=3, fits={"call": True},
    ),
    DefaultActivity(
        "calls-share", "Позив на акцију у већини објава",
        "Пре слања на одобрење проверите: шта грађани треба да ураде после читања? Ако одговора нема, допишите га.",
        "Удео објава са позивом на акцију од почетка плана. Портал га сам рачуна.",
        "A call to action in most posts",
        "Before submitting, ask: what should citizens do after reading? If there is no answer, write one.",
        "The share of posts with a call to action since the plan began. The portal measures it.",
        75, Proof.INDICATOR, code="OP1", threshold=60,
    ),
    DefaultActivity(
        "eservice", "Једна еУслуга сваке недеље, месец дана",
        "Изаберите услугу која је у сезони и покажите први корак: за кога је, шта је потребно и докле траје.",
        "Четири објаве о еУслугама, са кратком везом до услуге.",
        "One eService a week, for a month",
        "Choose a service that is in season and show the first step: whom it is for, what is needed, until when.",
        "Four posts about eServices with a short link to the service.",
        45, wanted=4, fits={"service": True},
    ),
    DefaultActivity(
        "interactive", "Две објаве које позивају на разговор",
        "Питање, анкета, квиз или „ово или оно”. Питајте нешто о чему заиста можете да одлучите.",
        "Две објаве у интерактивном формату.",
        "Two posts that invite a conversation",
        "A question, poll, quiz or “this or that”. Ask something about which you can really decide.",
        "Two posts in an interactive format.",
        30, wanted=2, fits={"interactive": True},
    ),
    DefaultActivity(
        "poll-report", "Анкета са завршним извештајем",
        "Питајте шта прво да се уреди, најавите рок, па објавите резултат и шта ће бити учињено.",
        "Објава са питањем и објављен извештај о томе шта је било с одговорима.",
        "A poll with a closing report",
        "Ask what should be put in order first, name the deadline, then publish the result and what will be done.",
        "A post that asks, with its published report of what became of the answers.",
        50, fits={"closed": True},
    ),
    DefaultActivity(
        "answers", "Одговор на свако питање грађана",
        "Договорите ко одговара, у ком року и како се питање прослеђује служби. Бележите питања и одговоре.",
        "Кратак преглед питања и одговора, као документ.",
        "An answer to every question of citizens",
        "Agree on who answers, how soon, and how a question reaches the department. Note questions and answers.",
        "A short list of questions and answers, as a document.",
        40, Proof.FILE,
    ),
    DefaultActivity(
        "live", "Разговор уживо с начелником одељења",
        "Најавите два дана раније, прикупите питања, а после објавите одговоре и у писаном облику.",
        "Најава и објава са одговорима.",
        "A live conversation with a head of department",
        "Announce it two days ahead, gather questions, and publish the answers in writing afterwards.",
        "The announcement and the post with the answers.",
        60, wanted=2, fits={"interactive": True},
    ),
    DefaultActivity(
        "accessible", "Објаве које свако може да прочита",
        "Опис сваке слике, титлови на видеу, текст ван слике, читљиви хештегови.",
        "Удео објава са свим проверама приступачности од почетка плана. Портал га сам рачуна.",
        "Posts that everybody can read",
        "A description of every picture, captions on videos, text outside the picture, readable hashtags.",
        "The share of posts with every check of accessibility passed since the plan began. The portal measures it.",
        75, Proof.INDICATOR, code="OP5", threshold=90,
    ),
    DefaultActivity(
        "rhythm", "Редовно објављивање, сваке недеље",
        "Направите календар за месец унапред: сервисне информације, еУслуге, питања грађанима и култура.",
        "Недеље у којима је нешто објављено, од почетка плана. Портал их сам рачуна.",
        "Regular posts, every week",
        "Make a calendar for a month ahead: service information, eServices, questions to citizens and culture.",
        "Weeks in which something was published since the plan began. The portal measures them.",
        80, Proof.INDICATOR, code="OP7", threshold=90,
    ),
    DefaultActivity(
        "visibility", "Месечни преглед видљивости",
        "Погледајте шта је радило, а шта није, и запишите једну одлуку за следећи месец.",
        "Извештај о месецу с једном одлуком на крају.",
        "A monthly look at visibility",
        "See what worked and what did not, and write down one decision for the next month.",
        "The report of a month with one decision at its end.",
        35, Proof.FILE,
    ),
    DefaultActivity(
        "done-for-you", "„Питали сте – урадили смо”",
        "Покажите пре и после: шта су грађани тражили, шта је урађено, шта следи.",
        "Једна објава о предлогу грађана који је испуњен.",
        "“You asked – we did”",
        "Show before and after: what citizens asked for, what was done, what comes next.",
        "One post about a proposal of citizens that was met.",
        65, fits={"category": "consultation"},
    ),
    DefaultActivity(
        "exchange", "Размена искуства са другом општином",
        "Договорите разговор с колегама из друге општине и преузмите једну њихову идеју.",
        "Веза до објаве која је настала по узору на њихову.",
        "An exchange with another municipality",
        "Talk with colleagues of another municipality and take over one of their ideas.",
        "A link to the post that was made after theirs.",
        70, Proof.LINK,
    ),
    DefaultActivity(
        "house-rules", "Правила разговора на страницама",
        "Напишите кратка правила: шта се уклања, ко одлучује и коме се грађани жале. Закачите их на страницу.",
        "Веза до објављених правила.",
        "House rules of the pages",
        "Write short rules: what is removed, who decides, and to whom citizens complain. Pin them to the page.",
        "A link to the published rules.",
        25, Proof.LINK,
    ),
)  # fmt: skip
