from django.urls import path

from inbox.views import answers, house_rules, message, messages, moderation, public_rules, saved

M = "m/<slug:municipality>/inbox/"

urlpatterns = [
    path(M, messages.inbox, name="inbox"),
    path(f"{M}several/", messages.several, name="inbox_several"),
    path(f"{M}<int:message>/", message.message, name="message"),
    path(f"{M}answers/", saved.answers, name="inbox_answers"),
    path(f"{M}answers/new/", saved.new, name="inbox_answer_new"),
    path(f"{M}answers/begin/", saved.begin, name="inbox_answers_begin"),
    path(f"{M}answers/<int:saved>/", saved.edit, name="inbox_answer_edit"),
    path(f"{M}answers/<int:saved>/retire/", saved.retire, name="inbox_answer_retire"),
    path(f"{M}answers/<int:saved>/restore/", saved.restore, name="inbox_answer_restore"),
    path(f"{M}proposed/", answers.proposed, name="inbox_proposed"),
    path(f"{M}<int:message>/answer/", answers.answer, name="message_answer"),
    path(f"{M}<int:message>/fill/", answers.fill, name="message_fill"),
    path(f"{M}<int:message>/draft/", answers.draft, name="message_draft"),
    path(f"{M}<int:message>/writing/", answers.writing, name="message_writing"),
    path(f"{M}<int:message>/proposed/<int:proposed>/decide/", answers.decide, name="message_decide"),
    path(f"{M}<int:message>/proposed/<int:proposed>/withdraw/", answers.withdraw, name="message_withdraw"),
    path(f"{M}<int:message>/note/", message.note, name="message_note"),
    path(f"{M}<int:message>/sort/", message.sort, name="message_sort"),
    path(f"{M}<int:message>/assign/", message.assign, name="message_assign"),
    path(f"{M}<int:message>/file/", message.file, name="message_file"),
    path(f"{M}<int:message>/snooze/", message.snooze, name="message_snooze"),
    path(f"{M}<int:message>/erase/", message.erase, name="message_erase"),
    path(f"{M}<int:message>/moderate/", moderation.propose, name="message_moderate"),
    path(f"{M}moderation/", moderation.moderation, name="moderation"),
    path(f"{M}moderation/<int:moderation>/", moderation.one, name="moderation_one"),
    path(f"{M}moderation/<int:moderation>/<slug:deed>/", moderation.act, name="moderation_act"),
    path(f"{M}house-rules/", house_rules.house_rules, name="house_rules"),
    path(f"{M}house-rules/save/", house_rules.save, name="house_rules_save"),
    path("rules/<slug:place>/", public_rules.rules, name="public_rules"),
    path("rules/<slug:place>/<slug:tongue>/", public_rules.rules, name="public_rules_in"),
    path(f"{M}<int:message>/<slug:act>/", message.act, name="message_act"),
]
