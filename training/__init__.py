"""Offline work: training, evaluation and benchmarks. Never imported by the service.

- ``cli``: ``matcher-lab``, a command for the module of its name
- ``bench``: speed, memory, load, growth and faults of the product
- ``encoder``: training of the encoder
- ``hiring``: the HR factory measured
- ``job_check``, ``motives``: the checks of job offers and of what staff write, measured
- ``market``: markets and meetings beside published peers
- ``quality``: the quality page, written by the commands that it names
- ``ranking``: rankings measured on judged sets
- ``servers``: outside servers on this machine
- ``sources``: where texts of training and evaluation come from
"""
