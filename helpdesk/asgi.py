"""One process for everything: pages run on Django's WSGI application in a thread pool, streams in the event loop.

Under ASGI each sync view would cost two to three times the CPU; a2wsgi keeps the price of WSGI in an ASGI server.
"""

import gc
import logging
import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")

from a2wsgi import WSGIMiddleware
from django.core.wsgi import get_wsgi_application

pages = get_wsgi_application()

from helpdesk.live.app import Live  # noqa: E402 - after Django is set up
from helpdesk.logs import WithoutTokens  # noqa: E402
from tenants.roles import refuse_bypass  # noqa: E402

# The server's own list of requests, which it has set up before it imports this.
logging.getLogger("uvicorn.access").addFilter(WithoutTokens())
# In a thread: the server imports this module inside its event loop, where Django refuses to ask the database.
with ThreadPoolExecutor(1) as thread:
    thread.submit(refuse_bypass).result()
application = Live(cast("Any", WSGIMiddleware(cast("Any", pages), workers=int(os.environ.get("WEB_THREADS", "8")))))

# What is loaded by now stays for good: collecting garbage need never look at it again. And a page's thousands of
# short-lived objects are freed by themselves: looking for cycles after each 700 would take an eighth of the time.
gc.collect()
gc.freeze()
gc.set_threshold(50_000, 20, 50)
