"""Addresses of the JSON door, below /api/v1/."""

from django.contrib.auth.decorators import login_not_required
from django.urls import path, re_path
from django.views.generic import RedirectView
from drf_spectacular.views import SpectacularAPIView

from inspections.api.schema import Documentation, Unknown
from inspections.api.views import accounts, bridges, drawings, findings, health, photos, rules, runs, surveys

urlpatterns = [
    path("", login_not_required(RedirectView.as_view(pattern_name="api-docs")), name="api-root"),
    path("schema/", SpectacularAPIView.as_view(), name="api-schema"),
    path("docs/", Documentation.as_view(), name="api-docs"),
    path("health/", health.Health.as_view(), name="api-health"),
    path("tokens/", accounts.Tokens.as_view(), name="api-tokens"),
    path("tokens/current/", accounts.CurrentToken.as_view(), name="api-token-current"),
    path("me/", accounts.Myself.as_view(), name="api-me"),
    path("bridges/", bridges.Bridges.as_view(), name="api-bridges"),
    path("bridges/<uuid:pk>/", bridges.OneBridge.as_view(), name="api-bridge"),
    path("elements/", bridges.Elements.as_view(), name="api-elements"),
    path("elements/<uuid:pk>/", bridges.OneElement.as_view(), name="api-element"),
    path("projects/", bridges.Projects.as_view(), name="api-projects"),
    path("projects/<uuid:pk>/", bridges.OneProject.as_view(), name="api-project"),
    path("surveys/", surveys.Surveys.as_view(), name="api-surveys"),
    path("surveys/<uuid:pk>/", surveys.OneSurvey.as_view(), name="api-survey"),
    path("surveys/<uuid:pk>/photos/", photos.SurveyPhotos.as_view(), name="api-survey-photos"),
    path("surveys/<uuid:pk>/findings/", findings.SurveyFindings.as_view(), name="api-survey-findings"),
    path("surveys/<uuid:pk>/export/", surveys.SurveyExport.as_view(), name="api-survey-export"),
    path("photos/<uuid:pk>/", photos.OnePhoto.as_view(), name="api-photo"),
    path("photos/<uuid:pk>/original/", photos.PhotoOriginal.as_view(), name="api-photo-original"),
    path("photos/<uuid:pk>/runs/", runs.PhotoRuns.as_view(), name="api-photo-runs"),
    path("photos/<uuid:pk>/findings/", findings.PhotoFindings.as_view(), name="api-photo-findings"),
    path("photos/<uuid:pk>/drawings/", drawings.PhotoDrawings.as_view(), name="api-photo-drawings"),
    path("drawings/<uuid:pk>/", drawings.OneDrawing.as_view(), name="api-drawing"),
    path("runs/", runs.Runs.as_view(), name="api-runs"),
    path("runs/<uuid:pk>/", runs.OneRun.as_view(), name="api-run"),
    path("runs/<uuid:pk>/cancel/", runs.RunCancel.as_view(), name="api-run-cancel"),
    path("runs/<uuid:pk>/measure/", runs.RunMeasure.as_view(), name="api-run-measure"),
    path("runs/<uuid:pk>/widths/", runs.RunWidths.as_view(), name="api-run-widths"),
    path("runs/<uuid:pk>/probability.png", runs.RunProbability.as_view(), name="api-run-probability"),
    path("runs/<uuid:pk>/mask.png", runs.RunMask.as_view(), name="api-run-mask"),
    path("findings/<uuid:pk>/", findings.OneFinding.as_view(), name="api-finding"),
    path("findings/<uuid:pk>/reviews/", findings.FindingReviews.as_view(), name="api-finding-reviews"),
    path("networks/", runs.Networks.as_view(), name="api-networks"),
    path("rule-packs/", rules.RulePacks.as_view(), name="api-rule-packs"),
    re_path(r"^.*$", Unknown.as_view(), name="api-unknown"),
]
