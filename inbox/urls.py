from django.urls import path

from inbox.views import hints, message, messages

M = "m/<slug:municipality>/inbox/"

urlpatterns = [
    path(M, messages.inbox, name="inbox"),
    path(f"{M}<int:message>/", message.message, name="message"),
    path(f"{M}<int:message>/answer/", message.answer, name="message_answer"),
    path(f"{M}<int:message>/note/", message.note, name="message_note"),
    path(f"{M}<int:message>/sort/", message.sort, name="message_sort"),
    path(f"{M}<int:message>/assign/", message.assign, name="message_assign"),
    path(f"{M}<int:message>/erase/", message.erase, name="message_erase"),
    path(f"{M}<int:message>/accept/", hints.accept, name="message_accept"),
    path(f"{M}<int:message>/alike/", hints.alike, name="message_alike"),
    path(f"{M}<int:message>/alike/sort/", hints.sort_alike, name="message_alike_sort"),
    path(f"{M}<int:message>/<slug:act>/", message.act, name="message_act"),
]
