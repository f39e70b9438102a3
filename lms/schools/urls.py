"""Paired classes: terms, plans, weeks."""

from django.urls import path

from lms.schools import move_views, sheet_views, views
from lms.schools.feeds import views as feed_views
from lms.schools.notices import views as notice_views

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
    path("<uuid:term>/week/<str:kind>/picture.svg", views.picture, name="schools_picture"),
    path("<uuid:term>/notices/", notice_views.page, name="schools_notices"),
    path("sessions/<uuid:session>/move/", move_views.move, name="schools_move"),
    path("<uuid:term>/calendar/<str:kind>/", feed_views.page, name="schools_calendar"),
    path("feeds/<str:token>.ics", feed_views.feed, name="schools_feed"),
    path("plans/<uuid:plan>/", views.plan, name="schools_plan"),
    path("plans/<uuid:plan>/<str:verb>/", views.act, name="schools_act"),
]
