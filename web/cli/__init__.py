"""The command ``lotmark``: the same services the web uses, for people at a terminal.

Exit codes: 0 done (or all good), 1 checked and found bad, 2 refused, with one sentence.
"""

from .main import main

__all__ = ["main"]
