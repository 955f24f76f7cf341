"""The encoder model on disk: where its weights come from and how it is prepared.

- ``source``: the weights, out of the package that carries them
- ``lora``: the adapter that ships, merged into them
- ``write``: vocabulary, tokeniser, weights and configuration as files
- ``prepare``: all of it: from the package to a prepared folder
"""
