"""Who may use which route.

- ``caller``: who asks, what they may do, and items only for those who may see them
- ``identify``: finding out who asks, from the key or the cookie of a request
- ``cookies``: the cookie of a signed-in visit
- ``limits``: how often one may ask, and try to sign in
- ``guards``: what routes ask for: ``requires(Permission.X)``, named at each route, or ``Own``
- ``same_origin``: the refusal of what other sites make a browser send
"""

from service.http.access.caller import Caller
from service.http.access.guards import CallerDep, Own, requires

__all__ = ["Caller", "CallerDep", "Own", "requires"]
