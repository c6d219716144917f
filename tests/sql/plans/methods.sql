-- Method choice, optional parameters, and parameters that share their name with a field.

SELECT id FROM made.up.twofold WHERE org = 'a' AND team = 'x'
--> twofold(org=a, team=x)

SELECT id FROM made.up.twofold WHERE org = 'a'
--> twofold(org=a)

-- a condition on a parameter of a method that was passed over: never fall back in silence
SELECT id FROM made.up.twofold WHERE org = 'a' AND lower(team) = 'x'
--> MissingParameterError: would be read by by_org, which does not take team; give team one value

SELECT id FROM made.up.twofold WHERE org = 'a' AND team > 'x'
--> MissingParameterError: does not take team

SELECT id, team FROM made.up.twofold WHERE org = 'a'
--> MissingParameterError: does not take team

SELECT id FROM made.up.twofold WHERE (org = 'a' AND team = 'x') OR org = 'b'
--> MissingParameterError: does not take team

SELECT id FROM made.up.twofold WHERE team = 'x'
--> MissingParameterError: made.up.twofold needs org

-- every missing parameter, and the alternatives
SELECT id FROM made.up.days
--> MissingParameterError: made.up.days needs org and day; add WHERE org = '<slug>' AND day = '<YYYY-MM-DD>'

SELECT id FROM made.up.twofold
--> MissingParameterError: made.up.twofold needs org; org and team

-- no method to select with
SELECT * FROM github.copilot.org_copilot_seats_teams WHERE org = 'a'
--> NotSupportedError: add_copilot_seats_for_teams

-- optional parameters
SELECT id FROM made.up.paged WHERE org = 'a'
--> paged(org=a)

SELECT id FROM made.up.paged WHERE org = 'a' AND page = 2
--> paged(org=a, page=2)

SELECT id FROM made.up.paged WHERE org = 'a' AND page = '2'
--> paged(org=a, page=2)

SELECT id FROM made.up.paged WHERE org = 'a' AND state = 'open' AND page IN (1, 2)
--> paged(org=a, state=open, page=1)
--> paged(org=a, state=open, page=2)

SELECT id, state FROM made.up.paged WHERE org = 'a'
--> paged(org=a)

SELECT id FROM made.up.paged WHERE org = 'a' AND page > 1
--> ProgrammingError: page is a parameter of made.up.paged, not a column of its rows; give it a value, page = <number>, or leave it out

SELECT id FROM made.up.paged WHERE org = 'a' AND state IS NULL
--> ProgrammingError: state is a parameter of made.up.paged

SELECT id FROM made.up.paged WHERE org = 'a' ORDER BY state
--> ProgrammingError: state is a parameter

SELECT count(state) FROM made.up.paged WHERE org = 'a'
--> ProgrammingError: state is a parameter

-- with it and without it: the same rows would come twice
SELECT id FROM made.up.paged WHERE (org = 'a' AND page = 1) OR org = 'b'
--> NotSupportedError: one side of an OR gives page and another does not

SELECT p.id FROM made.up.paged p JOIN made.up.paged q ON p.id = q.id WHERE p.org = 'a' AND q.org = 'a' AND q.page = 2
--> paged(org=a)
--> paged(org=a, page=2)

-- a shared name: the question is asked, the field keeps the name
SELECT id, role FROM made.up.shared WHERE org = 'a' AND role = 'all'
--> shared(org=a, role=all)

SELECT id FROM made.up.shared WHERE org = 'a' AND role IN ('all', 'boss')
--> shared(org=a, role=all)
--> shared(org=a, role=boss)

SELECT id FROM made.up.shared s JOIN loc ON s.role = 'all' AND loc.name = s.role WHERE s.org = 'a'
--> shared(org=a, role=all)

SELECT id FROM made.up.shared WHERE org = 'a' AND role LIKE 'b%'
--> shared(org=a)

SELECT id FROM (SELECT id, role FROM made.up.shared WHERE org = 'a') WHERE role = 'boss'
--> shared(org=a)

SELECT role, count(*) FROM made.up.shared WHERE org = 'a' GROUP BY role HAVING role = 'boss'
--> shared(org=a)

SELECT count(*) FILTER (WHERE role = 'boss') FROM made.up.shared WHERE org = 'a'
--> shared(org=a)

-- a question that cannot be put would be read as a comparison of the field
SELECT id FROM made.up.shared WHERE org = 'a' AND (role = 'all' OR name = 'x')
--> NotSupportedError: role is a parameter of made.up.shared and a field of its rows

SELECT id FROM made.up.shared WHERE org = 'a' AND role = lower('ALL')
--> shared(org=a, role=all)

SELECT id FROM made.up.shared WHERE org = 'a' AND role = left('all', 3)
--> NotSupportedError: role is a parameter of made.up.shared and a field of its rows

SELECT id FROM made.up.shared WHERE org = 'a' AND NOT role = 'all'
--> NotSupportedError: role is a parameter

SELECT id, 5! AS f FROM made.up.shared WHERE org = 'a' AND role = 'all'
--> NotSupportedError: stackduck cannot read this statement well enough to tell the parameter role from the field

-- whose team it is cannot be known
SELECT t.id FROM made.up.twofold t, other WHERE t.org = 'a' AND team = 'x'
--> ProgrammingError: team may be the parameter of made.up.twofold or another table's column; write t.team

SELECT t.id FROM made.up.twofold t, other WHERE t.org = 'a' AND other.team = 'x'
--> twofold(org=a)

-- an alias goes before a parameter in ORDER BY
SELECT id AS page FROM made.up.paged WHERE org = 'a' ORDER BY page
--> paged(org=a)

-- which table's role it is cannot be known
SELECT s.id FROM made.up.shared s, read_csv('/nowhere.csv') AS c WHERE s.org = 'a' AND role = 'all'
--> NotSupportedError: role is a parameter

-- unknown names
SELECT * FROM made.up.thing WHERE org = 'a'
--> ProgrammingError: no resource 'thing' in made.up; did you mean 'things'?

SELECT * FROM made.upp.things WHERE org = 'a'
--> ProgrammingError: no service 'upp' in made; did you mean 'up'?

SELECT nmae FROM made.up.things WHERE org = 'a'
--> ProgrammingError: nmae

-- a value is one path segment
SELECT id FROM made.up.things WHERE org = '../../user'
--> things(org=../../user)

SELECT id FROM made.up.things WHERE org = 'x'' OR 1=1 --'
--> things(org=x' OR 1=1 --)

SELECT id FROM made.up.things WHERE org = ''
--> ProgrammingError: org may not be empty

SELECT id FROM made.up.things WHERE org = '..'
--> ProgrammingError: org may not be '..'
