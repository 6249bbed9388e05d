from children.admin import activation, child, family, group, items, user

__all__ = ["activation", "child", "family", "group", "items", "user"]
