import { ChoreError, ConnectionError, refusal } from "./errors.ts"
import { Patience } from "./waiting.ts"

const PATIENCE = 30_000

/** Where Chore is, and who asks. */
export interface Server {
    /** The address of the site, such as `https://chore.example.org`. */
    readonly url: string
    /** From `auth/login/`. It is sent to that site only. */
    readonly token: string
    /** Another one than the global `fetch`. */
    readonly fetch?: typeof fetch
}

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Request {
    readonly method?: "GET" | "POST"
    readonly query?: Query
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: unknown
    readonly key?: string
    readonly signal?: AbortSignal | undefined
}

/** Ask the API, and return what it told. Throws ChoreError, ConnectionError, and the signal's reason once it is aborted. */
export async function ask<Answer>(server: Server, path: string, request: Request = {}): Promise<Answer> {
    const patience = new Patience(PATIENCE, request.signal)
    const answer = async () => (await open(server, path, request, patience.signal)).json() as Promise<Answer>
    try {
        return await patience.wait(answer())
    } catch (error) {
        throw explained(error, request)
    } finally {
        patience.end()
    }
}

/** Return the answer as soon as it begins. Throws ChoreError for a refusal, and whatever `fetch` throws. */
export async function open(server: Server, path: string, request: Request, signal: AbortSignal): Promise<Response> {
    const send = server.fetch ?? fetch
    const response = await send(addressOf(server, path, request.query ?? {}), {
        method: request.method ?? "GET",
        headers: headersOf(server, request),
        ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
        cache: "no-store",
        credentials: "omit",
        redirect: "error", // or else a POST became a GET
        signal,
    })
    if (!response.ok) {
        throw await refusal(response, request.key ?? null)
    }
    return response
}

/** Return what there is to tell of an error: a refusal, that somebody gave up, or that no answer came. */
export function explained(error: unknown, { key, signal }: Request): unknown {
    if (signal?.aborted) {
        return signal.reason
    }
    return error instanceof ChoreError ? error : new ConnectionError("No answer came.", key ?? null, { cause: error })
}

function addressOf(server: Server, path: string, query: Query): URL {
    const site = server.url.endsWith("/") ? server.url : `${server.url}/`
    const address = new URL(`api/v1/${path}`, site)
    for (const [name, value] of Object.entries(query)) {
        if (value !== undefined) {
            address.searchParams.set(name, String(value))
        }
    }
    return address
}

function headersOf(server: Server, { body, headers, key }: Request): Record<string, string> {
    return {
        Accept: "application/json",
        Authorization: `Bearer ${server.token}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(key === undefined ? {} : { "Idempotency-Key": key }),
        ...headers,
    }
}
