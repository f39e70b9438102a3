"""Paired classes: terms, plans, weeks."""

from django.urls import path

from lms.schools import member_views, sheet_views, views
from lms.schools.corrections import views as corrections
from lms.schools.pairings import views as pairings

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
    path("<uuid:term>/data/", corrections.data, name="schools_data"),
    path("<uuid:term>/data/term/", corrections.days, name="schools_days"),
    path("<uuid:term>/data/<str:kind>/", corrections.rows, name="schools_rows"),
    path("<uuid:term>/data/<str:kind>/new/", corrections.new, name="schools_row_new"),
    path("<uuid:term>/data/<str:kind>/<uuid:row>/", corrections.row, name="schools_row"),
    path("<uuid:term>/data/<str:kind>/<uuid:row>/remove/", corrections.remove, name="schools_row_remove"),
    path("<uuid:term>/members/", member_views.members, name="schools_members"),
    path("<uuid:term>/members/<uuid:member>/remove/", member_views.remove, name="schools_member_remove"),
    path("<uuid:term>/pairings/", pairings.pairings, name="schools_pairings"),
    path("<uuid:term>/pairings/<uuid:pairing>/", pairings.agreement, name="schools_pairing"),
    path("plans/<uuid:plan>/", views.plan, name="schools_plan"),
    path("plans/<uuid:plan>/<str:verb>/", views.act, name="schools_act"),
]
