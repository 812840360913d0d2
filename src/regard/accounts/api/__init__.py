"""The JSON API under ``/api/v1``: how a key comes in, and what every operation of every storey has in common.

A storey writes a router (``<storey>/api…``) out of :mod:`regard.accounts.api.operations`, and ``regard.wiring.API``
lists it. Django Ninja takes a second to import, so the modules that need it are imported at the API's first request.
"""
