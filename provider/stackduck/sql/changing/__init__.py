"""INSERT, UPDATE, REPLACE, DELETE and EXEC become requests; what is not certain is refused."""
