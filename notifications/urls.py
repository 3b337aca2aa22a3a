from django.urls import path

from notifications.views import mail, page, push

urlpatterns = [
    path("notifications/", page.notifications, name="notifications"),
    path("notifications/<int:notification>/open/", page.open_notification, name="notification_open"),
    path("notifications/read/", page.mark_notifications, name="notifications_read"),
    path("notifications/bell/", page.bell, name="notifications_bell"),
    path("notifications/stop/<str:token>/", mail.unsubscribe, name="notifications_stop"),
    path("accounts/notifications/", mail.account_notifications, name="account_notifications"),
    path("accounts/notifications/devices/", push.push_subscribe, name="push_subscribe"),
    path("accounts/notifications/devices/<int:device>/end/", push.push_unsubscribe, name="push_unsubscribe"),
    path("accounts/notifications/links/", mail.void_links, name="notification_links"),
]
