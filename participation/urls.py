from django.urls import URLPattern, URLResolver, path

from participation.views import (
    consultation_acts,
    consultation_documents,
    consultation_translations,
    consultations,
    contribution_departments,
    contributions,
    contributions_answers,
    contributions_inbox,
    meetings,
    paper,
    public,
    public_files,
    public_form,
    public_receipt,
    reports,
    transparency,
)

M = "m/<slug:municipality>/consultations/"
C = f"{M}<int:consultation>/"
P = "consultations/<slug:place>/<slug:slug>/"

# pages of the people in charge
of_consultations: list[URLPattern | URLResolver] = [
    path(M, consultations.consultations, name="consultations"),
    path(f"{M}new/", consultations.new, name="consultation_new"),
    path(f"{M}grounds/", consultation_documents.own_grounds, name="consultation_grounds"),
    path(C, consultations.consultation, name="consultation"),
    path(f"{C}change/", consultations.change, name="consultation_change"),
    path(f"{C}ready/", consultation_acts.ready, name="consultation_ready"),
    path(f"{C}publish/", consultation_acts.publish, name="consultation_publish"),
    path(f"{C}extend/", consultation_acts.extend, name="consultation_extend"),
    path(f"{C}call-off/", consultation_acts.call_off, name="consultation_call_off"),
    path(f"{C}close/", consultation_acts.close, name="consultation_close"),
    path(f"{C}delete/", consultations.delete, name="consultation_delete"),
    path(f"{C}posts/", consultations.plan_posts, name="consultation_posts"),
    path(f"{C}documents/", consultation_documents.documents, name="consultation_documents"),
    path(f"{C}documents/<int:document>/", consultation_documents.document, name="consultation_document"),
    path(f"{C}documents/<int:document>/up/", consultation_documents.up, name="consultation_document_up"),
    path(f"{C}documents/<int:document>/remove/", consultation_documents.remove, name="consultation_document_remove"),
    path(f"{C}languages/<slug:language>/", consultation_translations.translation, name="consultation_translation"),
    path(
        f"{C}languages/<slug:language>/remove/",
        consultation_translations.remove,
        name="consultation_translation_remove",
    ),
]
# contributions: ways in, decisions, answers
of_contributions: list[URLPattern | URLResolver] = [
    path(f"{M}count/", contributions_inbox.count, name="contributions_count"),
    path(f"{C}contributions/", contributions.contributions, name="contributions"),
    path(f"{C}contributions/several/", contributions.several, name="contributions_several"),
    path(f"{C}contributions/suggested/", contributions_inbox.suggested, name="contribution_suggestions"),
    path(f"{C}contributions/thanks/", contributions_inbox.thanks_setting, name="contributions_thanks_setting"),
    path(f"{C}contributions/thank/", contributions_inbox.thank, name="contributions_thank"),
    path(f"{C}numbers/<int:number>/", contributions.by_number, name="contribution_number"),
    path(f"{C}contributions/<int:contribution>/", contributions.contribution, name="contribution"),
    path(f"{C}contributions/<int:contribution>/decide/", contributions.decide, name="contribution_decide"),
    path(f"{C}contributions/<int:contribution>/join/", contributions.join, name="contribution_join"),
    path(f"{C}contributions/<int:contribution>/separate/", contributions.separate, name="contribution_separate"),
    path(f"{C}contributions/<int:contribution>/reopen/", contributions.reopen, name="contribution_reopen"),
    path(f"{C}contributions/<int:contribution>/ask/", contribution_departments.ask, name="contribution_ask"),
    path(f"{C}asked/<int:question>/back/", contribution_departments.take_back, name="contribution_question_back"),
    path(f"{C}contributions/<int:contribution>/withdraw/", contributions.withdraw, name="contribution_withdraw"),
    path(f"{C}answers/", contributions_answers.answers, name="contribution_answers"),
    path(f"{C}answers/<int:round>/approve/", contributions_answers.approve, name="contribution_answers_approve"),
    path(f"{C}answers/<int:round>/back/", contributions_answers.take_back, name="contribution_answers_back"),
    path(f"{C}meetings/", meetings.meetings, name="meetings"),
    path(f"{C}meetings/<int:meeting>/", meetings.meeting, name="meeting"),
    path(f"{C}meetings/<int:meeting>/change/", meetings.change, name="meeting_change"),
    path(f"{C}meetings/<int:meeting>/delete/", meetings.delete, name="meeting_delete"),
    path(f"{C}paper/", paper.batches, name="paper_batches"),
    path(f"{C}paper/<int:batch>/", paper.batch, name="paper_batch"),
    path(f"{C}paper/<int:batch>/sheets/", paper.sheets, name="paper_sheets"),
    path(f"{C}paper/<int:batch>/check/", paper.check, name="paper_check"),
    path(f"{C}sheets/<int:contribution>/", paper.correct, name="paper_correct"),
]
# reports and their editions
of_reports: list[URLPattern | URLResolver] = [
    path(f"{C}report/", reports.reports, name="consultation_report"),
    path(f"{C}report/ask/", reports.ask, name="consultation_report_ask"),
    path(f"{C}report/<int:edition>/publish/", reports.publish, name="consultation_report_publish"),
    path(f"{C}report/files/<int:file>/", reports.file, name="consultation_report_file"),
    path(
        "consultations/<slug:place>/<slug:slug>/report/<str:name>",
        reports.public_file,
        name="consultation_report_newest",
    ),
    path(
        "consultations/<slug:place>/<slug:slug>/report/<int:number>/<str:name>",
        reports.public_file,
        name="consultation_report_public",
    ),
]
# the self-check by the Local Transparency Index
of_transparency: list[URLPattern | URLResolver] = [
    path(f"{M}self-check/", transparency.self_check, name="self_check"),
    path(f"{M}self-check/<int:question>/", transparency.check, name="self_check_question"),
    path("programme/transparency/", transparency.programme_page, name="programme_transparency"),
    path("programme/transparency/questions/", transparency.questions, name="programme_transparency_questions"),
    path(
        "programme/transparency/questions/empty/<slug:kind>/",
        transparency.empty_file,
        name="programme_transparency_file",
    ),
]
# what everybody sees
of_the_public: list[URLPattern | URLResolver] = [
    path(
        f"{C}contributions/<int:contribution>/attachments/<int:attachment>/",
        public_files.attachment,
        name="contribution_attachment",
    ),
    path("consultations/<slug:place>/", public.consultations, name="consultations_public"),
    path("consultations/<slug:place>/in/<slug:tongue>/", public.consultations, name="consultations_public_in"),
    path("consultations/<slug:place>/receipt/", public_receipt.receipt, name="consultation_receipt"),
    path(
        "consultations/<slug:place>/receipt/in/<slug:tongue>/", public_receipt.receipt, name="consultation_receipt_in"
    ),
    path(P, public.consultation, name="consultation_public"),
    path(f"{P}in/<slug:tongue>/", public.consultation, name="consultation_public_in"),
    path(f"{P}propose/", public_form.form, name="consultation_form"),
    path(f"{P}propose/in/<slug:tongue>/", public_form.form, name="consultation_form_in"),
    path(f"{P}documents/<int:document>/", public.document, name="consultation_public_document"),
]

urlpatterns = [*of_consultations, *of_contributions, *of_reports, *of_transparency, *of_the_public]
