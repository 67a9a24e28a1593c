"""Attempts to log in, kept for a minute: what keeps guessing slow, whichever door is tried."""

from django.db import models


class LoginAttempt(models.Model):
    """One attempt with a user name, whether anybody has that name or not. Removed when it is too old to count."""

    username = models.CharField(max_length=150, db_index=True)
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.username} at {self.at:%H:%M:%S}"
