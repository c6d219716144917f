-- ---
-- name: daily_active_users
-- description: Daily, weekly and monthly active users, and the daily ones as a share of the seats.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [day, daily_users, weekly_users, monthly_users, seats_now, daily_users_percent_of_seats,
--     daily_users_percent_of_monthly]
--   rows: {min: 1}
--   values: {daily_users: {min: 0}, daily_users_percent_of_monthly: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- GitHub's own counts: weekly is of the 7 days that end with the day, monthly of 28, each person once. They cannot be
-- made of the daily ones. Seats are those of now, for GitHub tells none of a past day; so over 100 percent can happen.
WITH holders AS (
  SELECT count(*) AS seats_now -- a person with several seats is one row
  FROM github.copilot_usage.seats
  WHERE (enterprise = $enterprise OR org = $org)
    AND login IS NOT NULL
)
SELECT
  day,
  daily_active_users AS daily_users,
  weekly_active_users AS weekly_users,
  monthly_active_users AS monthly_users,
  seats_now,
  round(100 * daily_active_users / nullif(seats_now, 0), 1) AS daily_users_percent_of_seats,
  round(100 * daily_active_users / nullif(monthly_active_users, 0), 1) AS daily_users_percent_of_monthly
FROM github.copilot_usage.entity_days
CROSS JOIN holders
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
ORDER BY day;
