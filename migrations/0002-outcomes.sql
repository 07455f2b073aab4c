-- Outcomes that somebody collects: a manager that cannot be called, and asks what has ended since it last asked.

-- The name under which the action's outcome is collected; null for most, of which nothing is noted when they end.
alter table action add column collector text;

-- One row for each finished action that has a collector, in the order in which they ended.
create table outcome (
  collector text not null,
  -- The transition that ended the action: what a collector's cursor counts.
  transition_seq integer not null,
  action_seq integer not null references action (seq) on delete cascade,
  primary key (collector, transition_seq)
) strict, without rowid;

-- Pruning takes the outcome with its action.
create index outcome_of_action on outcome (action_seq);
