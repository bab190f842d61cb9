"""Typed answers: points covered, numbers with units, a suggested grade.  Pure: no database, no clock, no model."""
