"""Charts for a terminal: what of a result can be drawn, on which scales, and the lines, bars and sparklines of it.

Everything is text of a given width; colour is an addition, never the only way to tell two series apart.
"""
