"""The HTTP service.

- ``routes``: addresses: recommendations, items, the plan, health
- ``engine``: calls on the matcher: store reads at once, index work in turn
- ``queues``: how many questions may wait
- ``jobs``: background work: a new plan of introductions
- ``listing``: pages of items, by name or open on a day
- ``schemas``: what requests hold, as pydantic models
- ``errors``: the table from errors to status codes, and problem documents
- ``middleware``: ASGI layers: request id, headers, access log, last resort, HEAD, body limit
- ``connection``: time limits of connections
- ``documentation``: the page ``/docs``
- ``access``: who may use which route
- ``deps``: what FastAPI gives to routes
- ``metrics``, ``logging``: Prometheus and structured logs
- ``examples``: examples of the API's description
- ``memory``: how the C library lends memory to threads
- ``store_watch``: a database server that stops answering is said within a second
"""
