"""What mentors do across their municipalities: the desk, feedback by the rubric, absence and handover."""
