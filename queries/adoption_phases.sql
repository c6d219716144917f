-- ---
-- name: adoption_phases
-- description: "GitHub's adoption phases on the latest day: people in each, and what they do on average."
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 7, description: Days among which to look for the latest.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [day, phase_number, phase, users_in_phase_28d, users_in_phase_percent, users_active_on_day,
--     avg_prompts_on_day, avg_lines_added_on_day]
--   values: {phase_number: {min: 0}, users_in_phase_percent: {min: 0, max: 100}}
--   with: {until: 2026-10-31}
-- ---
-- A phase is judged over 28 days with at least two days of use: 1 is code first, 2 one agent surface, 3 several. The
-- people of the 28 days and those of the day itself are two numbers; the averages are of the day's.
SELECT
  day,
  phase_number,
  phase,
  users_in_phase_28d, -- NULL before 2026-09-17; of phases of which nobody was active on the day there is no row
  round(100 * users_in_phase_28d / nullif(sum(users_in_phase_28d) OVER (PARTITION BY day), 0), 1)
    AS users_in_phase_percent,
  total_engaged_users AS users_active_on_day,
  avg_user_initiated_interactions AS avg_prompts_on_day,
  avg_loc_added AS avg_lines_added_on_day
FROM github.copilot_usage.entity_day_ai_adoption_phases
WHERE (enterprise = $enterprise OR org = $org)
  AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
QUALIFY day = max(day) OVER ()
ORDER BY phase_number;
