from django.urls import path

from inbox.views import message, messages

M = "m/<slug:municipality>/inbox/"

urlpatterns = [
    path(M, messages.inbox, name="inbox"),
    path(f"{M}several/", messages.several, name="inbox_several"),
    path(f"{M}<int:message>/", message.message, name="message"),
    path(f"{M}<int:message>/answer/", message.answer, name="message_answer"),
    path(f"{M}<int:message>/note/", message.note, name="message_note"),
    path(f"{M}<int:message>/sort/", message.sort, name="message_sort"),
    path(f"{M}<int:message>/assign/", message.assign, name="message_assign"),
    path(f"{M}<int:message>/file/", message.file, name="message_file"),
    path(f"{M}<int:message>/snooze/", message.snooze, name="message_snooze"),
    path(f"{M}<int:message>/erase/", message.erase, name="message_erase"),
    path(f"{M}<int:message>/<slug:act>/", message.act, name="message_act"),
]
