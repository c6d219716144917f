"""Checking SQL files without token, network or data: what would fail, and what would mislead.

A file's statements are planned and bound on a database that reaches nothing; the traps of the metrics are seen in
their text. What is found has a rule and a place.
"""
