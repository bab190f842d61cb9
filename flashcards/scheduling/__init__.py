"""When to ask what: FSRS on calendar days, the order of the day's cards.

Pure: no database and no clock of its own; time and chance come in as arguments.
"""
