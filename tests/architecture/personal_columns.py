"""Columns of the database that hold no citizen's words and no citizen's name, each with the reason.

`tests/architecture/test_personal_data.py` fails for a text column that is neither here nor in a place of
`inbox.personal_data`. Columns with a closed list of values (`choices`) are no text and need no line. Before you add a
line, ask: can what a citizen wrote, or how they are called, ever get into this column? Then it belongs into a place.
"""

OF_COLLEAGUES = (
    "names, addresses and words of people with an account or in a training: they ask the one who runs the installation "
    "(docs/privacy-statement.md), not the municipality they write posts for"
)
ABOUT_WORK = (
    "words of our people about their own work. No verb copies a citizen's words here, no row is about a citizen; "
    "should somebody write a name, it is found by reading, as on paper"
)
PUBLISHED = (
    "the municipality's own posts and what they are made of. Where a quote of a need stands in a post, the post is "
    "found by it (places posts_that_quote, drafts_that_quote)"
)
OF_THE_HOUSE = "facts of a municipality, a department, a network account or the installation"
MACHINE = "made by the portal or a network: codes, addresses, hashes, digests, file names, states, numbers"
SECRET = "secrets, encrypted or as a hash, and what belongs to a session of a person with an account"
PRACTICE = (
    "the practice network: citizens there are made up by trainers, and trainees are asked not to use their own names; "
    "its rows are emptied by the trainer"
)
FIGURES = "names of figures and sums of them; groups of less than ten are never told apart"
FRAMEWORK = "tables of Django and its packages that hold no person"

