import { ChoreError, ConnectionError } from "./errors.ts"
import type { TrackingEvent } from "./event.ts"
import { iterateTrackingEvents, type Stoppable } from "./events.ts"
import { type Asking, bodyOf, explained, letGo, open, type Reader, requestOf, type Server } from "./http.ts"
import { type Message, Parser } from "./sse.ts"
import { backoff, LONGEST, Patience, pause } from "./waiting.ts"

const PATH = "tracking/stream/"
const FIRST_PAUSE = 1000
const SHORTEST = 100
const SILENCE = 45_000 // a server says something every 20 seconds at least

export interface StreamOptions extends Stoppable {
    /** The last event that is known: what came after it is sent. 0: the whole trail. Left out: what comes from now on. */
    readonly lastEventId?: number | null | undefined
    /** For admins: whose events. */
    readonly familyId?: number | undefined
    /** After how many milliseconds without a byte a connection is given up, 45,000 if left out. */
    readonly silence?: number | undefined
}

export type StreamItem =
    /** It is listened to: what comes after event `id` is sent. */
    | { readonly type: "open"; readonly id: number }
    /** An act. Each comes once, in the order of ids. */
    | { readonly type: "event"; readonly event: TrackingEvent }
    /** The server does not know our last event (it was restored, or this is another account): this is the trail now, up to event `id`, the oldest first. */
    | { readonly type: "reset"; readonly id: number; readonly events: readonly TrackingEvent[] }
    /** The connection is gone, for this reason if it did not just end; it is made again. */
    | { readonly type: "disconnected"; readonly error: Error | null }

/**
 * Yield what happens, through restarts and lost connections, until the signal is aborted or the loop is left.
 *
 * Throws ChoreError where asking again is of no use: the credentials ended (401, 403), a wrong parameter (400, 404), a server that
 * cannot stream (503, `cannot_stream`). Throws the signal's reason once it is aborted.
 */
export async function* streamTrackingEvents(
    server: Server,
    options: StreamOptions = {},
): AsyncGenerator<StreamItem, void, undefined> {
    const following = new Following(server, options)
    for (;;) {
        try {
            yield* following.connection()
            yield { type: "disconnected", error: null }
        } catch (error) {
            yield { type: "disconnected", error: passing(error) }
        }
        await following.pause()
    }
}

class Following {
    readonly #server: Server
    readonly #options: StreamOptions
    #last: number | null
    #failures = 0
    #firstPause = FIRST_PAUSE
    #retryAfter = 0

    constructor(server: Server, options: StreamOptions) {
        this.#server = server
        this.#options = options
        this.#last = options.lastEventId ?? null
    }

    /** Yield what one connection brings. */
    async *connection(): AsyncGenerator<StreamItem, void, undefined> {
        this.#retryAfter = 0
        this.#failures += 1
        const parser = new Parser()
        try {
            for await (const message of this.#messages(parser)) {
                yield* this.#take(message)
                this.#options.signal?.throwIfAborted()
            }
        } catch (error) {
            this.#retryAfter = error instanceof ChoreError ? (error.retryAfter ?? 0) * 1000 : 0
            throw error
        } finally {
            this.#firstPause = Math.max(SHORTEST, parser.retry ?? this.#firstPause)
        }
    }

    pause(): Promise<void> {
        const asked = Math.min(this.#retryAfter, LONGEST)
        return pause(Math.max(asked, backoff(this.#failures, this.#firstPause)), this.#options.signal)
    }

    async *#messages(parser: Parser): AsyncGenerator<Message, void, undefined> {
        const { signal, silence = SILENCE } = this.#options
        const asking = this.#asking()
        const request = requestOf(this.#server, PATH, asking)
        const patience = new Patience(silence, signal)
        let reader: Reader | undefined
        try {
            const response = await patience.wait(open(this.#server, request, asking, patience.signal))
            reader = streamOf(response).getReader()
            for (
                let piece = await patience.wait(reader.read());
                !piece.done;
                piece = await patience.wait(reader.read())
            ) {
                yield* parser.read(piece.value)
            }
        } catch (error) {
            throw explained(error, asking)
        } finally {
            letGo(reader)
            patience.end()
        }
    }

    #asking(): Asking {
        const { familyId, signal } = this.#options
        const headers = {
            Accept: "text/event-stream",
            ...(this.#last === null ? {} : { "Last-Event-ID": String(this.#last) }),
        }
        return { query: { family_id: familyId }, headers, signal }
    }

    async *#take({ event, data, id }: Message): AsyncGenerator<StreamItem, void, undefined> {
        if (event === "stream-open") {
            this.#last ??= Number(id)
            yield { type: "open", id: this.#last }
            return
        }
        if (event === "stream-reset") {
            yield await this.#reset(Number(id), parsed<{ channels: string[] }>(data).channels)
        } else if (event === "tracking_event_created") {
            yield* this.#tell(parsed<TrackingEvent>(data))
        }
        this.#failures = 0 // it brought something
    }

    /** Where that fails, the next connection begins with it again. */
    async #reset(last: number, channels: readonly string[]): Promise<StreamItem> {
        const { familyId, signal } = this.#options
        const events: TrackingEvent[] = []
        for await (const event of iterateTrackingEvents(this.#server, { family_id: familyId }, { signal })) {
            const isOfStream = channels.some(
                (name) => name === `family-${event.family_id}` || name === `child-${event.child_id}`,
            )
            if (isOfStream && event.id <= last) {
                events.push(event)
            }
        }
        this.#last = last
        return { type: "reset", id: last, events: events.reverse() }
    }

    *#tell(event: TrackingEvent): Generator<StreamItem, void, undefined> {
        if (event.id > (this.#last ?? 0)) {
            this.#last = event.id
            yield { type: "event", event }
        }
    }
}

function streamOf(response: Response): ReadableStream<Uint8Array> {
    if (!response.headers.get("Content-Type")?.startsWith("text/event-stream")) {
        throw new TypeError("This is no event stream.")
    }
    return bodyOf(response)
}

function parsed<Data>(data: string): Data {
    try {
        return JSON.parse(data)
    } catch (cause) {
        throw new ConnectionError("This is no message of Chore.", null, { cause })
    }
}

/** Return the error, if asking again may help. Throws it otherwise. */
function passing(error: unknown): Error {
    if (error instanceof ConnectionError || (error instanceof ChoreError && isPassing(error))) {
        return error
    }
    throw error
}

/** What a proxy says while Chore is away is, also 404; Chore's own word on the credentials or the address is not. */
function isPassing({ code, status }: ChoreError): boolean {
    if (code === "cannot_stream") {
        return false
    }
    return status === 408 || status === 429 || status >= 500 || (status === 404 && code === null)
}
