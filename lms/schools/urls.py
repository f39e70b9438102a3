"""Paired classes: terms, plans, weeks."""

from django.urls import path

from lms.schools import views

urlpatterns = [
    path("", views.terms, name="schools"),
    path("new/", views.bring_in, name="schools_new"),
    path("<uuid:term>/", views.term, name="schools_term"),
    path("<uuid:term>/plan/", views.make, name="schools_make"),
    path("<uuid:term>/week/<str:kind>/", views.week, name="schools_week"),
    path("plans/<uuid:plan>/", views.plan, name="schools_plan"),
    path("plans/<uuid:plan>/<str:verb>/", views.act, name="schools_act"),
]
