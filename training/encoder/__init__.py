"""Training of the encoder.

- ``config``: the settings of a run
- ``examples``: the batches of a run
- ``loss``: ranking that never sets related texts against each other
- ``finetune``: low-rank training by sentence-transformers' trainer
- ``dev_tasks``: held-out tasks to tune by
- ``export``: what a run made, as it ships
- ``train``: ``matcher-lab train``: all of it
- ``vectors``: vectors of benchmark texts, kept on disk
"""
