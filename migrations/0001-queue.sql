-- The queue and its history. What src/domain/lifecycle.ts says is repeated here, so that no writer can break it.

-- One row: which store this is, and how far pruning has gone (the newest action and transition that it ever removed).
create table store (
  only_row integer primary key check (only_row = 1),
  id text not null,
  pruned_action integer not null default 0,
  pruned_transition integer not null default 0
) strict;

insert into store (only_row, id) values (1, lower(hex(randomblob(8))));

create table action (
  -- The order of commit, and so of execution within a lane. AUTOINCREMENT: a number is never used twice.
  seq integer primary key autoincrement,
  id text not null unique,
  kind text not null,
  lane text not null,
  protocol text not null,
  principal text not null,
  requester text not null,
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
  -- What may be large comes last: reading the columns before it does not touch the pages that it fills.
  args text not null,
  headers text not null,
  state_payload text,
  constraint action_state check (state in ('NEW', 'RUNNING', 'DONE', 'FAILED')),
  constraint action_finished check ((state in ('DONE', 'FAILED')) = (finished_at is not null)),
  constraint action_started check (state = 'FAILED' or (state = 'NEW') = (started_at is null))
) strict;

-- Law: one RUNNING action per lane, whoever writes.
create unique index action_one_running on action (lane) where state = 'RUNNING';
-- The lane's next.
create index action_waiting on action (lane, seq) where state = 'NEW';
-- Every list: by state and protocol, in the order of scheduling.
create index action_listed on action (state, protocol, seq);

-- Pruning, which goes by age.
create index action_ended on action (finished_at) where finished_at is not null;

create table transition (
  seq integer primary key autoincrement,
  action_seq integer not null references action (seq) on delete cascade,
  at integer not null,
  state text not null,
  payload text,
  constraint transition_state check (state in ('NEW', 'RUNNING', 'DONE', 'FAILED'))
) strict;

create index transition_of_action on transition (action_seq);

create trigger action_begins_new before insert on action
when new.state <> 'NEW'
begin
  select raise(abort, 'an action begins as NEW');
end;

create trigger action_legal_move before update on action
when not (
  (old.state = 'NEW' and new.state in ('NEW', 'RUNNING', 'FAILED')) or
  (old.state = 'RUNNING' and new.state in ('RUNNING', 'DONE', 'FAILED'))
)
begin
  select raise(abort, 'an illegal move of an action');
end;

create trigger action_removed_when_final before delete on action
when old.state not in ('DONE', 'FAILED')
begin
  select raise(abort, 'only finished actions are removed');
end;

create trigger transition_never_changes before update on transition
begin
  select raise(abort, 'history is append-only');
end;

-- A cascade from a removed action finds the action gone already; anything else would cut a living history.
create trigger transition_goes_with_its_action before delete on transition
when exists (select 1 from action where seq = old.action_seq)
begin
  select raise(abort, 'history is append-only');
end;
