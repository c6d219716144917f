SELECT
  i AS n,
  i AS n,
  CASE i WHEN 0 THEN 'a|b "x",' || chr(10) || chr(27) || '[31mred' WHEN 1 THEN NULL ELSE '' END AS text,
  '日本' || i AS wide,
  i::DECIMAL(20, 3) AS price,
  170141183460469231731687303715884105727 AS huge,
  i / 4 AS ratio,
  i = 1 AS truth,
  date '2026-02-01' + i::INTEGER AS "day",
  timestamptz '2026-02-01 10:00:00+00' AS at,
  ['x', NULL] AS list,
  {'a': json '{"k": [1.10]}', 'b c': [i]} AS struct,
  json '{"raw": 1e400}' AS doc,
  NULL AS nothing
FROM range(3) AS t(i)
