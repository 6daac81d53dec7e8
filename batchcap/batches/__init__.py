"""Task files and replies: tokens, packing, JSONL, queue, states, outcomes, cost.

Pure: no file, clock, network, database or printing anywhere in here; everything streams.
"""
