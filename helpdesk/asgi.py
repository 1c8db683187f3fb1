"""One process for everything: pages run on Django's WSGI application in a thread pool.

Under ASGI each sync view would cost two to three times the CPU; a2wsgi keeps the price of WSGI in an ASGI server.
"""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

pages = get_wsgi_application()

from tenants.roles import refuse_bypass  # noqa: E402 - after Django is set up

refuse_bypass()
application = WSGIMiddleware(pages, workers=int(os.environ.get("WEB_THREADS", "8")))
