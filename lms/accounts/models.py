"""People who sign in."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class User(AbstractUser):
    """A person: known to programs by `public_id`, to themselves by username or phone."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    phone = models.CharField(
        _("phone number"),
        max_length=16,
        null=True,
        blank=True,
        unique=True,
        validators=[RegexValidator(r"^\+?[0-9]{6,15}$", _("Write the phone number with digits only."))],
    )

    class Meta(AbstractUser.Meta):
        constraints = [models.CheckConstraint(condition=~models.Q(phone=""), name="accounts_user_phone_not_empty")]
