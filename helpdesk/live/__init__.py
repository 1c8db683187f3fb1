"""Pages that stay true while they are open: one stream of server-sent events a page.

`app` answers `/desk/live` and `/live` inside the ASGI server, `readers` says who may listen and for how long, `stream`
is one open page, `hub` hears what `tenants.live` publishes and hands it to the pages of this process.
"""
