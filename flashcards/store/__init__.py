"""The only SQL: one SQLite file with the cards, where they stand, and every answer ever given.

WAL and ``synchronous=FULL``: an answer that was said to be saved survives a power cut.
"""
