"""One process for everything: pages run on Django's WSGI application in a thread pool.

Under ASGI each sync view would cost two to three times the CPU; a2wsgi keeps the price of WSGI in an ASGI server.
"""

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

pages = get_wsgi_application()

from tenants.roles import refuse_bypass  # noqa: E402 - after Django is set up

# In a thread: the server imports this module inside its event loop, where Django refuses to ask the database.
with ThreadPoolExecutor(1) as thread:
    thread.submit(refuse_bypass).result()
application = WSGIMiddleware(cast("Any", pages), workers=int(os.environ.get("WEB_THREADS", "8")))
