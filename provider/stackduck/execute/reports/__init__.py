"""The service github.copilot_usage: report contents as relations.

In the order in which a statement passes them: choosing (which days, from where), links (what GitHub gives for them),
bringing (links → archive) or passing (links → files for one statement), relating (files → relations). `service` joins
them, and `backfill` fills an archive without a statement.
"""
