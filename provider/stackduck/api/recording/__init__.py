"""Answers of an API and files of reports, kept in a folder and given again without a network or a token.

Sits in the place of what sends (a wire) and of what downloads (a transfer); what asks them sees no difference.
"""
