from django.urls import path

from accounts import views

urlpatterns = [
    path("language", views.set_language, name="set_language"),
    path("name/", views.profile, name="account_profile"),
    path("second-factor/", views.second_factor, name="second_factor"),
    path("sessions/<int:session>/end/", views.end_session, name="session_end"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
