"""The catalogue in SQL: items, their outbox, imports and participations.

- ``items``, ``outbox``, ``imports``, ``participations``: one class each
- ``derived``: what is worked out from all items, kept until one changes
- ``rows``: items as rows, compared, written and removed together with the outbox
- ``erasing``: removing items from every table, and telling those who were to meet one of them
- ``merging``: letting every row that names an item name another
- ``merging_introductions``: the same for introductions and wishes
- ``merging_alerts``: the same for alerts and saved searches
- ``merging_people``: the same for those who speak for it, and what they were sent
- ``batches``: what an import keeps, so that it can be undone
"""
