"""batchcap: a stock photo archive in, keyworded photos out, through the Batch API."""

__version__ = "0.1.0"
