"""What stands beside the trail: by what it can be narrowed."""

from tracking.admin.filters.choices import ActionFilter, AnonymizedFilter, EntityTypeFilter
from tracking.admin.filters.quick_ranges import QuickRanges
from tracking.admin.filters.typed import TypedFilter

__all__ = ["ActionFilter", "AnonymizedFilter", "EntityTypeFilter", "QuickRanges", "TypedFilter"]
