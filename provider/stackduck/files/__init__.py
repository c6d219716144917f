"""SQL files: what their front matter declares, how they run, what is expected of their rows.

Sits above the Python way in and the output formats: a file is run as any script is, over a connection.
"""
