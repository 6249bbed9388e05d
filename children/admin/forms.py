from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib.auth.forms import (
    AdminPasswordChangeForm,
    SetPasswordMixin,
    UserChangeForm,
    UserCreationForm,
    UsernameField,
)
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from children.errors import Gone
from children.models import User
from children.services.logins import revoke_tokens

if TYPE_CHECKING:
    ModelForm = forms.ModelForm[Any]
    CreationForm = UserCreationForm[User]
    EditForm = UserChangeForm[User]
    ChangeForm = AdminPasswordChangeForm[User]
    PasswordFields = SetPasswordMixin[User]
else:
    ModelForm, CreationForm, ChangeForm = forms.ModelForm, UserCreationForm, AdminPasswordChangeForm
    EditForm, PasswordFields = UserChangeForm, SetPasswordMixin

USERNAME = User._meta.get_field("username")


def refuse_taken(username: str, *, besides: User | None = None) -> None:
    """Raises ValidationError beside the field; the constraint alone would be told above the form, and twice."""
    others = User.objects.exclude(pk=besides.pk) if besides else User.objects.all()
    if others.filter(username__iexact=username).exists():
        raise ValidationError(User().unique_error_message(User, ("username",)))


class NameForm(ModelForm):
    """What has a name keeps one: only a tombstone has none."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "name" in self.fields:
            self.fields["name"].required = True


class LoginForm(PasswordFields, NameForm):
    """A name together with a login: the username is free, the password is good enough."""

    username = USERNAME.formfield(form_class=UsernameField)
    password1, password2 = SetPasswordMixin.create_password_fields()

    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        USERNAME.run_validators(username)
        refuse_taken(username)
        return username

    def clean(self) -> dict[str, Any] | None:
        self.validate_passwords()
        self.validate_password_for_user(User(username=self.cleaned_data.get("username", "")))
        return super().clean()


class OptionalLoginForm(LoginForm):
    """The login may be left out, but not by half."""

    LOGIN = ("username", "password1", "password2")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in self.LOGIN:
            if name in self.fields:
                self.fields[name].required = any(self.data.get(other) for other in self.LOGIN)


class UserForm(CreationForm):
    class Meta:
        model = User
        fields = ("username", "family")
        field_classes = {"username": UsernameField}
        help_texts = {"family": _("Makes a parent of this family. Leave it empty for an admin.")}


class EditUserForm(EditForm):
    def clean_username(self) -> str:
        username: str = self.cleaned_data["username"]
        refuse_taken(username, besides=self.instance)
        return username


class PasswordForm(ChangeForm):
    def save(self, commit: bool = True) -> User:
        """End what was logged in with the old password, as `change_password` does. Raises Gone."""
        user = super().save(commit=False)
        with transaction.atomic():
            if not User.objects.select_for_update(of=("self",)).filter(pk=user.pk).exists():
                raise Gone
            user.save(update_fields=["password"])
            revoke_tokens(user)
        return user
