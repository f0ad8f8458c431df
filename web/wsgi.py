"""The application as a web server's child process makes it: from its environment."""

import os

from flask import Flask

from .app import create_app
from .installation import open_installation
from .settings import Settings


def application() -> Flask:
    """The application for the installation that ``LOTMARK_…`` name."""
    return create_app(open_installation(Settings.from_environment(os.environ)))
