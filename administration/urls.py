from django.urls import path

from administration.views import exports, installation, setting_up

M = "m/<slug:municipality>/"

urlpatterns = [
    path("setup/", setting_up.resume, name="setup"),
    path("setup/open/<str:code>/", setting_up.open_, name="setup_open"),
    path("setup/<slug:step>/", setting_up.step, name="setup_step"),
    path(f"{M}settings/export/", exports.exports, name="exports"),
    path(f"{M}settings/export/ask/", exports.ask, name="export_ask"),
    path(f"{M}settings/export/<int:export>/", exports.download, name="export_download"),
    path(f"{M}settings/export/<int:export>/discard/", exports.discard, name="export_discard"),
    path("about/", installation.about, name="about"),
    path("installation/about/", installation.facts, name="installation_facts"),
]
