from children.admin import account_deletion, activation, child, family, group, items, user

__all__ = ["account_deletion", "activation", "child", "family", "group", "items", "user"]
