from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.models import Group

from children.admin.strict import StrictAdmin

admin.site.unregister(Group)


@admin.register(Group)
class GroupAdmin(StrictAdmin, DjangoGroupAdmin):
    pass
