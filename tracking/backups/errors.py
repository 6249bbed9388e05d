class BackupError(Exception):
    """It was not done, and nothing was lost; says why, to whoever runs the server."""


class Unfinished(Exception):
    """The database is restored, and something after that failed; says what."""
