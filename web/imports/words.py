"""What the states and steps of an import are called."""

from ...trace.errors import N_
from ..words import Word

STATE: dict[str, Word] = {
    "waiting": ("none", N_("Waiting to be imported")),
    "running": ("run", N_("Being imported")),
    "done": ("ok", N_("Imported")),
    "refused": ("warn", N_("Nothing imported")),
    "failed": ("bad", N_("Import failed")),
}
STEPS = ("read", "check", "write")
STEP = {
    "read": N_("Read the files"),
    "check": N_("Check every row"),
    "write": N_("Write the records"),
}
