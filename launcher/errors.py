"""Errors with a message for the person at the terminal."""


class LauncherError(RuntimeError):
    """What happened, what it means and what to do, in plain words. The launcher prints it without a traceback."""
