"""The use cases: what a person does with their cards.  Both faces, and the tests, drive these very objects."""
