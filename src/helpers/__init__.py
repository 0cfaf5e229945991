"""Helper modules of the textbook on recurrent neural networks, one per chapter."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("rnn-textbook")
except PackageNotFoundError:  # a copy of src/ on the path, never installed
    __version__ = "unknown"
