/** One thing that is wrong. `code` is for programs; `detail` is a text that may be translated. */
export interface ErrorDetail {
    readonly code: string
    readonly detail: string
    /** The field or parameter that is wrong, if one is. */
    readonly attr: string | null
    /** The numbers behind a refusal, such as `have`, `reserved` and `need`. */
    readonly meta?: Readonly<Record<string, number>>
}

/** The server refused, and said why. */
export class ChoreError extends Error {
    override readonly name = "ChoreError"
    /** The HTTP status. */
    readonly status: number
    /** Empty where it was not Chore that answered, but a proxy in front of it. */
    readonly errors: readonly ErrorDetail[]
    /** Seconds after which to ask again, if that was said. */
    readonly retryAfter: number | null
    /** The key under which an act was tried: tried again under it, it is still done once. */
    readonly idempotencyKey: string | null

    constructor(
        status: number,
        errors: readonly ErrorDetail[],
        retryAfter: number | null,
        idempotencyKey: string | null,
    ) {
        super(errors.map(describe).join(" ") || `The server answered ${status}.`)
        this.status = status
        this.errors = errors
        this.retryAfter = retryAfter
        this.idempotencyKey = idempotencyKey
    }

    /** What is wrong, or the first of it: `insufficient_points`, `not_found`, `cannot_stream` … Null where a proxy answered. */
    get code(): string | null {
        return this.errors[0]?.code ?? null
    }
}

/** No answer came, or none of Chore's; `cause` tells more. An act may have been done all the same. */
export class ConnectionError extends Error {
    override readonly name = "ConnectionError"
    /** The key under which an act was tried: tried again under it, it is still done once. */
    readonly idempotencyKey: string | null

    constructor(message: string, idempotencyKey: string | null, options?: ErrorOptions) {
        super(message, options)
        this.idempotencyKey = idempotencyKey
    }
}

/** Return what the answer says is wrong. */
export async function refusal(response: Response, idempotencyKey: string | null): Promise<ChoreError> {
    const said: unknown = await response.json().catch(() => null)
    return new ChoreError(
        response.status,
        errorsIn(said),
        secondsOf(response.headers.get("Retry-After")),
        idempotencyKey,
    )
}

function errorsIn(said: unknown): readonly ErrorDetail[] {
    const errors = (said as { errors?: unknown } | null)?.errors
    return Array.isArray(errors) ? errors.filter(isDetail) : []
}

function isDetail(one: unknown): one is ErrorDetail {
    const { code, detail } = (one ?? {}) as Partial<ErrorDetail>
    return typeof code === "string" && typeof detail === "string"
}

function secondsOf(header: string | null): number | null {
    return header !== null && /^\d+$/.test(header) ? Number(header) : null
}

function describe({ attr, detail }: ErrorDetail): string {
    return attr == null ? detail : `${attr}: ${detail}`
}
