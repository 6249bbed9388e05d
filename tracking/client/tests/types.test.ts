// Proved by the compiler: the interface by hand is the schema's component, field by field, both ways.
import type { EventPage, TrackingEvent } from "chore-client"
import type { components } from "chore-client/schema"
import { expect, test } from "vitest"
import sample from "../sample_event.json" with { type: "json" }

type Schemas = components["schemas"]
type Plain<Value> = Value extends object ? { [Name in keyof Value]: Plain<Value[Name]> } : Value
type Same<One, Other> =
    (<T>() => T extends Plain<One> ? 1 : 2) extends <T>() => T extends Plain<Other> ? 1 : 2 ? true : false

const isTheSchemas: Same<TrackingEvent, Schemas["TrackingEvent"]> = true
const isThePage: Same<EventPage, Required<Schemas["PaginatedTrackingEventList"]>> = true
// @ts-expect-error - that it can tell a difference
const isAnother: Same<TrackingEvent, Omit<Schemas["TrackingEvent"], "id"> & { readonly id: string }> = true

const FIELDS: Record<keyof TrackingEvent, true> = {
    id: true,
    user_id: true,
    actor_role: true,
    family_id: true,
    child_id: true,
    sequence: true,
    entity_type: true,
    entity_id: true,
    action: true,
    points_before: true,
    points_after: true,
    delta: true,
    occurred_at: true,
    created_at: true,
    metadata: true,
}

test("the sample has the fields of the interface", () => {
    expect([isTheSchemas, isThePage, isAnother]).toEqual([true, true, true])
    expect(Object.keys(sample)).toEqual(Object.keys(FIELDS))
    expect(sample satisfies Record<keyof TrackingEvent, unknown>).toBeTruthy()
})
