from django.urls import path

from reports.views import month, municipality, programme, public, public_page

M = "m/<slug:municipality>/"

urlpatterns = [
    path(f"{M}reports/", municipality.reports, name="reports"),
    path(f"{M}reports/ask/", municipality.ask, name="report_ask"),
    path(f"{M}reports/schedule/", municipality.schedule, name="report_schedule"),
    path(f"{M}reports/schedule/<slug:act>/", municipality.schedule_act, name="report_schedule_act"),
    path(f"{M}reports/<int:report>/", municipality.report, name="report"),
    path(f"{M}reports/<int:report>/<slug:format>/", municipality.download, name="report_download"),
    path(f"{M}calendar/month/", month.month, name="calendar_month"),
    path(f"{M}settings/public/", public_page.settings_public, name="settings_public"),
    path(f"{M}settings/public/save/", public_page.save, name="settings_public_save"),
    path("programme/reports/", programme.reports, name="programme_reports"),
    path("programme/reports/ask/", programme.ask, name="programme_report_ask"),
    path("programme/reports/<int:pk>/", programme.report, name="programme_report"),
    path("programme/reports/<int:pk>/<slug:format>/", programme.download, name="programme_report_download"),
    path("programme/reports/by-mail/<int:programme>/", programme.schedule, name="programme_report_schedule"),
    path(
        "programme/reports/by-mail/<int:programme>/<slug:act>/",
        programme.schedule_act,
        name="programme_report_schedule_act",
    ),
    path("p/<slug:place>/", public.numbers, name="public_numbers"),
    path("p/<slug:place>/<slug:tongue>/", public.numbers, name="public_numbers_in"),
    path("open-data/", public.open_data_page, name="open_data"),
    path("open-data/<str:name>", public.open_data_file, name="open_data_file"),
]
