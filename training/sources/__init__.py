"""Where training and evaluation texts come from."""
