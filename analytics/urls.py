from django.urls import path

from analytics.views import (
    audience,
    counted,
    found,
    indicators,
    indicators_agreed,
    indicators_baselines,
    indicators_chosen,
    metrics,
    municipality,
    own_indicators,
    past,
    peers,
    programme,
    programme_pages,
    times,
    works,
)

HERE = "m/<slug:municipality>/analytics/"
OWN = f"{HERE}indicators/"
PAST = f"{HERE}past/"
ALL = "programme/indicators/"
ONE = f"{ALL}<int:indicator>/"

urlpatterns = [
    path(HERE, municipality.municipality, name="analytics"),
    path(f"{HERE}what-works/", works.works, name="analytics_works"),
    path(f"{HERE}posts/", found.posts, name="analytics_posts"),
    path(f"{HERE}best-time/", times.best_time, name="analytics_time"),
    path(f"{HERE}followers-and-links/", audience.audience, name="analytics_links"),
    path(f"{HERE}counted/<int:pk>/", counted.edit, name="analytics_counted"),
    path(f"{HERE}metrics/", metrics.metrics, name="analytics_metrics"),
    path(PAST, past.imports, name="analytics_past_imports"),
    path(f"{PAST}fetch/", past.fetch, name="analytics_past_fetch"),
    path(f"{PAST}sample/<slug:kind>/", past.sample, name="analytics_past_sample"),
    path(f"{PAST}<int:pk>/", past.one, name="analytics_past_import"),
    path(f"{PAST}<int:pk>/confirm/", past.confirm, name="analytics_past_confirm"),
    path(f"{PAST}<int:pk>/undo/", past.undo, name="analytics_past_undo"),
    path(f"{HERE}peers/", peers.peers, name="analytics_peers"),
    path(OWN, own_indicators.indicators, name="analytics_indicators"),
    path(f"{OWN}<int:indicator>/evidence/<int:value>/", own_indicators.evidence, name="analytics_evidence"),
    path("m/<slug:municipality>/settings/comparison/", peers.settings, name="settings_comparison"),
    path("m/<slug:municipality>/settings/comparison/share/", peers.share, name="share_figures"),
    path("programme/", programme.programme, name="programme"),
    path("programme/table.csv", programme.table, name="programme_csv"),
    path("programme/over-time/", programme_pages.multiples, name="programme_multiples"),
    path("programme/compare/", programme_pages.compare, name="programme_compare"),
    path("programme/districts/", programme_pages.districts, name="programme_districts"),
    path("programme/training/", programme_pages.training, name="programme_training"),
    path("programme/municipalities/<slug:place>/", programme_pages.municipality, name="programme_municipality"),
    path(ALL, indicators.board, name="programme_indicators"),
    path(f"{ALL}choose/<int:programme>/", indicators_chosen.choose, name="programme_indicators_choose"),
    path(f"{ALL}new/<int:programme>/", indicators_chosen.new, name="programme_indicator_new"),
    path(ONE, indicators.one, name="programme_indicator"),
    path(f"{ONE}edit/", indicators_chosen.edit, name="programme_indicator_edit"),
    path(f"{ONE}end/", indicators_chosen.end, name="programme_indicator_end"),
    path(f"{ONE}baseline/", indicators_baselines.baseline, name="programme_indicator_baseline"),
    path(f"{ONE}target/", indicators_agreed.target, name="programme_indicator_target"),
    path(f"{ONE}targets/<int:target>/end/", indicators_agreed.end_target, name="programme_indicator_target_end"),
    path(f"{ONE}value/", indicators_agreed.value, name="programme_indicator_value"),
    path(f"{ONE}evidence/<int:value>/", indicators_agreed.evidence, name="programme_indicator_evidence"),
    path(f"{ONE}of/<slug:place>/", indicators.of_place, name="programme_indicator_place"),
    path(
        f"{ONE}of/<slug:place>/targets/<int:target>/end/",
        indicators_agreed.end_place_target,
        name="programme_indicator_place_target_end",
    ),
    path(
        f"{ONE}of/<slug:place>/evidence/<int:value>/",
        indicators_agreed.place_evidence,
        name="programme_indicator_place_evidence",
    ),
]
