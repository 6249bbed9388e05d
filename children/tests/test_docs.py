import re

from django.core.management import get_commands


def test_every_variable_is_in_the_readme(settings):
    source = (settings.BASE_DIR / "chore_project" / "settings.py").read_text()
    readme = (settings.BASE_DIR / "README.md").read_text()
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', source))

    documented = set(re.findall(r"^\| `((?:CHORE|DATABASE|REDIS|WEB)_[A-Z_]+)` \|", readme, re.MULTILINE))

    assert len(read) > 10
    assert documented == read


def test_every_command_is_in_the_readme(settings):
    readme = (settings.BASE_DIR / "README.md").read_text()
    ours = {name for name, app in get_commands().items() if app in ("children", "rewards", "tracking")}

    documented = set(
        re.findall(r"^\| `([a-z_]+)[^`]*` \|", readme.split("\n## Commands\n")[1].split("\n## ")[0], re.MULTILINE)
    )

    assert len(ours) > 5
    assert documented == ours
