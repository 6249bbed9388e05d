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
    readonly fetch?: typeof fetch | undefined
}

export type Query = Readonly<Record<string, string | number | undefined>>

export interface Asking {
    readonly method?: "GET" | "POST"
    readonly query?: Query
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: unknown
    readonly key?: string
    readonly signal?: AbortSignal | undefined
}

/**
 * Ask the API, and return what it told.
 *
 * Throws ChoreError, ConnectionError, the signal's reason once it is aborted, and TypeError for an address or a token that cannot be.
 */
export async function ask<Answer>(server: Server, path: string, asking: Asking = {}): Promise<Answer> {
    const request = requestOf(server, path, asking)
    const patience = new Patience(PATIENCE, asking.signal)
    let reader: Reader | undefined
    try {
        const response = await patience.wait(open(server, request, asking, patience.signal))
        reader = bodyOf(response).getReader()
        return JSON.parse(await patience.wait(textOf(reader)))
    } catch (error) {
        throw explained(error, asking)
    } finally {
        letGo(reader)
        patience.end()
    }
}

/** Return what is asked. Throws TypeError for what cannot be. */
export function requestOf(server: Server, path: string, asking: Asking): Request {
    const { method = "GET", body } = asking
    return new Request(addressOf(server, path, asking.query ?? {}), {
        method,
        headers: headersOf(server, asking),
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        cache: "no-store",
        credentials: "omit",
        redirect: "error", // or else a POST became a GET
    })
}

/** Return the answer as soon as it begins. Throws ChoreError for a refusal, and whatever `fetch` throws. */
export async function open(server: Server, request: Request, asking: Asking, signal: AbortSignal): Promise<Response> {
    const send = server.fetch ?? fetch
    const response = await send(request, { signal })
    if (!response.ok) {
        throw await refusal(response, asking.key ?? null)
    }
    return response
}

export type Reader = ReadableStreamDefaultReader<Uint8Array>

export function bodyOf(response: Response): ReadableStream<Uint8Array> {
    if (response.body === null) {
        throw new TypeError("The answer is empty.")
    }
    return response.body
}

/** Close the connection of what is not read to its end. */
export function letGo(reader: Reader | undefined): void {
    reader?.cancel().catch(() => {})
}

/** Return what there is to tell of an error: a refusal, that somebody gave up, or that no answer came. */
export function explained(error: unknown, { key, signal }: Asking): unknown {
    if (signal?.aborted) {
        return signal.reason
    }
    return error instanceof ChoreError ? error : new ConnectionError("No answer came.", key ?? null, { cause: error })
}

async function textOf(reader: Reader): Promise<string> {
    const decoder = new TextDecoder()
    let text = ""
    for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
        text += decoder.decode(piece.value, { stream: true })
    }
    return text + decoder.decode()
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

function headersOf(server: Server, { body, headers, key }: Asking): Record<string, string> {
    return {
        Accept: "application/json",
        Authorization: `Bearer ${server.token}`,
        ...(body === undefined ? {} : { "Content-Type": "application/json" }),
        ...(key === undefined ? {} : { "Idempotency-Key": key }),
        ...headers,
    }
}
