import re


def test_every_variable_is_in_the_readme(settings):
    source = (settings.BASE_DIR / "chore_project" / "settings.py").read_text()
    readme = (settings.BASE_DIR / "README.md").read_text()
    read = set(re.findall(r'\benv\.\w+\(\s*"([A-Z_]+)"', source))

    documented = set(re.findall(r"^\| `((?:CHORE|DATABASE)_[A-Z_]+)` \|", readme, re.MULTILINE))

    assert len(read) > 10
    assert documented == read
