from django.urls import path

from planning.views import campaigns, feeds, imports, repeating, slots

M = "m/<slug:municipality>/"
P = f"{M}planning/"

urlpatterns = [
    path(f"{P}campaigns/", campaigns.campaigns, name="campaigns"),
    path(f"{P}campaigns/new/", campaigns.new, name="campaign_new"),
    path(f"{P}campaigns/choice/", campaigns.choice, name="campaign_choice"),
    path(f"{P}campaigns/assign/", campaigns.assign, name="campaign_assign"),
    path(f"{P}campaigns/<int:pk>/", campaigns.campaign, name="campaign"),
    path(f"{P}campaigns/<int:pk>/edit/", campaigns.edit, name="campaign_edit"),
    path(f"{P}campaigns/<int:pk>/end/", campaigns.end, name="campaign_end"),
    path(f"{P}campaigns/<int:pk>/post/", campaigns.begin_post, name="campaign_post"),
    path(f"{P}repeating/", repeating.recurrences, name="recurrences"),
    path(f"{P}repeating/<int:pk>/end/", repeating.end, name="recurrence_end"),
    path(f"{P}repeating/<int:pk>/skip/", repeating.skip, name="recurrence_skip"),
    path(f"{M}posts/<int:pk>/repeat/", repeating.new, name="recurrence_new"),
    path(f"{P}import/", imports.upload, name="plan_import"),
    path(f"{P}import/sample/<slug:kind>/", imports.sample, name="plan_sample"),
    path(f"{P}import/<int:pk>/", imports.rows, name="plan_rows"),
    path(f"{P}import/<int:pk>/confirm/", imports.confirm, name="plan_confirm"),
    path(f"{P}link/", feeds.feed, name="feed"),
    path(f"{P}link/make/", feeds.make, name="feed_make"),
    path(f"{P}link/revoke/", feeds.revoke, name="feed_revoke"),
    path("feeds/<str:secret>/calendar.ics", feeds.file, name="feed_file"),
    path(f"{P}times/", slots.slots, name="slots"),
    path(f"{P}times/suggest/", slots.suggest, name="slots_suggest"),
    path(f"{P}times/next/", slots.next_slot, name="next_slot"),
    path(f"{P}times/<int:pk>/", slots.save, name="slots_save"),
]
