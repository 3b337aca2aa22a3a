from django.urls import path

from inbox.views import department, desk, handover, message, messages, people

M = "m/<slug:municipality>/inbox/"

urlpatterns = [
    path(M, messages.inbox, name="inbox"),
    path(f"{M}<int:message>/", message.message, name="message"),
    path(f"{M}<int:message>/answer/", message.answer, name="message_answer"),
    path(f"{M}<int:message>/note/", message.note, name="message_note"),
    path(f"{M}<int:message>/sort/", message.sort, name="message_sort"),
    path(f"{M}<int:message>/assign/", message.assign, name="message_assign"),
    path(f"{M}<int:message>/erase/", message.erase, name="message_erase"),
    path(f"{M}<int:message>/ask/", handover.ask, name="message_ask"),
    path(f"{M}<int:message>/asked/<int:handover>/<slug:act>/", handover.act, name="message_asked_act"),
    path(f"{M}<int:message>/hold/", handover.hold, name="message_hold"),
    path(f"{M}<int:message>/release/", handover.release, name="message_release"),
    path(f"{M}<int:message>/<slug:act>/", message.act, name="message_act"),
    path(f"{M}desk/", desk.desk, name="inbox_desk"),
    path(f"{M}desk/departments/", desk.add_department, name="department_add"),
    path(f"{M}desk/departments/<int:department>/", desk.change_department, name="department_change"),
    path(f"{M}desk/departments/<int:department>/<slug:act>/", desk.act_department, name="department_act"),
    path(f"{M}desk/settlements/", desk.add_settlement, name="settlement_add"),
    path(f"{M}desk/settlements/<int:settlement>/", desk.rename_settlement, name="settlement_rename"),
    path(f"{M}desk/settlements/<int:settlement>/merge/", desk.merge_settlement, name="settlement_merge"),
    path(f"{M}people/", people.search, name="inbox_people"),
    path(f"{M}people/held/", people.person, name="inbox_person"),
    path(f"{M}people/export/", people.export, name="inbox_person_export"),
    path(f"{M}people/erase/", people.erase, name="inbox_person_erase"),
    path("inbox-answer/<str:token>/", department.department, name="inbox_answer"),
]
