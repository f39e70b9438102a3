"""Paired classes: terms, plans, weeks."""

from django.urls import path

from lms.schools import views
from lms.schools.class_time import rooms
from lms.schools.class_time import views as class_time
from lms.schools.corrections import views as corrections
from lms.schools.drafting import views as drafting
from lms.schools.feeds import views as feeds
from lms.schools.figures import views as figures
from lms.schools.members import views as members
from lms.schools.moving import views as moving
from lms.schools.notices import views as notices
from lms.schools.pairings import views as pairings
from lms.schools.repairing import views as repairing

urlpatterns = [
    path("", views.terms, name="schools"),
    path("new/", drafting.bring_in, name="schools_new"),
    path("new/empty-<str:language>.xlsx", drafting.empty, name="schools_empty"),
    path("drafts/<uuid:draft>/", drafting.columns, name="schools_draft"),
    path("drafts/<uuid:draft>/check/", drafting.check, name="schools_check"),
    path("drafts/<uuid:draft>/problems.csv", drafting.problems, name="schools_problems"),
    path("<uuid:term>/", views.term, name="schools_term"),
    path("<uuid:term>/plan/", views.make, name="schools_make"),
    path("<uuid:term>/week/<str:kind>/", views.week, name="schools_week"),
    path("<uuid:term>/data/", corrections.data, name="schools_data"),
    path("<uuid:term>/data/term/", corrections.days, name="schools_days"),
    path("<uuid:term>/data/<str:kind>/", corrections.rows, name="schools_rows"),
    path("<uuid:term>/data/<str:kind>/new/", corrections.new, name="schools_row_new"),
    path("<uuid:term>/data/<str:kind>/<uuid:row>/", corrections.row, name="schools_row"),
    path("<uuid:term>/data/<str:kind>/<uuid:row>/remove/", corrections.remove, name="schools_row_remove"),
    path("<uuid:term>/members/", members.members, name="schools_members"),
    path("<uuid:term>/members/<uuid:member>/remove/", members.remove, name="schools_member_remove"),
    path("<uuid:term>/pairings/", pairings.pairings, name="schools_pairings"),
    path("<uuid:term>/pairings/<uuid:pairing>/", pairings.agreement, name="schools_pairing"),
    path("<uuid:term>/room/<path:of>/", rooms.room, name="schools_room"),
    path("<uuid:term>/ledger/", figures.ledger, name="schools_ledger"),
    path("<uuid:term>/ledger.csv", figures.ledger_file, name="schools_ledger_file"),
    path("<uuid:term>/figures/", figures.shares, name="schools_figures"),
    path("<uuid:term>/figures.xlsx", figures.shares_file, name="schools_figures_file"),
    path("probe/", rooms.probe, name="schools_probe"),
    path("<uuid:term>/week/<str:kind>/picture.svg", views.picture, name="schools_picture"),
    path("<uuid:term>/notices/", notices.page, name="schools_notices"),
    path("sessions/<uuid:session>/move/", moving.move, name="schools_move"),
    path("<uuid:term>/calendar/<str:kind>/", feeds.page, name="schools_calendar"),
    path("feeds/<str:token>.ics", feeds.feed, name="schools_feed"),
    path("<uuid:term>/repair/", repairing.repair, name="schools_repair"),
    path("<uuid:term>/ask/", repairing.ask, name="schools_ask"),
    path("repairs/<uuid:repair>/", repairing.repaired, name="schools_repaired"),
    path("plans/<uuid:plan>/", views.plan, name="schools_plan"),
    path("plans/<uuid:plan>/compare/", views.compare, name="schools_compare"),
    path("plans/<uuid:plan>/<str:verb>/", views.act, name="schools_act"),
    path("lessons/<uuid:session>/", class_time.lesson, name="schools_lesson"),
    path("lessons/<uuid:session>/join/", class_time.join_lesson, name="schools_lesson_join"),
    path("lessons/<uuid:session>/meeting/", class_time.arrange, name="schools_meeting"),
    path("lessons/<uuid:session>/mode/", class_time.give, name="schools_give"),
    path("lessons/<uuid:session>/material/", class_time.choose, name="schools_material"),
    path("in-class/<uuid:attendance>/", class_time.classroom, name="schools_class"),
    path("in-class/<uuid:attendance>/join/", class_time.join_class, name="schools_class_join"),
    path("in-class/<uuid:attendance>/record/", class_time.record, name="schools_record"),
]
