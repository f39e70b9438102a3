"""Signing in and out on the learner's site, and the mediator's page."""

from django.urls import path, re_path

from lms.accounts import views

urlpatterns = [
    path("sign-in/", views.SignIn.as_view(), name="sign_in"),
    re_path(r"^card/(?P<number>[0-9]{10})/$", views.SignIn.as_view(), name="card"),
    path("sign-out/", views.SignOut.as_view(), name="sign_out"),
    path("people/", views.people, name="people"),
    re_path(r"^people/(?P<number>[0-9]{10})/renew/$", views.renew, name="renew_card"),
    re_path(r"^people/(?P<number>[0-9]{10})/sign-in/$", views.sign_in_for, name="sign_in_for"),
]
