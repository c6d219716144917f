"""Days of reports that are kept: `days.Archive` knows their places, `footers` what each file says about itself.

`durable` lets files appear, `joining` makes one of several before, `windows` remembers the days of 28-day reports.
"""
