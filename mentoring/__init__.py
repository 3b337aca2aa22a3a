"""Mentoring: the mentor's desk, feedback by the rubric, absences and handovers, plans, check-ins and reviews."""
