"""The origin's WSGI application."""

import os

from . import sqlite

sqlite.install()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "broadsheet.conf.settings")

from django.core.wsgi import get_wsgi_application  # noqa: E402  (after the SQLite swap)

application = get_wsgi_application()
