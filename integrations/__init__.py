"""Adapters: each fulfils one Protocol of rituals.interfaces and knows one foreign library."""
