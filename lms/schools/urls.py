"""Paired classes: terms, plans, weeks."""

from django.urls import path

from lms.schools import sheet_views, views
from lms.schools.repairing import views as repairing

urlpatterns = [
    path("", views.terms, name="schools"),
    path("new/", sheet_views.bring_in, name="schools_new"),
    path("new/empty-<str:language>.xlsx", sheet_views.empty, name="schools_empty"),
    path("drafts/<uuid:draft>/", sheet_views.columns, name="schools_draft"),
    path("drafts/<uuid:draft>/check/", sheet_views.check, name="schools_check"),
    path("drafts/<uuid:draft>/problems.csv", sheet_views.problems, name="schools_problems"),
    path("<uuid:term>/", views.term, name="schools_term"),
    path("<uuid:term>/plan/", views.make, name="schools_make"),
    path("<uuid:term>/week/<str:kind>/", views.week, name="schools_week"),
    path("<uuid:term>/repair/", repairing.repair, name="schools_repair"),
    path("<uuid:term>/ask/", repairing.ask, name="schools_ask"),
    path("repairs/<uuid:repair>/", repairing.repaired, name="schools_repaired"),
    path("plans/<uuid:plan>/", views.plan, name="schools_plan"),
    path("plans/<uuid:plan>/compare/", views.compare, name="schools_compare"),
    path("plans/<uuid:plan>/<str:verb>/", views.act, name="schools_act"),
]
