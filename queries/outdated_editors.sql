-- ---
-- name: outdated_editors
-- description: People whose Copilot plugin is older than what others here have had for a while.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
--   grace_days: {type: INTEGER, default: 7, description: Days that people may take to update.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [user_login, editor, plugin, plugin_version, newest_version, editor_version, last_seen_at]
--   values: {plugin_version: {nulls: no}, newest_version: {nulls: no}}
--   with: {until: 2026-10-31}
-- ---
-- Old plugins send less, so their people look less active than they are. Versions are compared number by number
-- (1.9 is older than 1.10), and the newest is the newest that somebody here had before the days of grace.
WITH sampled AS (
  SELECT
    user_id,
    user_login,
    ide,
    last_known_ide_version.ide_version AS editor_version,
    last_known_plugin_version.plugin AS plugin, -- Visual Studio gives its own version for the plugin's
    last_known_plugin_version.plugin_version AS plugin_version,
    last_known_plugin_version.sampled_at AS sampled_at,
    regexp_extract_all(plugin_version, '[0-9]+')::BIGINT[] AS numbers
  FROM github.copilot_usage.user_day_ides
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
    AND regexp_matches(last_known_plugin_version.plugin_version, '[0-9]') -- some rows tell none
),
latest AS (
  SELECT unnest(max_by(sampled, sampled_at)) FROM sampled GROUP BY ide, user_id
),
released AS (
  SELECT ide, plugin, plugin_version, numbers
  FROM sampled
  GROUP BY ALL
  HAVING min(sampled_at) < coalesce($until, current_date - 1) + 1 - $grace_days
),
newest AS (
  SELECT ide, plugin, max(numbers) AS numbers, max_by(plugin_version, numbers) AS newest_version
  FROM released
  GROUP BY ALL
)
SELECT user_login, ide AS editor, plugin, plugin_version, newest_version, editor_version, sampled_at AS last_seen_at
FROM latest
JOIN newest USING (ide, plugin)
WHERE latest.numbers < newest.numbers
ORDER BY editor, user_login;
