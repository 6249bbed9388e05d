import { ConnectionError } from "./errors.ts"
import type { TrackingEvent } from "./event.ts"
import { ask, type Server } from "./http.ts"
import type { operations } from "./schema.ts"

/** The filters of the trail, and which page of it. A plain date is midnight where the family lives. */
export type EventQuery = Loose<NonNullable<operations["tracking_events_list"]["parameters"]["query"]>>

type Loose<Options> = { readonly [Name in keyof Options]: Options[Name] | undefined }

/** One page of the trail, the newest event first. */
export interface EventPage {
    /** How many there are, on all pages. */
    readonly count: number
    readonly next: string | null
    readonly previous: string | null
    readonly results: readonly TrackingEvent[]
}

export interface Stoppable {
    readonly signal?: AbortSignal | undefined
}

const PATH = "tracking/events/"
const LARGEST = 500

/** Return one page. Throws ChoreError, ConnectionError. */
export async function listTrackingEvents(
    server: Server,
    query: EventQuery = {},
    { signal }: Stoppable = {},
): Promise<EventPage> {
    const page: EventPage | null = await ask(server, PATH, { query, signal })
    if (!Array.isArray(page?.results)) {
        throw new ConnectionError("This is no answer of Chore.", null)
    }
    return page
}

/** Yield the events of all pages, the newest first. What comes meanwhile moves nothing, and is not among them. */
export async function* iterateTrackingEvents(
    server: Server,
    query: EventQuery = {},
    { signal }: Stoppable = {},
): AsyncGenerator<TrackingEvent, void, undefined> {
    let following: EventQuery | null = { limit: LARGEST, ...query }
    while (following !== null) {
        const page: EventPage = await listTrackingEvents(server, following, { signal })
        yield* page.results
        following = page.next === null ? null : Object.fromEntries(new URL(page.next, server.url).searchParams)
    }
}

/** Return one event. Throws ChoreError, `not_found` for one that this user may not see; ConnectionError. */
export function getTrackingEvent(server: Server, id: number, { signal }: Stoppable = {}): Promise<TrackingEvent> {
    return ask(server, `${PATH}${id}/`, { signal })
}
