# SPDX-License-Identifier: GPL-3.0-or-later
"""Expected failures, told so that the reader knows what to do next."""

LINES_SHOWN = 10
HINTS = {
    "No space left on device": "free some space, or choose --out and --work on another disk",
    "Permission denied": "choose --out and --work where this user may write",
    "Read-only file system": "choose --out and --work where this user may write",
    "Not a directory": "a part of this path is a file; choose another --out or --work",
}


class Failure(Exception):
    """What could not be done and why; the hint says what to do about it."""

    def __init__(self, message, hint=""):
        super().__init__(message)
        self.message = message
        self.hint = hint or next((h for reason, h in HINTS.items() if reason in message), "")

    def __str__(self):
        lines = self.message.splitlines()
        if len(lines) > LINES_SHOWN:
            more = len(lines) - LINES_SHOWN
            lines[LINES_SHOWN:] = [f"  ... and {more} more lines"]
        # the hint of a message of many lines gets a line of its own
        separator = "\n" if len(lines) > 1 else " "
        return "\n".join(lines) + (f"{separator}(hint: {self.hint})" if self.hint else "")


def from_os_error(error):
    """A Failure for an OSError that nobody nearer to its cause has explained."""
    reason = error.strerror or str(error)
    return Failure(f"'{error.filename}': {reason}" if error.filename else reason)
