"""The encoder model on disk: where its weights come from and how it is prepared."""
