"""Doors that would walk past the services are shut, with a sign that names the right one."""

from typing import Any, TypeVar

from django.db import models

from children.errors import RefusedByDesign

M = TypeVar("M", bound=models.Model)


class UndeletableQuerySet(models.QuerySet[M]):
    """Rows that stay: the model's `delete_with` names the service that removes what they stand for."""

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raises RefusedByDesign."""
        raise RefusedByDesign(f"{self.model.__name__} rows are not deleted: use {self.model.delete_with}")  # type: ignore[attr-defined]

    delete.alters_data = True  # type: ignore[attr-defined]
    delete.queryset_only = True  # type: ignore[attr-defined]


class Undeletable(models.Model):
    delete_with = "no service, they stay"

    class Meta:
        abstract = True

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raises RefusedByDesign."""
        raise RefusedByDesign(f"{type(self).__name__} rows are not deleted: use {self.delete_with}")
