"""The prompt: a statement or a command is read, run, shown, and the next one asked for.

Owns what one session remembers and how a person is talked to. What a statement means, what it asks and how rows look
are other rooms' business; the prompt library lives here and nowhere else.
"""
