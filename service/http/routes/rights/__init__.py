"""Routes of rights and of what members are told: ``data``, ``alerts``, and the ``report`` for staff."""
