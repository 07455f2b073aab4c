-- Who asked for what: beside principal and protocol, the address that a request came from, and the same of the wish to
-- cancel.

-- Made anew, so that the address stands before what may be large: the audit reads it of many actions.
create table action_of_callers (
  -- The order of commit, and so of execution within a lane. A number is never used twice: the store counts on from the
  -- newest that ever was, which is here or, once it was pruned, in the row of `store`. (AUTOINCREMENT writes a page.)
  seq integer primary key,
  id text not null unique,
  kind text not null,
  lane text not null,
  protocol text not null,
  principal text not null,
  requester text not null,
  -- The address that the request came from; null for what was scheduled before this was recorded.
  remote_address text,
  state text not null,
  -- Times are milliseconds since the epoch.
  created_at integer not null,
  scheduled_at integer not null,
  started_at integer,
  finished_at integer,
  cancel_requested_at integer,
  -- The time of the newest transition: the next one is never earlier, whatever the clock does.
  updated_at integer not null,
  interruptions integer not null default 0,
  -- When the agent stopped in good order while the action ran: that is no interruption.
  suspended_at integer,
  progress_entries integer not null default 0,
  history_bytes integer not null default 0,
  version integer not null default 1,
  -- The name under which the action's outcome is collected; null for most, of which nothing is noted when they end.
  collector text,
  -- Its newest transition: the history is a chain from there back, which needs no index.
  last_transition integer not null,
  -- What may be large comes last: reading the columns before it does not touch the pages that it fills.
  args text not null,
  headers text not null,
  state_payload text,
  -- Written out: SQLite makes a table of a list of more than two, for each statement anew.
  constraint action_state check (state = 'NEW' or state = 'RUNNING' or state = 'DONE' or state = 'FAILED'),
  constraint action_finished check ((state = 'DONE' or state = 'FAILED') = (finished_at is not null)),
  constraint action_started check (state = 'FAILED' or (state = 'NEW') = (started_at is null))
) strict;

create table outcome_of_callers (
  collector text not null,
  -- The transition that ended the action: what a collector's cursor counts.
  transition_seq integer not null,
  action_seq integer not null references action_of_callers (seq) on delete cascade,
  primary key (collector, transition_seq)
) strict, without rowid;

insert into action_of_callers
select seq, id, kind, lane, protocol, principal, requester, null, state, created_at, scheduled_at, started_at,
  finished_at, cancel_requested_at, updated_at, interruptions, suspended_at, progress_entries, history_bytes, version,
  collector, last_transition, args, headers, state_payload
from action order by seq;

insert into outcome_of_callers select collector, transition_seq, action_seq from outcome;

-- It names the table that goes, and comes back below.
drop trigger transition_goes_with_its_action;
drop table outcome;
drop table action;
alter table action_of_callers rename to action;
alter table outcome_of_callers rename to outcome;

-- One row for each action that somebody wanted to end: the first who did. A table of its own, since few are cancelled.
create table cancellation (
  action_seq integer primary key references action (seq) on delete cascade,
  at integer not null,
  principal text not null,
  protocol text not null,
  remote_address text not null
) strict;

-- What is unfinished, by lane: the running one, if any, is the first of its lane, and the next comes after it.
create index action_open on action (lane, seq) where finished_at is null;
-- Every list: by state and protocol, in the order of scheduling. One index of all would be written twice for each move.
create index action_unfinished on action (protocol, seq) where finished_at is null;
-- With the time for pruning, which goes by age: an index in that order would be one page more for each move.
create index action_finished on action (state, protocol, seq, finished_at) where finished_at is not null;
-- Pruning takes the outcome with its action.
create index outcome_of_action on outcome (action_seq);

-- After, since only then a number that SQLite gives is known.
create trigger action_begins_new after insert on action
when new.state <> 'NEW' or new.seq < (select max(seq) from action)
begin
  select raise(abort, 'an action begins as NEW, behind all others');
end;

-- Laws: the table of moves; and one RUNNING action per lane, in the order of commit. In one trigger, since each costs
-- as much as the rest of a small statement.
create trigger action_legal_move before update on action
when not (
  (old.state = 'NEW' and new.state <> 'DONE') or
  (old.state = 'RUNNING' and new.state <> 'NEW')
) or new.lane <> old.lane or new.seq <> old.seq or (
  new.state = 'RUNNING' and old.state = 'NEW' and
  new.seq <> (select seq from action where lane = new.lane and finished_at is null order by seq limit 1)
)
begin
  select raise(abort, 'an illegal move of an action')
  where not (old.state = 'NEW' and new.state = 'RUNNING') or new.lane <> old.lane or new.seq <> old.seq;
  select raise(abort, 'an action runs only when it is the oldest of its lane');
end;

create trigger action_removed_when_final before delete on action
when old.finished_at is null
begin
  select raise(abort, 'only finished actions are removed');
end;

-- An action is removed before its history; anything else would cut a living one.
create trigger transition_goes_with_its_action before delete on transition
when exists (select 1 from action where seq = old.action_seq)
begin
  select raise(abort, 'history is append-only');
end;
