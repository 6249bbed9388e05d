class BackupError(Exception):
    """It was not done, and nothing was lost; says why, to whoever runs the server."""
