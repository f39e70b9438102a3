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


NUMBER_DIGITS, PIN_DIGITS = 10, 4


class LearnerCard(models.Model):
    """A card that lets its owner in with a PIN of four digits: for people without phone or password.

    The number names the card and is no secret; being drawn from nine thousand million it cannot be guessed. The PIN is
    kept as a password is.
    """

    user = models.OneToOneField(User, on_delete=models.CASCADE, related_name="card")
    number = models.CharField(max_length=NUMBER_DIGITS, unique=True)
    pin = models.CharField(max_length=128)
    wrong = models.PositiveSmallIntegerField(default=0)  # PINs in a row
    wait_until = models.DateTimeField(null=True)
    made_at = models.DateTimeField()
    made_by = models.ForeignKey(User, null=True, on_delete=models.SET_NULL, related_name="cards_made")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(number__regex=rf"^[0-9]{{{NUMBER_DIGITS}}}$"), name="accounts_card_number_digits"
            )
        ]
        permissions = [("register_learners", "Can register learners, hand out cards and sign in for them")]

    def __str__(self) -> str:
        return self.number
