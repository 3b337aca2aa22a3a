from django.urls import path

from analytics.annotations.views import municipality as annotations
from analytics.annotations.views import programme as programme_annotations
from analytics.comparison.views import peers, programme, programme_pages
from analytics.dashboards.views import audience, best_times, metrics, overview, posts, what_works
from analytics.history import views as history_views
from analytics.indicators.views import baselines, definitions, targets
from analytics.indicators.views import municipality as indicator_municipality
from analytics.indicators.views import programme as indicator_programme
from analytics.ingestion import views as ingestion_views

HERE = "m/<slug:municipality>/analytics/"
OWN = f"{HERE}indicators/"
PAST = f"{HERE}past/"
ALL = "programme/indicators/"
ONE = f"{ALL}<int:indicator>/"

urlpatterns = [
    path(HERE, overview.municipality, name="analytics"),
    path(f"{HERE}what-works/", what_works.works, name="analytics_works"),
    path(f"{HERE}posts/", posts.posts, name="analytics_posts"),
    path(f"{HERE}best-time/", best_times.best_time, name="analytics_time"),
    path(f"{HERE}followers-and-links/", audience.audience, name="analytics_links"),
    path(f"{HERE}events/new/", annotations.new, name="annotation_new"),
    path(f"{HERE}events/<int:annotation>/", annotations.edit, name="annotation"),
    path(f"{HERE}events/<int:annotation>/remove/", annotations.remove, name="annotation_remove"),
    path(f"{HERE}counted/<int:pk>/", ingestion_views.edit, name="analytics_counted"),
    path(f"{HERE}metrics/", metrics.metrics, name="analytics_metrics"),
    path(PAST, history_views.imports, name="analytics_past_imports"),
    path(f"{PAST}fetch/", history_views.fetch, name="analytics_past_fetch"),
    path(f"{PAST}sample/<slug:kind>/", history_views.sample, name="analytics_past_sample"),
    path(f"{PAST}<int:pk>/", history_views.one, name="analytics_past_import"),
    path(f"{PAST}<int:pk>/confirm/", history_views.confirm, name="analytics_past_confirm"),
    path(f"{PAST}<int:pk>/undo/", history_views.undo, name="analytics_past_undo"),
    path(f"{HERE}peers/", peers.peers, name="analytics_peers"),
    path(OWN, indicator_municipality.indicators, name="analytics_indicators"),
    path(f"{OWN}<int:indicator>/evidence/<int:value>/", indicator_municipality.evidence, name="analytics_evidence"),
    path("m/<slug:municipality>/settings/comparison/", peers.settings, name="settings_comparison"),
    path("m/<slug:municipality>/settings/comparison/share/", peers.share, name="share_figures"),
    path("programme/", programme.programme, name="programme"),
    path("programme/table.csv", programme.table, name="programme_csv"),
    path("programme/over-time/", programme_pages.multiples, name="programme_multiples"),
    path("programme/compare/", programme_pages.compare, name="programme_compare"),
    path("programme/districts/", programme_pages.districts, name="programme_districts"),
    path("programme/training/", programme_pages.training, name="programme_training"),
    path("programme/municipalities/<slug:place>/", programme_pages.municipality, name="programme_municipality"),
    path("programme/events/of/<int:programme>/", programme_annotations.new, name="programme_annotation_new"),
    path("programme/events/<int:annotation>/", programme_annotations.edit, name="programme_annotation"),
    path(
        "programme/events/<int:annotation>/remove/",
        programme_annotations.remove,
        name="programme_annotation_remove",
    ),
    path(ALL, indicator_programme.dashboard, name="programme_indicators"),
    path(f"{ALL}choose/<int:programme>/", definitions.choose, name="programme_indicators_choose"),
    path(f"{ALL}new/<int:programme>/", definitions.new, name="programme_indicator_new"),
    path(ONE, indicator_programme.one, name="programme_indicator"),
    path(f"{ONE}edit/", definitions.edit, name="programme_indicator_edit"),
    path(f"{ONE}end/", definitions.end, name="programme_indicator_end"),
    path(f"{ONE}baseline/", baselines.baseline, name="programme_indicator_baseline"),
    path(f"{ONE}target/", targets.target, name="programme_indicator_target"),
    path(f"{ONE}targets/<int:target>/end/", targets.end_target, name="programme_indicator_target_end"),
    path(f"{ONE}value/", targets.value, name="programme_indicator_value"),
    path(f"{ONE}evidence/<int:value>/", targets.evidence, name="programme_indicator_evidence"),
    path(f"{ONE}of/<slug:place>/", indicator_programme.of_place, name="programme_indicator_place"),
    path(
        f"{ONE}of/<slug:place>/targets/<int:target>/end/",
        targets.end_place_target,
        name="programme_indicator_place_target_end",
    ),
    path(
        f"{ONE}of/<slug:place>/evidence/<int:value>/",
        targets.place_evidence,
        name="programme_indicator_place_evidence",
    ),
]
