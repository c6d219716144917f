-- ---
-- name: customizations_used
-- description: Skills, custom agents, MCP servers, slash commands, plugins and third-party agents in use.
-- parameters:
--   enterprise: {type: VARCHAR, description: Slug of the enterprise.}
--   org: {type: VARCHAR, description: Login of the organization.}
--   days: {type: INTEGER, default: 28, description: Days of the period.}
--   until: {type: DATE, default: null, description: Last day of the period; yesterday when it is not given.}
-- one of: [enterprise, org]
-- output: table
-- expect:
--   columns: [kind, name, users, uses, unit]
--   values: {kind: {nulls: no}, users: {min: 1}}
--   with: {until: 2026-10-31}
-- ---
-- What counts differs: of an MCP server connections, not calls of its tools; of another company's agent the jobs it was
-- given, which are no prompts. Uses of a plugin count as those of its skills too. Rows name a person's five most used
-- of a day, so the counts are a lower bound. GitHub's own counts of distinct things cannot be added up.
WITH used (kind, name, unit, user_id, uses) AS (
  SELECT 'skill', skill, 'uses', user_id, interaction_count
  FROM github.copilot_usage.user_day_skills
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'custom agent', custom_agent, 'uses', user_id, interaction_count
  FROM github.copilot_usage.user_day_custom_agents
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'MCP server', mcp, 'connections', user_id, interaction_count
  FROM github.copilot_usage.user_day_mcps
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'slash command', slash_cmd, 'uses', user_id, interaction_count
  FROM github.copilot_usage.user_day_slash_cmds
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'plugin', plugin, 'uses', user_id, interaction_count
  FROM github.copilot_usage.user_day_plugins
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
  UNION ALL
  SELECT 'third-party agent', agent_name, 'jobs', user_id, user_initiated_interaction_count
  FROM github.copilot_usage.user_day_3rd_party_agents
  WHERE (enterprise = $enterprise OR org = $org)
    AND day BETWEEN coalesce($until, current_date - 1) - $days + 1 AND coalesce($until, current_date - 1)
)
SELECT kind, name, count(DISTINCT user_id) AS users, sum(uses)::BIGINT AS uses, unit
FROM used
GROUP BY kind, name, unit
ORDER BY kind, users DESC, name;
