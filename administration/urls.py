from django.urls import path

from administration.views import installation, setting_up

urlpatterns = [
    path("setup/", setting_up.resume, name="setup"),
    path("setup/open/<str:code>/", setting_up.open_, name="setup_open"),
    path("setup/<slug:step>/", setting_up.step, name="setup_step"),
    path("about/", installation.about, name="about"),
    path("installation/about/", installation.facts, name="installation_facts"),
]
