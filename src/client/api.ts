// Made from openapi/steward.v1.json by openapi-typescript: npm run generate.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What this is
         * @description A short page that says where things are: text, or HTML for browsers.
         */
        get: operations["getRoot"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The versions of the API
         * @description Each with its status and dates. A deprecated version answers with the headers Deprecation and Sunset.
         */
        get: operations["listApiVersions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/problems/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a problem means
         * @description The `type` of every problem leads here: JSON, or HTML for browsers.
         */
        get: operations["getProblem"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/livez": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the process lives
         * @description Touches nothing: as long as the process can answer, this does.
         */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the database can be written and, unless actions are disabled, the executor runs
         * @description Ready means that the database can be written and actions are carried out, not that the datastore is up.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures for Prometheus
         * @description The text format of Prometheus.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/actions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List actions
         * @description A page of the actions that fit all the filters, in the order of scheduling. A page may be short, or even empty, and still have a `next`: only a null `next` is the end.
         */
        get: operations["listActions"];
        put?: never;
        /**
         * Schedule an action
         * @description Records an action; when the answer arrives it is on disk and will run in its turn. Sending the same request with the same id, or the same Idempotency-Key, again is harmless for as long as the action is kept.
         */
        post: operations["scheduleAction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/actions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An action and its history
         * @description With `wait` the answer comes when there is something to tell: with If-None-Match as soon as the action differs (304 when it does not in that time), without it when the action is final (else as it is when the time is over). Nothing more happens to a final action: its answer comes at once.
         */
        get: operations["getAction"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/actions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Cancel an action
         * @description A waiting action is FAILED at once, with the reason `cancelled`. A running one is told, and is FAILED when it has stopped; an outcome that it reached before wins. Repeating is harmless. Send the JSON content type; the body stays empty.
         */
        post: operations["cancelAction"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Watch every transition
         * @description Server-Sent Events: `transition` for each entry of any history, `gap` where events are missing because they were pruned (`pruned`), or the given id is of another database, or of this one before it was put back (`other-store`), or newer than it (`ahead`), and then only what comes from now on is sent. After a Last-Event-ID everything since is replayed from disk; without one the stream begins now, with the event `begin`, whose id is that place: who comes back with it misses nothing.
         */
        get: operations["watchEvents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/kinds": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The kinds of actions
         * @description Every kind that can be scheduled, with the JSON Schema of its arguments.
         */
        get: operations["listKinds"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/kinds/{kind}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One kind of action
         * @description The slashes of a kind may be sent as they are or percent-encoded.
         */
        get: operations["getKind"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/info/agent": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What runs this agent
         * @description The version of the agent, what it was built from, since when it runs and whether it takes actions.
         */
        get: operations["getAgentInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/info/datastore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The datastore beside the agent
         * @description The node, its cluster and the version of the datastore, asked now. One that does not answer is a problem whose member `node` has the status UNAVAILABLE and the reason.
         */
        get: operations["getDatastoreInfo"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/shards": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The shards that this node holds
         * @description Each part of the data with the role of this node, how far it has written and how far it is behind.
         */
        get: operations["getShards"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/activity": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The last hour of the queue
         * @description How many actions were scheduled, began, and ended in each minute of the last hour, how many waited and ran at its end, and the lanes as they are now. Counted from the agent's own events; after a start, from its history.
         */
        get: operations["getActivity"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/whoami": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whom the agent takes you for
         * @description The principal that your token, your certificate or your address stands for, and what it may do.
         */
        get: operations["whoAmI"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who asked for what
         * @description Who scheduled each action and who first wished to cancel it: principal, protocol and address. Newest action first. What `principal`, `protocol`, `address`, `since` and `until` say has to hold of one of the two. A page may be short, or even empty, and still have a `next`. Needs the scope `admin`.
         */
        get: operations["listAudit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        ActionSummary: {
            /**
             * Format: uuid
             * @description UUID, in lower case.
             */
            id: string;
            /** @description What is to be done; /api/v1/kinds lists the kinds. */
            kind: string;
            /**
             * @description NEW waits, RUNNING is at work, DONE and FAILED are final.
             * @enum {string}
             */
            state: "NEW" | "RUNNING" | "DONE" | "FAILED";
            /** @description Actions of one lane run one at a time, in the order of scheduling. */
            lane: string;
            /** @description What asked, in its own words. */
            requester: string;
            /** @description Who asked, as the agent knows it. */
            principal: string;
            /** @description The protocol that the request came through; `api` is this one. */
            protocol: string;
            /** @description The address that the request came from; null for what older versions recorded. */
            remote_address: string | null;
            /**
             * Format: date-time
             * @description When it was created, by whoever created it.
             */
            created_ts: string;
            /**
             * Format: date-time
             * @description When this agent recorded it.
             */
            scheduled_ts: string;
            /**
             * Format: date-time
             * @description When it began to run.
             */
            started_ts: string | null;
            /**
             * Format: date-time
             * @description When it became DONE or FAILED.
             */
            finished_ts: string | null;
            /**
             * Format: date-time
             * @description When somebody asked to cancel it.
             */
            cancel_requested_ts: string | null;
            /** @description Why it failed; null unless it is FAILED. */
            failure: {
                /** @description As in the payload: `error`, `timeout`, `cancelled`, `interrupted` or `unavailable`. Null where it has none. */
                reason: string | null;
                /** @description The sentence in the payload, or as much of it as fits. Null where it has none. */
                error: string | null;
            } | null;
            /** @description How often the agent stopped under it since its last progress. */
            interruptions: number;
            /** @description Grows with every change. */
            version: number;
        };
        Action: {
            /**
             * Format: uuid
             * @description UUID, in lower case.
             */
            id: string;
            /** @description What is to be done; /api/v1/kinds lists the kinds. */
            kind: string;
            /**
             * @description NEW waits, RUNNING is at work, DONE and FAILED are final.
             * @enum {string}
             */
            state: "NEW" | "RUNNING" | "DONE" | "FAILED";
            /** @description Actions of one lane run one at a time, in the order of scheduling. */
            lane: string;
            /** @description What asked, in its own words. */
            requester: string;
            /** @description Who asked, as the agent knows it. */
            principal: string;
            /** @description The protocol that the request came through; `api` is this one. */
            protocol: string;
            /** @description The address that the request came from; null for what older versions recorded. */
            remote_address: string | null;
            /**
             * Format: date-time
             * @description When it was created, by whoever created it.
             */
            created_ts: string;
            /**
             * Format: date-time
             * @description When this agent recorded it.
             */
            scheduled_ts: string;
            /**
             * Format: date-time
             * @description When it began to run.
             */
            started_ts: string | null;
            /**
             * Format: date-time
             * @description When it became DONE or FAILED.
             */
            finished_ts: string | null;
            /**
             * Format: date-time
             * @description When somebody asked to cancel it.
             */
            cancel_requested_ts: string | null;
            /** @description Why it failed; null unless it is FAILED. */
            failure: {
                /** @description As in the payload: `error`, `timeout`, `cancelled`, `interrupted` or `unavailable`. Null where it has none. */
                reason: string | null;
                /** @description The sentence in the payload, or as much of it as fits. Null where it has none. */
                error: string | null;
            } | null;
            /** @description How often the agent stopped under it since its last progress. */
            interruptions: number;
            /** @description Grows with every change. */
            version: number;
            /** @description The X-Request-Id of the request that asked for it, by which the log tells of that; null where there was none, and for what older versions recorded. */
            request_id: string | null;
            /** @description The span that the action belongs below, as the header of W3C Trace Context: of the request where the agent records traces, else what the caller sent. Null where there is no trace. */
            traceparent: string | null;
            /** @description The arguments; null when none were given. */
            args: unknown;
            /** @description Metadata that came with the request. */
            headers: {
                [key: string]: string;
            };
            /** @description What the action last reported; null when nothing. */
            state_payload: unknown;
        };
        Transition: {
            /**
             * Format: date-time
             * @description When the action came into this state. Never earlier than the entry before.
             */
            timestamp: string;
            /**
             * @description NEW waits, RUNNING is at work, DONE and FAILED are final.
             * @enum {string}
             */
            state: "NEW" | "RUNNING" | "DONE" | "FAILED";
            /** @description What was reported with it. */
            state_payload: unknown;
        };
        ActionDetail: {
            /**
             * Format: uuid
             * @description UUID, in lower case.
             */
            id: string;
            /** @description What is to be done; /api/v1/kinds lists the kinds. */
            kind: string;
            /**
             * @description NEW waits, RUNNING is at work, DONE and FAILED are final.
             * @enum {string}
             */
            state: "NEW" | "RUNNING" | "DONE" | "FAILED";
            /** @description Actions of one lane run one at a time, in the order of scheduling. */
            lane: string;
            /** @description What asked, in its own words. */
            requester: string;
            /** @description Who asked, as the agent knows it. */
            principal: string;
            /** @description The protocol that the request came through; `api` is this one. */
            protocol: string;
            /** @description The address that the request came from; null for what older versions recorded. */
            remote_address: string | null;
            /**
             * Format: date-time
             * @description When it was created, by whoever created it.
             */
            created_ts: string;
            /**
             * Format: date-time
             * @description When this agent recorded it.
             */
            scheduled_ts: string;
            /**
             * Format: date-time
             * @description When it began to run.
             */
            started_ts: string | null;
            /**
             * Format: date-time
             * @description When it became DONE or FAILED.
             */
            finished_ts: string | null;
            /**
             * Format: date-time
             * @description When somebody asked to cancel it.
             */
            cancel_requested_ts: string | null;
            /** @description Why it failed; null unless it is FAILED. */
            failure: {
                /** @description As in the payload: `error`, `timeout`, `cancelled`, `interrupted` or `unavailable`. Null where it has none. */
                reason: string | null;
                /** @description The sentence in the payload, or as much of it as fits. Null where it has none. */
                error: string | null;
            } | null;
            /** @description How often the agent stopped under it since its last progress. */
            interruptions: number;
            /** @description Grows with every change. */
            version: number;
            /** @description The X-Request-Id of the request that asked for it, by which the log tells of that; null where there was none, and for what older versions recorded. */
            request_id: string | null;
            /** @description The span that the action belongs below, as the header of W3C Trace Context: of the request where the agent records traces, else what the caller sent. Null where there is no trace. */
            traceparent: string | null;
            /** @description The arguments; null when none were given. */
            args: unknown;
            /** @description Metadata that came with the request. */
            headers: {
                [key: string]: string;
            };
            /** @description What the action last reported; null when nothing. */
            state_payload: unknown;
            history: components["schemas"]["Transition"][];
        };
        ActionPage: {
            actions: components["schemas"]["ActionSummary"][];
            /** @description The cursor of the next page; null at the end. A page may be short, or empty, and still have one. */
            next: string | null;
            /** @description True when actions between the cursor and this page have been pruned. */
            gap: boolean;
        };
        /**
         * @example {
         *       "kind": "agent.replicante.io/test.ping",
         *       "args": {
         *         "count": 3
         *       }
         *     }
         */
        ActionRequest: {
            /** @description What is to be done; /api/v1/kinds lists the kinds. */
            kind: string;
            /** @description Arguments that fit the schema of the kind. */
            args?: unknown;
            /** @description UUID. Sending the same request with the same id again is harmless. */
            id?: string;
            /**
             * Format: date-time
             * @description When the request was created, if not now. Kept to the millisecond.
             */
            created_ts?: string;
            /** @description What asks, in its own words. */
            requester?: string;
            /** @description Metadata to keep with the action. Names in lower case; names that carry credentials are refused. */
            headers?: {
                [key: string]: string;
            };
        };
        Kind: {
            kind: string;
            summary: string;
            /** @description JSON Schema of the arguments. */
            args: {
                [key: string]: unknown;
            };
            /** @description Arguments that fit; null when the kind needs none. */
            example: unknown;
            /** @description How long one run may take, in milliseconds; null without limit. */
            timeout_ms: number | null;
            /**
             * @description What becomes of a running action when the agent crashes: it is run again, or is FAILED.
             * @enum {string}
             */
            on_interrupt: "resume" | "fail";
        };
        Kinds: {
            kinds: components["schemas"]["Kind"][];
        };
        AgentInfo: {
            /**
             * Format: date-time
             * @description When this agent started: it is another one after a restart.
             */
            started_ts: string;
            /** @description Why it takes no actions, as a part of a sentence; null where it does. */
            actions_disabled: string | null;
            version: {
                /** @description The version, as SemVer has them. */
                number: string;
                /** @description The commit it was built from. */
                checkout: string;
                /** @description Whether it was built from changed files. */
                taint: string;
            };
        };
        DatastoreInfo: {
            /** @description The name of the driver. */
            kind: string;
            node: {
                id: string;
                /** @enum {string} */
                status: "UNAVAILABLE" | "NOT_IN_CLUSTER" | "JOINING_CLUSTER" | "LEAVING_CLUSTER" | "UNHEALTHY" | "HEALTHY" | "UNKNOWN";
                /** @description Why the status is what it is. */
                status_reason: string | null;
                /** @description Addresses by their use. */
                addresses: {
                    [key: string]: string;
                };
                /** @description Further facts, by name. */
                attributes: {
                    [key: string]: boolean | number | string | null;
                };
            };
            cluster: {
                id: string;
                display_name: string | null;
                /** @description Further facts, by name. */
                attributes: {
                    [key: string]: boolean | number | string | null;
                };
            };
            version: {
                number: string;
                checkout: string | null;
                extra: string | null;
            };
        };
        Shards: {
            shards: {
                id: string;
                /** @description `primary`, `secondary`, `recovering`, or the datastore's own word. */
                role: string;
                /** @description How far this node has written. */
                commit_offset: {
                    /**
                     * Format: int64
                     * @description Exact digits: may be beyond 2^53.
                     */
                    value: number;
                    /** @description `seconds`, `milliseconds`, or a unit of the datastore's own. */
                    unit: string;
                } | null;
                /** @description How far it is behind the primary. */
                lag: {
                    /**
                     * Format: int64
                     * @description Exact digits: may be beyond 2^53.
                     */
                    value: number;
                    /** @description `seconds`, `milliseconds`, or a unit of the datastore's own. */
                    unit: string;
                } | null;
            }[];
        };
        Activity: {
            /**
             * Format: date-time
             * @description When the first minute began.
             */
            since: string;
            /** @description How long each sample is: 60. */
            step_seconds: number;
            /**
             * Format: date-time
             * @description The first minute that is told whole: of those before it the agent knows less than there was, because it was started only now and is still reading, because there was too much, because it was pruned, or because the clock was put back. It may be after the last sample.
             */
            complete_since: string;
            /** @description The lanes that have anything in them now, those where something runs first: at most 100. */
            lanes: {
                lane: string;
                waiting: number;
                running: number;
            }[];
            /** @description How many lanes are left out of `lanes`. */
            other_lanes: number;
            /** @description Minute by minute, oldest first; the last is the running one. */
            samples: {
                /**
                 * Format: date-time
                 * @description When the minute began.
                 */
                timestamp: string;
                /** @description Actions that were recorded. */
                scheduled: number;
                /** @description Actions that began to run; one that goes on after a restart of the agent does not begin again. */
                started: number;
                /** @description Actions that became DONE. */
                done: number;
                /** @description Actions that became FAILED, cancelled ones among them. */
                failed: number;
                /** @description Actions that waited at the end of the minute; in the last sample: that wait now. */
                waiting: number;
                /** @description Actions that ran at the end of the minute; in the last sample: that run now. */
                running: number;
            }[];
        };
        Principal: {
            /** @description The name that is recorded with what you ask for. */
            name: string;
            /**
             * @description How it was found out.
             * @enum {string}
             */
            method: "token" | "certificate" | "local" | "anonymous";
            /** @description `read`, `cancel`, `schedule`, `schedule:GLOB` (kinds that match), or `admin`, which is all of them. */
            scopes: string[];
            /** @description The address that your requests come from. */
            remote_address: string;
        };
        AuditPage: {
            entries: {
                /**
                 * Format: uuid
                 * @description UUID, in lower case.
                 */
                action_id: string;
                kind: string;
                /**
                 * @description NEW waits, RUNNING is at work, DONE and FAILED are final.
                 * @enum {string}
                 */
                state: "NEW" | "RUNNING" | "DONE" | "FAILED";
                /** @description What asked, in its own words. */
                requester: string;
                /** @description Who scheduled it. */
                scheduled: {
                    /** Format: date-time */
                    timestamp: string;
                    principal: string;
                    protocol: string;
                    /** @description Null for what older versions recorded. */
                    remote_address: string | null;
                };
                /** @description Who first wished to end it. */
                cancelled: {
                    /** Format: date-time */
                    timestamp: string;
                    principal: string;
                    protocol: string;
                    /** @description Null for what older versions recorded. */
                    remote_address: string | null;
                } | null;
            }[];
            /** @description The cursor of the next page; null at the end. */
            next: string | null;
            /** @description True when actions between the cursor and this page have been pruned. */
            gap: boolean;
        };
        Problem: {
            /**
             * Format: uri-reference
             * @description Where the problem is explained. Stable: programs may branch on it.
             */
            type: string;
            title: string;
            status: number;
            /** @description What went wrong this time. */
            detail: string;
            /**
             * Format: uri-reference
             * @description Names the request; the agent's log has it.
             */
            instance: string;
            /** @description The places in the request that are wrong. */
            errors?: {
                /** @description JSON pointer into the body, or the name of a parameter after a slash. */
                pointer: string;
                detail: string;
            }[];
            /** @description Of `datastore-unavailable`, where the datastore was asked for: how its node is, and why. */
            node?: {
                id: string;
                /** @enum {string} */
                status: "UNAVAILABLE" | "NOT_IN_CLUSTER" | "JOINING_CLUSTER" | "LEAVING_CLUSTER" | "UNHEALTHY" | "HEALTHY" | "UNKNOWN";
                /** @description Why the status is what it is. */
                status_reason: string | null;
                /** @description Addresses by their use. */
                addresses: {
                    [key: string]: string;
                };
                /** @description Further facts, by name. */
                attributes: {
                    [key: string]: boolean | number | string | null;
                };
            };
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getRoot: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                    "text/html": string;
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listApiVersions: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "versions": [
                     *         {
                     *           "name": "v1",
                     *           "path": "/api/v1",
                     *           "status": "stable",
                     *           "since": "2026-11-21",
                     *           "deprecated": null,
                     *           "sunset": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": {
                        versions: {
                            name: string;
                            path: string;
                            /** @enum {string} */
                            status: "stable" | "unstable" | "deprecated";
                            /** Format: date */
                            since: string;
                            /**
                             * Format: date
                             * @description When it became deprecated.
                             */
                            deprecated: string | null;
                            /**
                             * Format: date
                             * @description When it will be switched off.
                             */
                            sunset: string | null;
                        }[];
                    };
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getProblem: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @example queue-full */
                code: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The problem. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "type": "/problems/queue-full",
                     *       "title": "The queue is full",
                     *       "status": 429,
                     *       "description": "{limit} actions are waiting or running, which is the limit. Try again when some have finished."
                     *     }
                     */
                    "application/json": {
                        type: string;
                        title: string;
                        status: number;
                        /** @description What an answer says of it; names in braces are filled in. */
                        description: string;
                    };
                    "text/html": string;
                };
            };
            /** @description `invalid-request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-path`: Nothing here. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It lives. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example ok */
                    "text/plain": string;
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is ready. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example ok */
                    "text/plain": string;
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It is not ready; the body says why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example the disk that holds the database is full */
                    "text/plain": string;
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The figures. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /** @example # HELP steward_queue_depth Actions that wait or run. */
                    "text/plain": string;
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listActions: {
        parameters: {
            query?: {
                /** @description Only actions in one of these states: repeated, or with commas. */
                state?: ("NEW" | "RUNNING" | "DONE" | "FAILED")[];
                /** @description Only actions of this kind. */
                kind?: string;
                /** @description Only actions of this lane. */
                lane?: string;
                /** @description Only actions of this requester. */
                requester?: string;
                /** @description Only actions that came through one of these protocols: repeated, or with commas. */
                protocol?: string[];
                /** @description Only actions scheduled at this moment or later (RFC 3339). */
                since?: string;
                /** @description Only actions scheduled before this moment (RFC 3339). */
                until?: string;
                /** @description Only actions with this text in their id, kind, lane, requester or principal or, where they are FAILED, in the `error` of `failure`. Letters from A to Z match in either case. Not found in an error: of actions whose arguments, headers and payload together have more than 4 KiB. */
                search?: string;
                /** @description `desc`, the default, is newest first. */
                order?: "asc" | "desc";
                /** @description At most so many; 100 by default. */
                limit?: number;
                /** @description The `next` of the page before, with the same filters and order. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, with `rel="next"`, where there is one. */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "actions": [
                     *         {
                     *           "id": "0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11",
                     *           "kind": "sqlite.steward/backup",
                     *           "state": "FAILED",
                     *           "lane": "main",
                     *           "requester": "AGENT_API",
                     *           "principal": "local",
                     *           "protocol": "api",
                     *           "remote_address": "127.0.0.1",
                     *           "created_ts": "2026-11-21T07:36:00.000Z",
                     *           "scheduled_ts": "2026-11-21T07:36:00.000Z",
                     *           "started_ts": "2026-11-21T07:36:00.004Z",
                     *           "finished_ts": "2026-11-21T07:36:01.250Z",
                     *           "cancel_requested_ts": null,
                     *           "failure": {
                     *             "reason": "timeout",
                     *             "error": "The action took longer than its kind allows."
                     *           },
                     *           "interruptions": 0,
                     *           "version": 3
                     *         },
                     *         {
                     *           "id": "0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11",
                     *           "kind": "sqlite.steward/backup",
                     *           "state": "DONE",
                     *           "lane": "main",
                     *           "requester": "AGENT_API",
                     *           "principal": "local",
                     *           "protocol": "api",
                     *           "remote_address": "127.0.0.1",
                     *           "created_ts": "2026-11-21T07:36:00.000Z",
                     *           "scheduled_ts": "2026-11-21T07:36:00.000Z",
                     *           "started_ts": "2026-11-21T07:36:00.004Z",
                     *           "finished_ts": "2026-11-21T07:36:01.250Z",
                     *           "cancel_requested_ts": null,
                     *           "failure": null,
                     *           "interruptions": 0,
                     *           "version": 3
                     *         }
                     *       ],
                     *       "next": null,
                     *       "gap": false
                     *     }
                     */
                    "application/json": components["schemas"]["ActionPage"];
                };
            };
            /** @description `invalid-request`: The request is not valid. `invalid-cursor`: Not a cursor of this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `cursor-gone`: The cursor is of another store. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    scheduleAction: {
        parameters: {
            query?: never;
            header?: {
                /** @description Instead of an id: any text that is the same when the request is repeated, such as `"nightly-2026-11-21"`. Keys of different principals do not meet. */
                "idempotency-key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ActionRequest"];
            };
        };
        responses: {
            /** @description The same request had been accepted before; this is its action as it is now. */
            200: {
                headers: {
                    /** @description Where the action is. */
                    location?: string;
                    /** @description The entity tag of the action. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11",
                     *       "kind": "sqlite.steward/backup",
                     *       "state": "DONE",
                     *       "lane": "main",
                     *       "requester": "AGENT_API",
                     *       "principal": "local",
                     *       "protocol": "api",
                     *       "remote_address": "127.0.0.1",
                     *       "created_ts": "2026-11-21T07:36:00.000Z",
                     *       "scheduled_ts": "2026-11-21T07:36:00.000Z",
                     *       "started_ts": "2026-11-21T07:36:00.004Z",
                     *       "finished_ts": "2026-11-21T07:36:01.250Z",
                     *       "cancel_requested_ts": null,
                     *       "failure": null,
                     *       "interruptions": 0,
                     *       "version": 3,
                     *       "request_id": "nightly-17",
                     *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                     *       "args": null,
                     *       "headers": {},
                     *       "state_payload": {
                     *         "file": "app.db-0198c5a1.backup",
                     *         "bytes": 8192,
                     *         "pages": 2,
                     *         "integrity": "ok"
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["Action"];
                };
            };
            /** @description Recorded. */
            202: {
                headers: {
                    /** @description Where the action is. */
                    location?: string;
                    /** @description The entity tag of the action. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11",
                     *       "kind": "sqlite.steward/backup",
                     *       "state": "NEW",
                     *       "lane": "main",
                     *       "requester": "AGENT_API",
                     *       "principal": "local",
                     *       "protocol": "api",
                     *       "remote_address": "127.0.0.1",
                     *       "created_ts": "2026-11-21T07:36:00.000Z",
                     *       "scheduled_ts": "2026-11-21T07:36:00.000Z",
                     *       "started_ts": null,
                     *       "finished_ts": null,
                     *       "cancel_requested_ts": null,
                     *       "failure": null,
                     *       "interruptions": 0,
                     *       "version": 1,
                     *       "request_id": "nightly-17",
                     *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                     *       "args": null,
                     *       "headers": {},
                     *       "state_payload": null
                     *     }
                     */
                    "application/json": components["schemas"]["Action"];
                };
            };
            /** @description `malformed-json`: The body is not JSON. `unsafe-json`: The JSON cannot be kept as it is. `invalid-request`: The request is not valid. `invalid-header`: A header is not valid. `unknown-kind`: Unknown kind. `invalid-args`: The arguments are not valid. `invalid-id`: Not an action id. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `actions-disabled`: Actions are disabled. `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `action-exists`: The id is taken. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: Not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `queue-full`: The queue is full. `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store-unavailable`: The database does not answer. `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store-full`: The disk is full. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAction: {
        parameters: {
            query?: {
                /**
                 * @description How long to wait at most: `30`, `30s`, `500ms` or `1m`.
                 * @example 30s
                 */
                wait?: string;
            };
            header?: {
                /** @description The ETag that the caller has. */
                "if-none-match"?: string;
            };
            path: {
                /**
                 * @description The id of the action.
                 * @example 0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The action; its history is oldest first. */
            200: {
                headers: {
                    /** @description Differs as soon as anything of the action does. */
                    etag?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11",
                     *       "kind": "sqlite.steward/backup",
                     *       "state": "DONE",
                     *       "lane": "main",
                     *       "requester": "AGENT_API",
                     *       "principal": "local",
                     *       "protocol": "api",
                     *       "remote_address": "127.0.0.1",
                     *       "created_ts": "2026-11-21T07:36:00.000Z",
                     *       "scheduled_ts": "2026-11-21T07:36:00.000Z",
                     *       "started_ts": "2026-11-21T07:36:00.004Z",
                     *       "finished_ts": "2026-11-21T07:36:01.250Z",
                     *       "cancel_requested_ts": null,
                     *       "failure": null,
                     *       "interruptions": 0,
                     *       "version": 3,
                     *       "request_id": "nightly-17",
                     *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                     *       "args": null,
                     *       "headers": {},
                     *       "state_payload": {
                     *         "file": "app.db-0198c5a1.backup",
                     *         "bytes": 8192,
                     *         "pages": 2,
                     *         "integrity": "ok"
                     *       },
                     *       "history": [
                     *         {
                     *           "timestamp": "2026-11-21T07:36:00.000Z",
                     *           "state": "NEW",
                     *           "state_payload": null
                     *         },
                     *         {
                     *           "timestamp": "2026-11-21T07:36:00.004Z",
                     *           "state": "RUNNING",
                     *           "state_payload": null
                     *         },
                     *         {
                     *           "timestamp": "2026-11-21T07:36:01.250Z",
                     *           "state": "DONE",
                     *           "state_payload": {
                     *             "file": "app.db-0198c5a1.backup",
                     *             "bytes": 8192,
                     *             "pages": 2,
                     *             "integrity": "ok"
                     *           }
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["ActionDetail"];
                };
            };
            /** @description The action is as the caller has it. */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description `invalid-request`: The request is not valid. `invalid-id`: Not an action id. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-action`: No such action. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-waits`: Too many are waiting. `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancelAction: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The id of the action.
                 * @example 0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11
                 */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The wish is recorded. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "id": "0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11",
                     *       "kind": "sqlite.steward/backup",
                     *       "state": "RUNNING",
                     *       "lane": "main",
                     *       "requester": "AGENT_API",
                     *       "principal": "local",
                     *       "protocol": "api",
                     *       "remote_address": "127.0.0.1",
                     *       "created_ts": "2026-11-21T07:36:00.000Z",
                     *       "scheduled_ts": "2026-11-21T07:36:00.000Z",
                     *       "started_ts": "2026-11-21T07:36:00.004Z",
                     *       "finished_ts": null,
                     *       "cancel_requested_ts": "2026-11-21T07:36:00.900Z",
                     *       "failure": null,
                     *       "interruptions": 0,
                     *       "version": 3,
                     *       "request_id": "nightly-17",
                     *       "traceparent": "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                     *       "args": null,
                     *       "headers": {},
                     *       "state_payload": null
                     *     }
                     */
                    "application/json": components["schemas"]["Action"];
                };
            };
            /** @description `malformed-json`: The body is not JSON. `unsafe-json`: The JSON cannot be kept as it is. `invalid-request`: The request is not valid. `invalid-id`: Not an action id. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unknown-action`: No such action. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `action-finished`: The action has finished. `cancel-refused`: The action cannot be cancelled. */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `body-too-large`: The body is too large. */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unsupported-media-type`: Not JSON. */
            415: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store-unavailable`: The database does not answer. `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `store-full`: The disk is full. */
            507: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    watchEvents: {
        parameters: {
            query?: {
                /** @description As the header, for those that cannot set it. */
                last_event_id?: string;
            };
            header?: {
                /** @description The id of the last event that was received. */
                "last-event-id"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The stream. It stays open. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example event: transition
                     *     id: 2f1c8a30-1043-1795246560000
                     *     data: {"action_id":"0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11","kind":"sqlite.steward/backup","lane":"main","protocol":"api","timestamp":"2026-11-21T07:36:00.000Z","state":"NEW","state_payload":null}
                     */
                    "text/event-stream": string;
                };
            };
            /** @description `invalid-request`: The request is not valid. `invalid-header`: A header is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-waits`: Too many are waiting. `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listKinds: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The kinds. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "kinds": [
                     *         {
                     *           "kind": "sqlite.steward/checkpoint",
                     *           "summary": "Moves the content of the write-ahead log into the database file.",
                     *           "args": {
                     *             "type": "object",
                     *             "additionalProperties": false,
                     *             "properties": {
                     *               "mode": {
                     *                 "enum": [
                     *                   "passive",
                     *                   "full",
                     *                   "restart",
                     *                   "truncate"
                     *                 ]
                     *               }
                     *             }
                     *           },
                     *           "example": {
                     *             "mode": "passive"
                     *           },
                     *           "timeout_ms": 60000,
                     *           "on_interrupt": "resume"
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Kinds"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getKind: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /**
                 * @description The name of the kind.
                 * @example sqlite.steward/checkpoint
                 */
                kind: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The kind. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "kind": "sqlite.steward/checkpoint",
                     *       "summary": "Moves the content of the write-ahead log into the database file.",
                     *       "args": {
                     *         "type": "object",
                     *         "additionalProperties": false,
                     *         "properties": {
                     *           "mode": {
                     *             "enum": [
                     *               "passive",
                     *               "full",
                     *               "restart",
                     *               "truncate"
                     *             ]
                     *           }
                     *         }
                     *       },
                     *       "example": {
                     *         "mode": "passive"
                     *       },
                     *       "timeout_ms": 60000,
                     *       "on_interrupt": "resume"
                     *     }
                     */
                    "application/json": components["schemas"]["Kind"];
                };
            };
            /** @description `invalid-request`: The request is not valid. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `no-such-kind`: No such kind. */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAgentInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The agent. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "version": {
                     *         "number": "0.1.0",
                     *         "checkout": "76d2404a87a9c0bc",
                     *         "taint": "not tainted"
                     *       },
                     *       "started_ts": "2026-11-21T07:30:12.345Z",
                     *       "actions_disabled": null
                     *     }
                     */
                    "application/json": components["schemas"]["AgentInfo"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getDatastoreInfo: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The datastore. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "kind": "sqlite",
                     *       "node": {
                     *         "id": "node-1",
                     *         "status": "HEALTHY",
                     *         "status_reason": null,
                     *         "addresses": {},
                     *         "attributes": {
                     *           "page_size": 4096
                     *         }
                     *       },
                     *       "cluster": {
                     *         "id": "sqlite-node-1",
                     *         "display_name": null,
                     *         "attributes": {}
                     *       },
                     *       "version": {
                     *         "number": "3.53.2",
                     *         "checkout": null,
                     *         "extra": null
                     *       }
                     *     }
                     */
                    "application/json": components["schemas"]["DatastoreInfo"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `datastore-unavailable`: The datastore does not answer. `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getShards: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The shards. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "shards": [
                     *         {
                     *           "id": "app.db",
                     *           "role": "primary",
                     *           "commit_offset": {
                     *             "value": 42,
                     *             "unit": "changes"
                     *           },
                     *           "lag": null
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Shards"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `datastore-unavailable`: The datastore does not answer. `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getActivity: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The last hour. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "since": "2026-11-21T06:37:00.000Z",
                     *       "step_seconds": 60,
                     *       "complete_since": "2026-11-21T06:37:00.000Z",
                     *       "lanes": [
                     *         {
                     *           "lane": "main",
                     *           "waiting": 1,
                     *           "running": 1
                     *         }
                     *       ],
                     *       "other_lanes": 0,
                     *       "samples": [
                     *         {
                     *           "timestamp": "2026-11-21T06:37:00.000Z",
                     *           "scheduled": 0,
                     *           "started": 0,
                     *           "done": 0,
                     *           "failed": 0,
                     *           "waiting": 0,
                     *           "running": 0
                     *         },
                     *         {
                     *           "timestamp": "2026-11-21T07:36:00.000Z",
                     *           "scheduled": 4,
                     *           "started": 3,
                     *           "done": 1,
                     *           "failed": 1,
                     *           "waiting": 1,
                     *           "running": 1
                     *         }
                     *       ]
                     *     }
                     */
                    "application/json": components["schemas"]["Activity"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    whoAmI: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The principal. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "name": "core",
                     *       "method": "token",
                     *       "scopes": [
                     *         "read",
                     *         "schedule:agent.replicante.io/*"
                     *       ],
                     *       "remote_address": "10.0.0.7"
                     *     }
                     */
                    "application/json": components["schemas"]["Principal"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAudit: {
        parameters: {
            query?: {
                /** @description Only what this principal asked for. */
                principal?: string;
                /** @description Only what came through this protocol. */
                protocol?: string;
                /** @description Only what came from this address. */
                address?: string;
                /** @description Only actions of this kind. */
                kind?: string;
                /** @description Only what was asked at this moment or later (RFC 3339). */
                since?: string;
                /** @description Only what was asked before this moment (RFC 3339). */
                until?: string;
                /** @description At most so many; 100 by default. */
                limit?: number;
                /** @description The `next` of the page before, with the same filters. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    /** @description The next page, with `rel="next"`, where there is one. */
                    link?: string;
                    [name: string]: unknown;
                };
                content: {
                    /**
                     * @example {
                     *       "entries": [
                     *         {
                     *           "action_id": "0198c5a1-7d3e-7cc4-9a6b-3f1f5f0f7a11",
                     *           "kind": "sqlite.steward/backup",
                     *           "state": "FAILED",
                     *           "requester": "AGENT_API",
                     *           "scheduled": {
                     *             "timestamp": "2026-11-21T07:36:00.000Z",
                     *             "principal": "core",
                     *             "protocol": "api",
                     *             "remote_address": "10.0.0.7"
                     *           },
                     *           "cancelled": {
                     *             "timestamp": "2026-11-21T07:36:00.900Z",
                     *             "principal": "local",
                     *             "protocol": "api",
                     *             "remote_address": "127.0.0.1"
                     *           }
                     *         }
                     *       ],
                     *       "next": null,
                     *       "gap": false
                     *     }
                     */
                    "application/json": components["schemas"]["AuditPage"];
                };
            };
            /** @description `invalid-request`: The request is not valid. `invalid-cursor`: Not a cursor of this list. */
            400: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `unauthenticated`: Not authenticated. */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `host-refused`: Host not served. `origin-refused`: Origin refused. `forbidden`: Not allowed. */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `cursor-gone`: The cursor is of another store. */
            410: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `too-many-logins`: Too many failed logins. */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `internal`: Internal error. */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description `shutting-down`: The agent is stopping. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
