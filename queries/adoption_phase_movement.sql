-- ---
-- name: adoption_phase_movement
-- description: How people moved between GitHub's adoption phases within a period.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 56, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [first_phase_number, first_phase, last_phase_number, last_phase, users, direction]
--   values: {users: {min: 1}, first_phase_number: {min: 0}, last_phase_number: {min: 0}}
--   with: {until: 2026-10-31}
-- ---
-- Each person's phase on their first and last day in the reports. A phase is judged over the 28 days before with at
-- least two days of use, so it lags; periods under 56 days mostly compare a window with itself. Numbers run from
-- 0 (none) to 3 (several agents), though GitHub may add some.
WITH moved AS (
  SELECT
    user_id,
    min_by(ai_adoption_phase, day) AS first_one,
    max_by(ai_adoption_phase, day) AS last_one
  FROM github.copilot_usage.user_days
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
    AND ai_adoption_phase IS NOT NULL -- not told before 2026-05-29
  GROUP BY user_id
)
SELECT
  first_one.phase_number AS first_phase_number,
  first_one.phase AS first_phase,
  last_one.phase_number AS last_phase_number,
  last_one.phase AS last_phase,
  count(*) AS users,
  CASE
    WHEN last_phase_number > first_phase_number THEN 'up'
    WHEN last_phase_number < first_phase_number THEN 'down'
    ELSE 'same'
  END AS direction
FROM moved
GROUP BY ALL
ORDER BY ALL;
