from django.urls import path

from analytics.views import indicators, municipality, own_indicators, programme

ALL = "programme/indicators/"
ONE = f"{ALL}<int:indicator>/"
OWN = "m/<slug:municipality>/analytics/indicators/"

urlpatterns = [
    path("m/<slug:municipality>/analytics/", municipality.municipality, name="analytics"),
    path("programme/", programme.programme, name="programme"),
    path(OWN, own_indicators.indicators, name="analytics_indicators"),
    path(f"{OWN}<int:indicator>/evidence/<int:value>/", own_indicators.evidence, name="analytics_evidence"),
    path(ALL, indicators.board, name="programme_indicators"),
    path(f"{ALL}choose/<int:programme>/", indicators.choose, name="programme_indicators_choose"),
    path(f"{ALL}new/<int:programme>/", indicators.new, name="programme_indicator_new"),
    path(ONE, indicators.one, name="programme_indicator"),
    path(f"{ONE}edit/", indicators.edit, name="programme_indicator_edit"),
    path(f"{ONE}end/", indicators.end, name="programme_indicator_end"),
    path(f"{ONE}baseline/", indicators.baseline, name="programme_indicator_baseline"),
    path(f"{ONE}target/", indicators.target, name="programme_indicator_target"),
    path(f"{ONE}targets/<int:target>/end/", indicators.end_target, name="programme_indicator_target_end"),
    path(f"{ONE}value/", indicators.value, name="programme_indicator_value"),
    path(f"{ONE}evidence/<int:value>/", indicators.evidence, name="programme_indicator_evidence"),
    path(f"{ONE}of/<slug:place>/", indicators.of_place, name="programme_indicator_place"),
    path(
        f"{ONE}of/<slug:place>/targets/<int:target>/end/",
        indicators.end_place_target,
        name="programme_indicator_place_target_end",
    ),
    path(
        f"{ONE}of/<slug:place>/evidence/<int:value>/",
        indicators.place_evidence,
        name="programme_indicator_place_evidence",
    ),
]
