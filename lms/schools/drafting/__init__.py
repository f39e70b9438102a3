"""A county's spreadsheets on their way to a term. What their cells mean is worked out in `lms.schools.sheets`."""
