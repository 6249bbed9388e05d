from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

LIFETIME = timedelta(hours=24)


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def expired(self, now: datetime) -> IdempotencyKeyQuerySet:
        return self.filter(created_at__lte=now - LIFETIME)


class IdempotencyKey(models.Model):
    """That a user's POST was done, and what it was answered: a retry under the same key is answered so again, for LIFETIME."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64, help_text="SHA-256 of what was asked: path and body.")
    status = models.PositiveSmallIntegerField(default=0)
    answer = models.TextField(default="", help_text="The body of the answer, as it was sent.")
    created_at = models.DateTimeField()

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(name="idempotency_key_once_per_user", fields=["user", "key"])]
        indexes = [models.Index(name="idempotency_key_oldest", fields=["created_at"])]

    def __str__(self) -> str:
        return self.key