NOBODY: list[tuple[str, dict[str, str]]] = [
    (
        OF_COLLEAGUES,
        {
            "account_emailaddress": "email",
            "accounts_user": "email name",
            "accounts_invitation": "email name",
            "administration_export": "name",
            "administration_installation": "address email name operator phone privacy_email",
            "administration_installationevent": "address email name operator phone privacy_email",
            "channels_credential": "grantor",
            "common_auditevent": "actor_label",
            "common_mailmessage": "to",
            "mentoring_activity": "owner_name",
            "mentoring_nextstep": "owner",
            "notifications_mailschedule": "key",
            "notifications_pushsubscription": "device",
            "trainings_participant": "email name printed_name role",
            "trainings_session": "speaker",
            "trainings_certificate": "facts reason",
            "usersessions_usersession": "data ip user_agent",
        },
    ),
    (
        # A notification says that something waits, never what a citizen wrote:
        # inbox/domain/staff_notifications.py, second_person_notifications.py.
        ABOUT_WORK,
        {
            "analytics_baseline": "few_because reason",
            "analytics_municipalitybaseline": "few_because reason",
            "analytics_municipalityannotation": "text",
            "analytics_programmeannotation": "text",
            "analytics_municipalitytarget": "ended_because reason worse_because",
            "analytics_target": "ended_because reason worse_because",
            "analytics_manualvalue": "evidence note source",
            "analytics_municipalityvalue": "evidence note source",
            "channels_channelpause": "reason",
            "common_auditevent": "detail target_label",
            "exchange_pick": "why",
            "exchange_sharedcomment": "reason text",
            "inbox_message": "rule_effects tags",
            "inbox_savedanswer": "name text",
            "inbox_sortingrule": "name phrases set_tags words",
            "inbox_tag": "name search_key",
            "mentoring_absence": "note",
            "mentoring_activity": "description done_note dropped_because english name",
            "mentoring_planchange": "after before decided_note reason",
            "mentoring_checkin": "notes place reason subject",
            "mentoring_evidence": "file note title url",
            "mentoring_feedback": "note",
            "mentoring_handover": "note",
            "mentoring_nextstep": "text",
            "mentoring_plan": "goal",
            "mentoring_review": "content mentor_comment municipality_comment next_steps",
            "municipalities_pause": "reason",
            "participation_consultation": "called_off_because rules subject title",
            "participation_consultationdocument": "address name title",
            "participation_consultationtranslation": "rules subject title",
            "participation_ownground": "address article source title",
            "participation_selfcheck": "address note",
            "municipalities_rulechange": "reason values",
            "municipalities_widepause": "reason",
            "needs_need": "done reason search_key text title",
            "needs_answerround": "text",
            "needs_supporter": "error",
            "notifications_notification": "body subject",
            "participation_contribution": "answer_error reason where_to",
            "participation_meeting": "place",
            "participation_paperbatch": "title",
            "planning_campaign": "name note",
            "posts_amendment": "note reason",
            "posts_comment": "mentions text",
            "posts_decision": "note threads",
            "posts_suggestion": "replacement",
            "posts_thread": "after before quote tag",
            "participation_edition": "changes error outcome",
            "reports_keptcontent": "content reason",
            "reports_monthlyreport": "summary",
            "reports_programmereport": "recount_because summary",
            "trainings_mark": "note",
            "trainings_team": "facts name next_time went_well",
        },
    ),
    (
        PUBLISHED,
        {
            "analytics_historyimport": "left_out name problem rows sheet",
            "analytics_subject": "title",
            "exchange_example": (
                "about alt content deadline english gaps name networks patterns picture search_key why watch"
            ),
            "exchange_sharedpicture": "alt file",
            "exchange_sharedpost": (
                "answers call_text end_reason figures networks places poll search_key texts title why"
            ),
            "kits_adoption": "values",
            "kits_kit": "name purpose questions",
            "kits_kitpost": "about content deadline name",
            "library_snippet": "name search_key texts",
            "library_template": "about content deadline gaps name search_key",
            "links_link": "target",
            "planning_importrun": "left_out name rows sheet",
            "posts_amendment": "before ways",
            "posts_closing": "done promise results",
            "posts_folder": "name",
            "posts_media": "alt alts captions credit file licence name poster search_key thumbnail",
            "posts_post": "title",
            "posts_poststagecategorylocaltimefolddueatdeletedattitlemuni4299": "title",
            "posts_version": "link link_card media structure suggested_by",
        },
    ),
    (
        OF_THE_HOUSE,
        {
            "participation_consultation": "mail",
            "channels_channel": "avatar_url facts granted handle languages name remote_id server subscription_url url",
            "channels_channelnamehandlestatelayoutlanguagesconnectedbymufe50": "handle languages name",
            "inbox_department": "email name",
            "inbox_houserules": "contact formal own_text privacy",
            "inbox_officehours": "own_text",
            "inbox_settlement": "name search_key",
            "municipalities_cohort": "name",
            "municipalities_district": "code name_cyrl name_en name_latn",
            "municipalities_eservice": (
                "angle angle_en description description_en key months name_cyrl name_en name_latn season season_en url"
            ),
            "municipalities_glossaryword": "cyrillic latin search_key",
            "municipalities_municipality": (
                "arms colour district_id forms name_cyrl name_en name_latn office_hours official_languages "
                "population_source search_key slug website"
            ),
            "municipalities_municipalityevent": (
                "arms colour district_id forms name_cyrl name_en name_latn office_hours official_languages "
                "population_source slug website"
            ),
            "municipalities_programme": "name",
            "municipalities_serviceavailability": "note url",
            "municipalities_servicetemplate": "call_text text title",
            "needs_needspage": "contact",
            "participation_question": "category code next next_en text text_en",
            "participation_questionset": "address source",
            "reports_publicpage": "contact",
            "reports_publicpageevent": "contact",
            "trainings_material": "file file_name title url",
            "trainings_session": "description title",
            "trainings_training": "languages name place",
        },
    ),
    (
        MACHINE,
        {
            "administration_export": "contents",
            "administration_installation": "done",
            "administration_installationevent": "pgh_label",
            "administration_putaway": "step",
            "administration_tourprogress": "marks",
            "analytics_accesscheck": "failed",
            "analytics_manualvalue": "evidence_mime",
            "analytics_historyimport": "cursor digest",
            "analytics_municipalityvalue": "evidence_mime",
            "analytics_dirtytally": "source",
            "analytics_subject": "permalink remote_id",
            "analytics_traits": "languages service",
            "channels_channel": "imitates platform problem",
            "channels_channelnamehandlestatelayoutlanguagesconnectedbymufe50": "pgh_label",
            "channels_connectattempt": "missing platform problem server",
            # That a network passed on somebody's wish to be forgotten: the code by which they may ask, no name, and
            # their number there for the seconds until a worker has looked for what they wrote.
            "channels_deletion": "code digest person platform",
            "channels_event": "account_id kind platform",
            "common_auditevent": "target_id target_type verb",
            "common_incident": "parts",
            "common_lease": "holder name",
            "common_mailmessage": "dedupe files from_email",
            "common_periodicrun": "name",
            "delivery_delivery": "kind reason token",
            "inbox_deletedmessage": "remote_id",
            "delivery_duplicatepost": "permalink problem remote_id",
            "exchange_example": "drawing starter",
            "exchange_sharedpicture": "mime",
            "exchange_sharedpost": "service",
            "exchange_switchedoff": "key",
            "inbox_bulkact": "act rows",
            "inbox_messageattachment": "file_mime kind",
            "inbox_messagefetch": "cursor",
            "inbox_moderation": "error_code",
            "inbox_sentnotification": "about",
            "library_template": "service starter",
            "links_link": "code network",
            "mentoring_activity": "code reading",
            "mentoring_activitykind": "code fits key texts",
            "mentoring_checkin": "zone",
            "mentoring_criterion": "key texts",
            "mentoring_evidence": "code file_mime",
            "mentoring_reminder": "about",
            "municipalities_membershipevent": "pgh_label",
            "municipalities_municipalityevent": "pgh_label",
            "notifications_notification": "about file url",
            "participation_consultation": "ground slug ways_in",
            "participation_consultationdocument": "file mime",
            "participation_consultationtranslation": "language source_digest",
            "participation_contribution": "language receipt",
            "participation_contributionfile": "mime",
            "planning_feed": "digest",
            "planning_importrun": "digest",
            "planning_recurrence": "weekdays",
            "posts_amendmentpart": "problem",
            "posts_consent": "scan_mime",
            "posts_decisionlink": "digest",
            "posts_linkcheck": "digest url",
            "posts_media": "captions_tag codec crops mime probe_problem sha256 sound",
            "posts_pollresult": "votes",
            "posts_post": "service zone",
            "posts_poststagecategorylocaltimefolddueatdeletedattitlemuni4299": "pgh_label",
            "posts_publication": "slot",
            "posts_thread": "box",
            "posts_version": "channels digest layout short_links",
            "participation_edition": "facts",
            "participation_editionfile": "file kind language",
            "reports_monthlyreport": "files",
            "reports_programmereport": "files",
            "reports_publicpageevent": "pgh_label",
            "trainings_certificate": "number",
            "trainings_material": "mime",
        },
    ),
    (
        SECRET,
        {
            "account_emailconfirmation": "key",
            "accounts_invitation": "grants token_hash",
            "accounts_user": "password",
            "administration_installation": "code_hash",
            "channels_appregistration": "ciphertext platform redirect_uri server",
            "channels_connectattempt": "ciphertext state_hash",
            "channels_credential": "ciphertext",
            "common_identity": "sealed",
            "django_session": "session_data session_key",
            "inbox_handover": "reminder_hash token_hash",
            "participation_contributionquestion": "reminder_hash token_hash",
            "mfa_authenticator": "data",
            "notifications_pushkey": "public sealed",
            "notifications_pushsubscription": "digest sealed",
            "pghistory_context": "metadata",
            "posts_decisionlink": "token_hash",
            "usersessions_usersession": "session_key",
        },
    ),
    (
        PRACTICE,
        {
            "practice_account": "display_name network note username",
            "practice_app": "client_id name redirect_uris scopes secret_hash website",
            "practice_conversation": "readers",
            "practice_grant": "challenge code_hash redirect_uri scopes",
            "practice_media": "blurhash description file mime token",
            "practice_rememberedkey": "key",
            "practice_status": "language poll readers text title",
            "practice_statusedit": "text title",
            "practice_token": "scopes token_hash",
            "trainings_exercise": "criteria scenario script",
            "trainings_mark": "criterion",
            "trainings_play": "answer citizen key text",
        },
    ),
    (
        FIGURES,
        {
            "analytics_baseline": "quality",
            "analytics_indicatorvalue": "code part quality way why",
            "analytics_municipalitybaseline": "quality",
            "analytics_programmeindicator": "areas code method name source",
            "analytics_tally": "code minutes",
            "analytics_metriccoverage": "metric",
        },
    ),
    (
        FRAMEWORK,
        {
            "auth_group": "name",
            "auth_permission": "codename name",
            "django_content_type": "app_label model",
            "django_migrations": "app name",
        },
    ),
]
