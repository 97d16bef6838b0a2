"""The one error that the command line shows as a plain line; every stage's own errors derive from it."""


class TrackerError(Exception):
    """Bad input or a failed stage; the message names the file, line, URL or key."""
