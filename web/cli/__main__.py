"""``python -m lotmark.web.cli``: how the server starts its worker."""

from .main import main

main()
