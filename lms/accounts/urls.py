"""Signing in and out on the learner's site."""

from django.contrib.auth import views
from django.urls import path

urlpatterns = [
    path(
        "sign-in/",
        views.LoginView.as_view(template_name="accounts/sign_in.html", next_page="/"),
        name="sign_in",
    ),
    path("sign-out/", views.LogoutView.as_view(next_page="/"), name="sign_out"),
]
