"""Which days, from where: the wanted days of a report become archived days, a 28-day report and single calls.

Pure: given the time and a listing of the archive, it says what to do; it reads no clock and no file, and calls nobody.

kinds       the reports that GitHub has, and the requests for their links
calendar    the days that can exist, those that a condition means, and how long what is kept is believed
coverage    wanted days become archived days, fetches, and days that are not there, with the reason
backfill    the fetches that fill an archive, their pace, and the time that they still take
"""
