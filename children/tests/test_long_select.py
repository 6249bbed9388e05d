"""The select of many options, beside Django's own."""

import pytest
from django import forms
from django.test import SimpleTestCase

from children.admin.long_select import LongSelect
from children.models import Family
from children.tests.factories import make_family

CHOICES = [("", "---------"), (1, "Ada & <Bo>"), ("it's", '"quoted"'), ("Europe/Berlin", "Müll 🗑"), ('"><b>', "x")]


def same(ours, django):
    SimpleTestCase().assertHTMLEqual(ours, django)


@pytest.mark.parametrize("value", [None, "", 1, "1", "it's", "nothing of the kind"])
@pytest.mark.parametrize(
    "attrs", [None, {"id": "id_it", "required": True, "aria-describedby": 'a"b', "disabled": False}]
)
def test_it_is_the_same_page(value, attrs):
    ours, django = LongSelect(choices=CHOICES), forms.Select(choices=CHOICES)

    same(ours.render("it", value, attrs), django.render("it", value, attrs))


@pytest.mark.parametrize("page", ["child", "task", "penalty", "user"])
def test_families_are_chosen_in_one(site, page):
    assert isinstance(
        site.get(f"/admin/children/{page}/add/").context["adminform"].form["family"].field.widget.widget, LongSelect
    )


def test_time_zones_are_chosen_in_one(site):
    assert isinstance(
        site.get("/admin/children/family/add/").context["adminform"].form["timezone"].field.widget, LongSelect
    )


def test_it_shows_rows(db):
    families = [make_family(name=f"Family <{number}>") for number in range(3)]
    rows = Family.objects.order_by("id")
    ours, django = (forms.ModelChoiceField(rows, widget=widget).widget for widget in (LongSelect, forms.Select))

    same(ours.render("family", families[1].pk), django.render("family", families[1].pk))
    assert "Family &lt;1&gt;" in ours.render("family", families[1].pk)
