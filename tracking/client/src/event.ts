/** What an event is about. */
export type EntityType = "task" | "penalty" | "reward"

/** Tasks and penalties are activated and cancelled; rewards requested, redeemed and cancelled. */
export type Action = "activated" | "requested" | "redeemed" | "cancelled"

/** As what somebody acted, at that moment; `system` is the role of what no user did. */
export type ActorRole = "parent" | "child" | "admin" | "system"

/** Why something was cancelled. */
export type CancelReason = "denied" | "withdrawn" | "refunded" | "undone" | "entity_removed" | "child_removed"

/** What else there is to say of an act. Never a person's name. */
export interface EventMetadata {
    /** The task's, penalty's or reward's name, then. */
    readonly entity_name?: string
    /** Nominal points of a task or penalty, then. */
    readonly points?: number
    /** The reward's price when asked. */
    readonly cost?: number
    readonly activation_id?: number
    readonly request_id?: number
    /** The `sequence` of the act that this one undoes. */
    readonly cancels?: number
    readonly reason?: CancelReason
    readonly [name: string]: unknown
}

/** One act: who did it, when, and what it did to a child's points. Nobody changes it later, but that `user_id` may turn null. */
export interface TrackingEvent {
    /** Grows with each event of a family. */
    readonly id: number
    /** Who did it. Null: the user was forgotten, or it was the system; `actor_role` tells which. */
    readonly user_id: number | null
    readonly actor_role: ActorRole
    readonly family_id: number
    /** Whose points. */
    readonly child_id: number
    /** 1, 2, 3 … per child; a gap is a missing event. */
    readonly sequence: number
    readonly entity_type: EntityType
    /** Which task, penalty or reward. */
    readonly entity_id: number
    readonly action: Action
    readonly points_before: number
    readonly points_after: number
    /** `points_after - points_before`; 0 where points were only reserved or freed. */
    readonly delta: number
    /** When it was done: UTC, ISO 8601 with microseconds and `Z`. Within a family strictly later than the act before. */
    readonly occurred_at: string
    /** When it was written down. */
    readonly created_at: string
    readonly metadata: EventMetadata | null
}
