"""Logging in the shop's form."""

import logging

logging.basicConfig(level=logging.WARNING, format="[%(levelname)s]\t%(asctime)s\t%(message)s", force=True)
