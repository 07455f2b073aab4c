-- Which request asked for an action, and which trace it belongs to. Added at the end, behind what may be large, since no
-- list reads them: the columns of the rows that there are need not be written.
alter table action add column request_id text;
-- W3C Trace Context: the span that the action belongs below, as the header of version 00, and what travels with it.
alter table action add column traceparent text;
alter table action add column tracestate text;
