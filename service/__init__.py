"""The product's surfaces: ``http``, the ``pages`` of the same server, and the command line ``cli``.

- ``app``: the application: routes and pages together, from opening the matcher to closing it
- ``listing``: what is open on a day
- ``formats``: the JSON that both write
- ``dates``: dates and instants as people write them
- ``words``: likelihoods, fields and values in words
- ``backups``: backups as commands and pages make them
- ``doctor``: checks of every outside part, each with its remedy
- ``figures``: the facts of reports, gathered from the store
- ``introductions``: introductions as JSON, and their words
- ``looking``: what people open of what is held of others, entered in the audit
- ``meetings``: the value of each meeting of an event
- ``member_view``: what one side of an introduction may know of it
- ``needs``: job needs and leads as pages, console and API say them
- ``running``: the running service: how commands find it and ask it
- ``shortlists``: shortlists as codes and skills, never names
"""
