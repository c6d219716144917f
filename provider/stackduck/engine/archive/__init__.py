"""Days of reports that are kept: `days.Archive` knows their places, `footers` what each file says about itself."""
