"""Whom to ask: one protocol, and what speaks it."""
