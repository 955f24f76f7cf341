"""The French analyser: neutral text, tokens, gender, inclusive spellings, inflection, names."""
