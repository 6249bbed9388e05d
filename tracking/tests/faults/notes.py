def note(text: str) -> None:
    """Tell something of a test: pytest shows it if the test fails, and with `-rP`."""
    print(text)  # noqa: T201
