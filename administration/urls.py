from django.urls import path

from administration.views import activity, demo_reset, exports, first_steps, installation, restore, setting_up, tours

M = "m/<slug:municipality>/"

urlpatterns = [
    path("setup/", setting_up.resume, name="setup"),
    path("setup/open/<str:code>/", setting_up.open_, name="setup_open"),
    path("setup/<slug:step>/", setting_up.step, name="setup_step"),
    path(f"{M}settings/export/", exports.exports, name="exports"),
    path(f"{M}settings/export/ask/", exports.ask, name="export_ask"),
    path(f"{M}settings/export/<int:export>/", exports.download, name="export_download"),
    path(f"{M}settings/export/<int:export>/discard/", exports.discard, name="export_discard"),
    path(f"{M}first-steps/", first_steps.municipality, name="first_steps"),
    path(f"{M}first-steps/<slug:point>/put-away/", first_steps.put_away, name="first_step_put_away"),
    path(f"{M}first-steps/<slug:point>/bring-back/", first_steps.bring_back, name="first_step_bring_back"),
    path("programme/first-steps/", first_steps.programme_page, name="programme_first_steps"),
    path("tour/", tours.tours, name="tours"),
    path("tour/begin/", tours.begin, name="tour_begin"),
    path("tour/decline/", tours.decline, name="tour_decline"),
    path("tour/leave/", tours.leave, name="tour_leave"),
    path("tour/resume/", tours.resume, name="tour_resume"),
    path("tour/skip/", tours.skip, name="tour_skip"),
    path("tour/panel/", tours.panel, name="tour_panel"),
    path("demo/reset/", demo_reset.demo_reset, name="demo_reset"),
    path("about/", installation.about, name="about"),
    path("installation/restore/", restore.restore, name="restore"),
    path("installation/restore/end/", restore.end, name="restore_end"),
    path("installation/activity/", activity.activity, name="installation_activity"),
    path("installation/activity/export/", activity.export, name="installation_activity_export"),
    path("installation/about/", installation.facts, name="installation_facts"),
]
