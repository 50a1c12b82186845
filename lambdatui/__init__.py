"""lambdatui: a terminal console for operating AWS Lambda."""

__version__ = "0.1.0"
