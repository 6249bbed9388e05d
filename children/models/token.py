import uuid

from django.db import models
from knox.models import AbstractAuthToken


class AuthToken(AbstractAuthToken):
    """A knox token (stored hashed) that knows what it is for, and may be for reading only."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=100, blank=True)
    read_only = models.BooleanField(default=False)

    def __str__(self) -> str:
        return self.name or str(self.uid)
